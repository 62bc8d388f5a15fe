import { RefusalError } from '../../errors.ts'
import { isRecord } from '../../json.ts'
import type { Acceptance } from '../token-service.ts'
import type { Admission } from './admission.ts'
import { type Job, json } from './exchange.ts'
import type { Gate } from './gate.ts'
import { readJsonBody } from './json-body.ts'
import type { HttpHandlerOptions } from './options.ts'
import { RequestProblem } from './problem.ts'

/**
 * An acceptance as it is sent to terminals, field by field: without the problems of revocation sources, and without
 * fields added later.
 */
export function acceptanceBody(acceptance: Acceptance): object {
  const { holder, terminal, purpose, at, validUntil, checks, revocation, serialNumber, challengeDigest, holderDigest } =
    acceptance
  const { claimed, byPolicy } = acceptance.userVerification
  return {
    ok: true,
    holder,
    terminal,
    purpose,
    at,
    validUntil,
    userVerification: { claimed, byPolicy },
    checks: checks.map(({ check, depth, result }) => ({ check, depth, result })),
    revocation: revocation.map(({ status, evidence }) => ({
      status,
      evidence: evidence.map(({ kind, issuer, thisUpdate, nextUpdate, sha256 }) => ({
        kind,
        issuer,
        thisUpdate,
        nextUpdate,
        sha256,
      })),
    })),
    serialNumber,
    challengeDigest,
    holderDigest,
  }
}

type Fields = Readonly<Record<string, unknown>>

/** `POST /v1/challenges`. */
export function challengeJob({ service }: HttpHandlerOptions, gate: Gate, admission: Admission, maxBytes: number): Job {
  return async (exchange) => {
    admission.requireRoom()
    const proven = await gate.enter(exchange)
    const fields = await readJsonBody(exchange, maxBytes)
    requireOnly(fields, ['terminal', 'purpose'])
    const terminal = textOf(fields, 'terminal')
    const purpose = textOf(fields, 'purpose')
    if (proven === undefined) gate.countClaimed(terminal, exchange.caller)
    else if (terminal !== proven)
      throw new RefusalError('ERR_TOKEN_TERMINAL', 'the authenticated terminal is another one')
    return json(201, await admission.run(exchange, () => service.challenge({ terminal, purpose })))
  }
}

/** `POST /v1/verifications`. */
export function verificationJob(options: HttpHandlerOptions, gate: Gate, admission: Admission, maxBytes: number): Job {
  const { service, allowSerialNumber = false } = options
  return async (exchange) => {
    admission.requireRoom()
    const proven = await gate.enter(exchange)
    const fields = await readJsonBody(exchange, maxBytes)
    requireOnly(fields, ['token', 'purpose', 'includeSerialNumber'])
    const { token } = fields
    if (!isRecord(token)) throw new RequestProblem('ERR_REQUEST', 'token: missing, or not an object')
    exchange.nonce = token['nonce']
    requireTexts(token)
    const purpose = Object.hasOwn(fields, 'purpose') ? textOf(fields, 'purpose') : undefined
    const includeSerialNumber = wantsSerialNumber(fields)
    if (includeSerialNumber && !allowSerialNumber) {
      throw new RequestProblem('ERR_FORBIDDEN', 'serial numbers are not returned by this server')
    }
    const terminal = proven ?? claimedTerminal(token)
    if (proven === undefined) gate.countClaimed(terminal, exchange.caller)
    const acceptance = await admission.run(exchange, () =>
      service.verify(token, { terminal, purpose, includeSerialNumber }),
    )
    return json(200, acceptanceBody(acceptance))
  }
}

function requireOnly(fields: Fields, known: readonly string[]): void {
  if (!Object.keys(fields).every((name) => known.includes(name))) {
    throw new RequestProblem('ERR_REQUEST', 'unknown field')
  }
}

/** A token has text values only; the service checks which. */
function requireTexts(token: Fields): void {
  if (Object.values(token).some((value) => typeof value === 'object' && value !== null)) {
    throw new RequestProblem('ERR_REQUEST', 'token: a value that is not a string')
  }
}

function textOf(fields: Fields, name: 'terminal' | 'purpose'): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new RequestProblem('ERR_REQUEST', `${name}: missing, or not a string`)
  return value
}

function wantsSerialNumber({ includeSerialNumber = false }: Fields): boolean {
  if (typeof includeSerialNumber === 'boolean') return includeSerialNumber
  throw new RequestProblem('ERR_REQUEST', 'includeSerialNumber: not a boolean')
}

/** A value that is not text is refused by the service. */
function claimedTerminal({ terminal }: Fields): string {
  return typeof terminal === 'string' ? terminal : ''
}
