import { AuditError, RefusalError } from '../../errors.ts'
import { areDocuments, type CaseOutcome, caseOutcomes, caseToJson } from '../../issuance/index.ts'
import type { ReportedStop } from '../issuance/breaker.ts'
import { type IssuanceDesk, isClerkNote } from '../issuance/desk.ts'
import type { Admission } from './admission.ts'
import { digestOf, type Exchange, type Job, json } from './exchange.ts'
import { askerOf, type Fields, requireOnly, submitterOf, textOf, tokenIn } from './fields.ts'
import type { Gate } from './gate.ts'
import { acceptanceBody } from './issuance.ts'
import { readJsonBody } from './json-body.ts'
import type { Authentication, HttpHandlerOptions } from './options.ts'
import { RequestProblem } from './problem.ts'

/** What the routes of a desk share. */
export interface DeskServing {
  readonly service: HttpHandlerOptions['service']
  readonly desk: IssuanceDesk
  readonly gate: Gate
  readonly admission: Admission
  readonly maxBytes: number
}

/** Codes of requests that never were one about a case. They are audited; what is about load or time is not. */
const malformed: ReadonlySet<string> = new Set([
  'ERR_REQUEST',
  'ERR_BODY_TOO_LARGE',
  'ERR_MEDIA_TYPE',
  'ERR_TOKEN_TERMINAL',
])

/**
 * Refusals that leave the challenge unused, or are about a token submitted twice: another submission decides what becomes
 * of it, so they are not its outcome.
 */
const undecided: ReadonlySet<string> = new Set([
  'ERR_TOKEN',
  'ERR_TOKEN_ORIGIN',
  'ERR_TOKEN_TERMINAL',
  'ERR_TOKEN_PURPOSE',
  'ERR_NONCE_UNKNOWN',
  'ERR_CASE_STATE',
])

/** `POST /v1/cases`: verifies a token, and opens a case for it. */
export function openJob(serving: DeskServing): Job {
  const { service, desk, gate, admission } = serving
  return async (exchange) => {
    admission.requireRoom()
    const proven = await gate.enter(exchange)
    const { token, documents, terminal } = await read(serving, exchange, 'open', proven, (fields) => {
      requireOnly(fields, ['token', 'documents'])
      const token = tokenIn(fields, exchange)
      const { documents } = fields
      if (!areDocuments(documents)) {
        throw new RequestProblem('ERR_REQUEST', 'documents: not 1 to 16 of 1 to 99 copies, each kind once')
      }
      return { token, documents, terminal: submitterOf(token, proven, gate, exchange) }
    })
    return admission.run(exchange, async () => {
      try {
        const includeSerialNumber = desk.includesSerialNumber
        const acceptance = await service.verify(token, { terminal, includeSerialNumber })
        const opened = await desk.open(acceptance, documents)
        // The issuing system gets the serial number, the terminal does not.
        const { serialNumber, ...shown } = acceptance
        return json(201, { ...acceptanceBody(shown), case: caseToJson(opened) })
      } catch (error) {
        if (proven !== undefined) await recordRefusal(desk, exchange, proven, error)
        throw error
      }
    })
  }
}

/** Keeps why a token was refused, for a terminal that does not get this answer. */
async function recordRefusal(desk: IssuanceDesk, { nonce }: Exchange, terminal: string, error: unknown): Promise<void> {
  const digest = digestOf(nonce)
  const isRefusal = error instanceof RefusalError || error instanceof AuditError
  if (digest === undefined || !isRefusal || undecided.has(error.code)) return
  // The answer with the refusal itself is not delayed by a store that fails.
  await desk.recordRefusal(digest, { terminal }, error.code).catch(() => {})
}

/** `POST /v1/tokens`: what became of a token whose answer was lost. */
export function tokenJob(serving: DeskServing): Job {
  const { desk, gate, admission } = serving
  return async (exchange) => {
    admission.requireRoom()
    const proven = await gate.enter(exchange)
    const { digest, terminal } = await read(serving, exchange, 'find', proven, (fields) => {
      requireOnly(fields, ['challengeDigest', 'terminal'])
      const digest = textOf(fields, 'challengeDigest')
      if (!/^[\w-]{43}$/.test(digest)) throw new RequestProblem('ERR_REQUEST', 'challengeDigest: not a digest')
      exchange.challengeDigest = digest
      return { digest, terminal: askerOf(fields['terminal'], proven, gate, exchange) }
    })
    const found = await admission.run(exchange, () => desk.find(digest, { terminal }))
    const about = { challengeDigest: digest, state: found.state }
    if (found.state === 'case') {
      return json(200, { ...about, case: caseToJson(found.case), holderDigest: found.holderDigest })
    }
    return json(200, found.state === 'refused' ? { ...about, code: found.code } : about)
  }
}

/** `GET /v1/cases/{id}`. */
export function stateJob({ desk, gate, admission }: DeskServing): Job {
  return async (exchange) => {
    admission.requireRoom()
    const proven = await gate.enter(exchange)
    const terminal = askerOf(queryOf(exchange, ['terminal'])['terminal'], proven, gate, exchange)
    return json(200, caseToJson(await admission.run(exchange, () => desk.state(exchange.id!, { terminal }))))
  }
}

/** `POST /v1/cases/{id}/release`. */
export function releaseJob(serving: DeskServing): Job {
  const { desk, gate, admission } = serving
  return async (exchange) => {
    admission.requireRoom()
    const proven = await gate.enter(exchange)
    const { fence, terminal } = await read(serving, exchange, 'release', proven, (fields) => {
      requireOnly(fields, ['fence', 'terminal'])
      return { fence: fenceOf(fields), terminal: askerOf(fields['terminal'], proven, gate, exchange) }
    })
    const released = await admission.run(exchange, () => desk.release(exchange.id!, { terminal, fence }))
    const { format, case: id, enc, ciphertext } = released.sealed
    return json(200, { case: caseToJson(released.case), sealed: { format, case: id, enc, ciphertext } })
  }
}

/** `POST /v1/cases/{id}/outcome`. */
export function outcomeJob(serving: DeskServing): Job {
  const { desk, gate, admission } = serving
  return async (exchange) => {
    admission.requireRoom()
    const proven = await gate.enter(exchange)
    const { terminal, ...report } = await read(serving, exchange, 'outcome', proven, (fields) => {
      requireOnly(fields, ['outcome', 'fence', 'terminal'])
      const outcome = caseOutcomes.find((known): known is CaseOutcome => known === fields['outcome'])
      if (outcome === undefined) throw new RequestProblem('ERR_REQUEST', 'outcome: not one of the outcomes')
      const fence = Object.hasOwn(fields, 'fence') ? fenceOf(fields) : undefined
      return { outcome, fence, terminal: askerOf(fields['terminal'], proven, gate, exchange) }
    })
    return json(
      200,
      caseToJson(await admission.run(exchange, () => desk.report(exchange.id!, { terminal, ...report }))),
    )
  }
}

/** `GET /v1/issuing/cases/{id}`: for the issuing system, with what terminals do not see. */
export function issuingCaseJob({ desk, gate, admission }: DeskServing, issuerOf: Authentication): Job {
  return async (exchange) => {
    admission.requireRoom()
    await gate.enterAs('issuer', issuerOf, exchange)
    queryOf(exchange, [])
    const found = await admission.run(exchange, () => desk.issuingCase(exchange.id!))
    const { serialNumber, reason } = found
    return json(200, { ...caseToJson(found), serialNumber, reason })
  }
}

/** `GET /v1/desk`: whether issuing is stopped, and why. */
export function deskJob({ desk, gate, admission }: DeskServing, clerkOf: Authentication): Job {
  return async (exchange) => {
    admission.requireRoom()
    await gate.enterAs('clerk', clerkOf, exchange)
    queryOf(exchange, [])
    return json(200, stopBody(await admission.run(exchange, () => desk.stopped())))
  }
}

/** `POST /v1/desk/stop`, `POST /v1/desk/resume`. The clerk is the authenticated one. */
export function stopJob(serving: DeskServing, clerkOf: Authentication, action: 'stop' | 'resume'): Job {
  const { desk, gate, admission, maxBytes } = serving
  return async (exchange) => {
    admission.requireRoom()
    const clerk = await gate.enterAs('clerk', clerkOf, exchange)
    const fields = await readJsonBody(exchange, maxBytes)
    requireOnly(fields, action === 'resume' ? ['note', 'stop'] : ['note'])
    const note = textOf(fields, 'note')
    if (!isClerkNote(note)) throw new RequestProblem('ERR_REQUEST', 'note: not 1 to 500 characters')
    const seen = action === 'resume' ? textOf(fields, 'stop') : ''
    const stop = await admission.run(exchange, async () => {
      if (action === 'resume') await desk.resume({ clerk, note, stop: seen })
      else await desk.stop({ clerk, note })
      return desk.stopped()
    })
    return json(200, stopBody(stop))
  }
}

function stopBody(stop: ReportedStop | undefined): object {
  if (stop === undefined) return { stopped: false }
  const { id, at, reason, case: found, clerk, note, more = 0 } = stop
  const about = { reason, case: found, clerk, note, causes: more + 1 }
  return { stopped: true, stop: { id, at: new Date(at).toISOString(), ...about } }
}

/** Reads a body; one that is malformed is audited. @throws what `parse` throws; RequestProblem, AuditError. */
async function read<T>(
  { desk, maxBytes }: DeskServing,
  exchange: Exchange,
  action: string,
  terminal: string | undefined,
  parse: (fields: Fields) => T,
): Promise<T> {
  try {
    return parse(await readJsonBody(exchange, maxBytes))
  } catch (error) {
    const isCoded = error instanceof RequestProblem || error instanceof RefusalError
    if (isCoded && malformed.has(error.code)) {
      await desk.recordRejected(action, { case: exchange.id, terminal, code: error.code })
    }
    throw error
  }
}

function fenceOf({ fence }: Fields): number {
  if (Number.isSafeInteger(fence) && (fence as number) >= 1) return fence as number
  throw new RequestProblem('ERR_REQUEST', 'fence: missing, or not a number from 1')
}

/** The parameters of a query, each once. @throws RequestProblem `ERR_REQUEST` for another one. */
function queryOf({ request }: Exchange, known: readonly string[]): Readonly<Record<string, string>> {
  const found = [...new URL(request.url).searchParams]
  const names = new Set(found.map(([name]) => name))
  if (names.size < found.length || ![...names].every((name) => known.includes(name))) {
    throw new RequestProblem('ERR_REQUEST', 'unknown or duplicate parameter')
  }
  return Object.fromEntries(found)
}
