import { AuditError, RefusalError, refusalCodes } from '../../errors.ts'

/** Whose turn it is. */
type Turn = RefusalError['turn']

/** Codes only this interface knows. */
type OwnCode =
  | 'ERR_REQUEST'
  | 'ERR_FORBIDDEN'
  | 'ERR_NOT_FOUND'
  | 'ERR_METHOD'
  | 'ERR_REQUEST_TIMEOUT'
  | 'ERR_BODY_TOO_LARGE'
  | 'ERR_MEDIA_TYPE'
  | 'ERR_HOST'
  | 'ERR_RATE_LIMITED'
  | 'ERR_INTERNAL'
  | 'ERR_NOT_READY'
  | 'ERR_OVERLOADED'
  | 'ERR_ANSWER_TIMEOUT'

/** With status, turn and whether trying again can help. */
const ownCodes: Readonly<Record<OwnCode, readonly [status: number, turn: Turn, retry: boolean]>> = {
  ERR_REQUEST: [400, 'operator', false],
  ERR_FORBIDDEN: [403, 'operator', false],
  ERR_NOT_FOUND: [404, 'operator', false],
  ERR_METHOD: [405, 'operator', false],
  ERR_REQUEST_TIMEOUT: [408, 'operator', true],
  ERR_BODY_TOO_LARGE: [413, 'operator', false],
  ERR_MEDIA_TYPE: [415, 'operator', false],
  ERR_HOST: [421, 'operator', false],
  ERR_RATE_LIMITED: [429, 'customer', true],
  ERR_INTERNAL: [500, 'operator', false],
  ERR_NOT_READY: [503, 'operator', true],
  ERR_OVERLOADED: [503, 'customer', true],
  ERR_ANSWER_TIMEOUT: [503, 'operator', true],
}

/** Statuses of refusals; 422, well formed and refused, for the others. */
const statuses: Partial<Readonly<Record<string, number>>> = {
  ERR_TOKEN: 400,
  ERR_TOKEN_TERMINAL: 403,
  ERR_NONCE_UNKNOWN: 409,
  ERR_NONCE_EXPIRED: 409,
  ERR_REVOCATION_UNKNOWN: 503,
  ERR_STORE_UNAVAILABLE: 503,
  ERR_STORE_FULL: 503,
  ERR_INTERNAL: 500,
}

const statusOfRefusal = (code: string): number => statuses[code] ?? 422

/** Refusals of terminals, which no server answers. */
const ofTerminals: readonly string[] = ['ERR_ANSWER_MISMATCH']

/** Every code an answer can have, with its status. */
export const problemStatuses: Readonly<Record<string, number>> = Object.fromEntries([
  ...Object.entries(ownCodes).map(([code, [status]]) => [code, status]),
  ...refusalCodes
    .filter((code) => !code.startsWith('ERR_MUNICIPAL_') && !ofTerminals.includes(code))
    .map((code) => [code, statusOfRefusal(code)] as const),
  ['ERR_AUDIT', 503],
])

/** A request that does not come to be judged. Its message holds nothing that was sent. */
export class RequestProblem extends Error {
  readonly code: OwnCode
  readonly headers: Readonly<Record<string, string>>
  /** What stands in the body beside the error. */
  readonly more: object | undefined
  constructor(code: OwnCode, message: string, headers: Readonly<Record<string, string>> = {}, more?: object) {
    super(message)
    this.name = new.target.name
    this.code = code
    this.headers = headers
    this.more = more
  }
}

/** An error as it is answered. */
export interface Problem {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly error: { readonly code: string; readonly message: string; readonly turn: Turn; readonly retry: boolean }
}

/** What an error comes to. One that nobody foresaw tells nothing of itself. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RefusalError) {
    const { code, message, turn, retry } = error
    return { status: statusOfRefusal(code), headers: {}, error: { code, message, turn, retry } }
  }
  if (error instanceof AuditError) {
    const message = 'nothing is accepted that cannot be written down'
    return { status: 503, headers: {}, error: { code: error.code, message, turn: 'operator', retry: true } }
  }
  const known = error instanceof RequestProblem ? error : new RequestProblem('ERR_INTERNAL', 'an unexpected error')
  const { code, message, headers } = known
  const [status, turn, retry] = ownCodes[code]
  return { status, headers, error: { code, message, turn, retry } }
}
