import { RefusalError } from '../../errors.ts'
import { isRecord } from '../../json.ts'
import { isIdentifier } from '../../token/index.ts'
import type { Exchange } from './exchange.ts'
import type { Gate } from './gate.ts'
import { RequestProblem } from './problem.ts'

/** Fields of a body. */
export type Fields = Readonly<Record<string, unknown>>

/** @throws RequestProblem `ERR_REQUEST` for another field. */
export function requireOnly(fields: Fields, known: readonly string[]): void {
  if (!Object.keys(fields).every((name) => known.includes(name))) {
    throw new RequestProblem('ERR_REQUEST', 'unknown field')
  }
}

/** @throws RequestProblem `ERR_REQUEST` for a missing field, or one that is not a string. */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new RequestProblem('ERR_REQUEST', `${name}: missing, or not a string`)
  return value
}

/**
 * The field `token`, which has text values only; the service checks which. Its nonce is kept for the answer.
 *
 * @throws RequestProblem `ERR_REQUEST`.
 */
export function tokenIn({ token }: Fields, exchange: Exchange): Fields {
  if (!isRecord(token)) throw new RequestProblem('ERR_REQUEST', 'token: missing, or not an object')
  exchange.nonce = token['nonce']
  if (Object.values(token).some((value) => typeof value === 'object' && value !== null)) {
    throw new RequestProblem('ERR_REQUEST', 'token: a value that is not a string')
  }
  return token
}

/**
 * The terminal that submits a token: the authenticated one, otherwise the one the token names, for which the request is
 * counted. A value that is not text is refused by the service.
 */
export function submitterOf(token: Fields, proven: string | undefined, gate: Gate, { caller }: Exchange): string {
  if (proven !== undefined) return proven
  const { terminal } = token
  const claimed = typeof terminal === 'string' ? terminal : ''
  gate.countClaimed(claimed, caller)
  return claimed
}

/**
 * The terminal that asks: the authenticated one, which need not name itself; otherwise the one named in the request, for
 * which it is counted.
 *
 * @param named - the field `terminal`.
 * @throws RequestProblem `ERR_REQUEST`, `ERR_FORBIDDEN`, `ERR_RATE_LIMITED`. @throws RefusalError `ERR_TOKEN_TERMINAL`
 *   when the authenticated terminal names another one.
 */
export function askerOf(named: unknown, proven: string | undefined, gate: Gate, { caller }: Exchange): string {
  if (proven === undefined) {
    if (!isIdentifier(named)) throw new RequestProblem('ERR_REQUEST', 'terminal: missing, or not a name')
    gate.countClaimed(named, caller)
    return named
  }
  if (named !== undefined && named !== proven) {
    throw new RefusalError('ERR_TOKEN_TERMINAL', 'the authenticated terminal is another one')
  }
  return proven
}
