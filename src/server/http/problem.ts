import { AuditError, type Code, type CodeOf, RefusalError, type Turn } from '../../errors.ts'
import { messageFor } from '../../messages/index.ts'
import { codes, outcomeOf } from '../../outcomes.ts'

/** Codes of the HTTP interface only, and the one for unexpected errors. */
type RequestCode = CodeOf<'RequestProblem'> | 'ERR_INTERNAL'

/** Every code a response can have, with its HTTP status. */
export const problemStatuses: Readonly<Record<string, number>> = Object.fromEntries(
  codes.flatMap((code) => {
    const { status } = outcomeOf(code)
    return status === undefined ? [] : [[code, status]]
  }),
)

/** A request refused before its token is verified. Its message contains nothing that was sent. */
export class RequestProblem extends Error {
  readonly code: RequestCode
  readonly headers: Readonly<Record<string, string>>
  /** Extension members of the body beside the usual ones. */
  readonly more: object | undefined
  constructor(code: RequestCode, message: string, headers: Readonly<Record<string, string>> = {}, more?: object) {
    super(message)
    this.name = new.target.name
    this.code = code
    this.headers = headers
    this.more = more
  }
}

/** Body of the response to a refused request. RFC 9457, with extension members from `code` on. */
export interface ProblemDetails {
  /** One URN per code. An identifier, not an address. */
  readonly type: string
  /** The same for every problem of the code, in English. */
  readonly title: string
  readonly status: number
  /** For the log of the terminal; contains nothing that was sent. */
  readonly detail: string
  readonly code: Code
  readonly turn: Turn
  readonly retry: boolean
  /** Name of the failed check of a certificate, and the certificate: depth 0 is the holder's. */
  readonly check?: string
  readonly depth?: number
}

/** An error as a response. */
export interface Problem {
  readonly headers: Readonly<Record<string, string>>
  readonly body: ProblemDetails
}

/** The response to an error. Details of an unexpected one are not shown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RefusalError) {
    const { code, message, check, depth } = error
    const about = { ...(check !== undefined && { check }), ...(depth !== undefined && { depth }) }
    return { headers: {}, body: { ...details(code, message), ...about } }
  }
  if (error instanceof AuditError) {
    return { headers: {}, body: details(error.code, 'audit log unavailable; request refused') }
  }
  const known = error instanceof RequestProblem ? error : new RequestProblem('ERR_INTERNAL', 'unexpected error')
  return { headers: known.headers, body: details(known.code, known.message) }
}

/** Titles by code, cached: an overloaded server sends many. */
const titles = new Map<Code, string>()

function details(code: Code, detail: string): ProblemDetails {
  // A refusal without a status of its own concerns the token: well-formed but refused, 422.
  const { status = 422, turn, retry } = outcomeOf(code)
  let title = titles.get(code)
  if (title === undefined) {
    title = messageFor(code, { audience: 'operator', language: 'en' }).title
    titles.set(code, title)
  }
  return { type: `urn:jpki-card:error:${code}`, title, status, detail, code, turn, retry }
}
