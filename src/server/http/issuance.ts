import { fromBase64 } from '../../bytes.ts'
import { RefusalError } from '../../errors.ts'
import { certificateDigest, challengeDigest, type TokenFormat } from '../../token/index.ts'
import type { Acceptance } from '../token-service.ts'
import type { Admission } from './admission.ts'
import { type Exchange, type Job, json } from './exchange.ts'
import { type Fields, requireOnly, submitterOf, textOf, tokenIn } from './fields.ts'
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

/** `POST /v1/challenges`. */
export function challengeJob({ service }: HttpHandlerOptions, gate: Gate, admission: Admission, maxBytes: number): Job {
  return async (exchange) => {
    admission.requireRoom()
    const proven = await gate.enter(exchange)
    const fields = await readJsonBody(exchange, maxBytes)
    requireOnly(fields, ['terminal', 'purpose', 'format'])
    const terminal = textOf(fields, 'terminal')
    const purpose = textOf(fields, 'purpose')
    // A text that is not a format is refused by the service.
    const format = Object.hasOwn(fields, 'format') ? (textOf(fields, 'format') as TokenFormat) : undefined
    requireTerminal(terminal, proven, gate, exchange)
    return json(201, await admission.run(exchange, () => service.challenge({ terminal, purpose, format })))
  }
}

/** `POST /v1/certificates`. The answer names the nonce of the terminal, so that it belongs to one request only. */
export function certificateJob(
  { service }: HttpHandlerOptions,
  gate: Gate,
  admission: Admission,
  maxBytes: number,
): Job {
  return async (exchange) => {
    admission.requireRoom()
    const proven = await gate.enter(exchange)
    const fields = await readJsonBody(exchange, maxBytes)
    exchange.nonce = fields['nonce']
    requireOnly(fields, ['terminal', 'purpose', 'nonce', 'certificate', 'caCertificate'])
    const terminal = textOf(fields, 'terminal')
    const purpose = textOf(fields, 'purpose')
    const nonce = bytesOf(fields, 'nonce', 'base64url', 32, 32)
    const certificate = bytesOf(fields, 'certificate', 'base64', 1, 8192)
    const caCertificate = Object.hasOwn(fields, 'caCertificate')
      ? bytesOf(fields, 'caCertificate', 'base64', 1, 8192)
      : undefined
    requireTerminal(terminal, proven, gate, exchange)
    const checked = await admission.run(exchange, () =>
      service.checkCertificate({ terminal, purpose, certificate, caCertificate }),
    )
    const { at, validUntil } = checked
    const digests = {
      challengeDigest: challengeDigest(nonce),
      certificateDigest: certificateDigest(nonce, certificate),
    }
    return json(200, { ok: true, terminal, purpose, at, validUntil, ...digests })
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
    const token = tokenIn(fields, exchange)
    const purpose = Object.hasOwn(fields, 'purpose') ? textOf(fields, 'purpose') : undefined
    const includeSerialNumber = wantsSerialNumber(fields)
    if (includeSerialNumber && !allowSerialNumber) {
      throw new RequestProblem('ERR_FORBIDDEN', 'serial numbers are not returned by this server')
    }
    const terminal = submitterOf(token, proven, gate, exchange)
    const acceptance = await admission.run(exchange, () =>
      service.verify(token, { terminal, purpose, includeSerialNumber }),
    )
    return json(200, acceptanceBody(acceptance))
  }
}

/** Counts the request for a terminal that is only named; a terminal that is authenticated must name itself. */
function requireTerminal(terminal: string, proven: string | undefined, gate: Gate, { caller }: Exchange): void {
  if (proven === undefined) gate.countClaimed(terminal, caller)
  else if (terminal !== proven)
    throw new RefusalError('ERR_TOKEN_TERMINAL', 'the authenticated terminal is another one')
}

function bytesOf(
  fields: Fields,
  name: 'nonce' | 'certificate' | 'caCertificate',
  encoding: 'base64' | 'base64url',
  least: number,
  most: number,
): Uint8Array {
  const bytes = fromBase64(textOf(fields, name), encoding)
  if (bytes === undefined || bytes.length < least || bytes.length > most) {
    throw new RequestProblem('ERR_REQUEST', `${name}: not ${least} to ${most} bytes in canonical ${encoding}`)
  }
  return bytes
}

function wantsSerialNumber({ includeSerialNumber = false }: Fields): boolean {
  if (typeof includeSerialNumber === 'boolean') return includeSerialNumber
  throw new RequestProblem('ERR_REQUEST', 'includeSerialNumber: not a boolean')
}
