/** A token as JSON, valid or not. */
export type Claimed = Record<string, string>

/** Response of a server to one request. */
export type Answer =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly contentType: string
      /** Seconds of Retry-After, when it has one. */
      readonly retryAfter: number | undefined
      /** At most 65 536 bytes, decoded leniently. Untrusted. */
      readonly text: string
      /** The text as JSON; `undefined` when it is not JSON. */
      readonly json: unknown
      readonly durationMs: number
    }
  | {
      readonly kind: 'silence'
      /** `endless`: more bytes than are read. */
      readonly why: 'timeout' | 'closed' | 'unreachable' | 'endless'
      readonly durationMs: number
    }

/** The stable code in the body of a problem (RFC 9457), when it has one in the form of a code. */
export function codeOf(answer: Answer): string | undefined {
  if (answer.kind === 'silence') return undefined
  const code = field(answer.json, 'code')
  return typeof code === 'string' && /^ERR_[A-Z0-9_]{1,60}$/.test(code) ? code : undefined
}

/** An own field of a value, if that is an object. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

/** A short summary of an answer: status and code only, no text of the server. */
export function summaryOf(answer: Answer): string {
  if (answer.kind === 'silence') return answer.why
  const code = codeOf(answer)
  return code === undefined ? String(answer.status) : `${answer.status} ${code}`
}
