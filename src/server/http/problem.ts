import { AuditError, type Code, type CodeOf, RefusalError, type Turn } from '../../errors.ts'
import { messageFor } from '../../messages/index.ts'
import { codes, outcomeOf } from '../../outcomes.ts'

/** Codes only this interface knows, and the one for errors nobody foresaw. */
type RequestCode = CodeOf<'RequestProblem'> | 'ERR_INTERNAL'

/** Every code a response can have, with its HTTP status. */
export const problemStatuses: Readonly<Record<string, number>> = Object.fromEntries(
  codes.flatMap((code) => {
    const { status } = outcomeOf(code)
    return status === undefined ? [] : [[code, status]]
  }),
)

/** A request that is refused before its token is looked at. Its message holds nothing that was sent. */
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

/** Body of a response to a request that is refused. RFC 9457, with extension members from `code` on. */
export interface ProblemDetails {
  /** One URN per code. It identifies the problem and leads nowhere. */
  readonly type: string
  /** The same for every problem of the code, in English. */
  readonly title: string
  readonly status: number
  /** For the log of the terminal; nothing that was sent is in it. */
  readonly detail: string
  readonly code: Code
  readonly turn: Turn
  readonly retry: boolean
  /** Name of the failed check of a certificate, and the certificate: 0 is the holder's. */
  readonly check?: string
  readonly depth?: number
}

/** An error as a response. */
export interface Problem {
  readonly headers: Readonly<Record<string, string>>
  readonly body: ProblemDetails
}

/** The response to an error. Of an unexpected one it shows nothing. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RefusalError) {
    const { code, message, check, depth } = error
    const about = { ...(check !== undefined && { check }), ...(depth !== undefined && { depth }) }
    return { headers: {}, body: { ...details(code, message), ...about } }
  }
  if (error instanceof AuditError) {
    return { headers: {}, body: details(error.code, 'audit log unavailable; request refused') }
  }
  const known = error instanceof RequestProblem ? error : new RequestProblem('ERR_INTERNAL', 'an unexpected error')
  return { headers: known.headers, body: details(known.code, known.message) }
}

/** Titles, since an overloaded server sends many. */
const titles = new Map<Code, string>()

function details(code: Code, detail: string): ProblemDetails {
  // A refusal that no server is known to answer with is one of the token: well formed, and refused.
  const { status = 422, turn, retry } = outcomeOf(code)
  let title = titles.get(code)
  if (title === undefined) {
    title = messageFor(code, { audience: 'operator', language: 'en' }).title
    titles.set(code, title)
  }
  return { type: `urn:jpki-card:error:${code}`, title, status, detail, code, turn, retry }
}
