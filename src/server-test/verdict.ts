import { type Answer, codeOf, field, summaryOf } from './client.ts'

/** Reason for the result of a case; the reports have a sentence for each. */
export type Reason =
  | 'as-expected'
  | 'other-code'
  | 'connection-ended'
  | 'not-offered'
  | 'older-format'
  | 'accepted'
  | 'refused'
  | 'no-code'
  | 'server-error'
  | 'no-answer'
  | 'endless-answer'
  | 'redirect'
  | 'malformed'
  | 'no-challenge'
  | 'not-exactly-one'
  | 'not-cut-off'
  | 'personal-data'
  | 'other-holder'
  | 'other-transaction'
  | 'repeated-nonce'
  | 'other-document'
  | 'not-for-this-visit'
  | 'no-document'
  | 'issued'
  | 'released-twice'
  | 'not-stopped'
  | 'stopped-needlessly'
  | 'not-resumed'
  | 'not-ended'
  | 'case-lost'
  | 'forgotten'
  | 'not-applicable'
  | 'town-not-asked'
  | 'reason-disclosed'
  | 'still-ready'
  | 'not-back'
  | 'command-failed'
  | 'not-configured'
  | 'tool-failed'
  | 'rate-limited'
  | 'server-unready'
  | 'waiting-too-long'
  | 'proves-nothing'
  | 'interrupted'

/** Result of one case. */
export interface Verdict {
  /** `warned` is a pass with a remark. `not-run` is no result about the server. */
  readonly result: 'passed' | 'warned' | 'failed' | 'not-run'
  readonly reason: Reason
  /** Status and code of the response, or what happened instead. */
  readonly came: string
  /** Start of the response of a failed case. Untrusted text. */
  readonly excerpt?: string
}

/** A verdict of the tool itself, when a case cannot go on. */
export class CaseAborted extends Error {
  readonly verdict: Verdict
  constructor(verdict: Verdict) {
    super(verdict.reason)
    this.name = 'CaseAborted'
    this.verdict = verdict
  }
}

/** Characters of a response that are kept. */
const mostExcerpt = 300

/** A verdict on an answer. */
export function verdict(result: Verdict['result'], reason: Reason, answer: Answer): Verdict {
  const came = summaryOf(answer)
  if (result === 'passed' || answer.kind === 'silence' || answer.text === '') return { result, reason, came }
  return { result, reason, came, excerpt: answer.text.substring(0, mostExcerpt) }
}

/** Codes of a temporarily unavailable server: inconclusive about the request. */
const unready = ['ERR_STORE_UNAVAILABLE', 'ERR_STORE_FULL', 'ERR_AUDIT', 'ERR_OVERLOADED']

/** The verdict for an inconclusive response: the server is overloaded, or not ready. */
function inconclusive(answer: Answer): Verdict | undefined {
  if (answer.kind === 'silence') return undefined
  const code = codeOf(answer)
  if (answer.status === 429 || code === 'ERR_RATE_LIMITED') return verdict('not-run', 'rate-limited', answer)
  return code !== undefined && unready.includes(code) ? verdict('not-run', 'server-unready', answer) : undefined
}

/** The verdict on a response that must be a refusal. */
export function expectRefusal(
  answer: Answer,
  expected: {
    readonly codes: readonly string[]
    /** The server may also close the connection, or respond with one of these statuses from a part without codes. */
    readonly orUncoded?: readonly number[] | undefined
  },
): Verdict {
  const { codes, orUncoded } = expected
  if (answer.kind === 'silence') {
    if (answer.why === 'closed' && orUncoded !== undefined) return verdict('passed', 'connection-ended', answer)
    return verdict('failed', answer.why === 'endless' ? 'endless-answer' : 'no-answer', answer)
  }
  const nothing = inconclusive(answer)
  if (nothing !== undefined) return nothing
  const { status } = answer
  const code = codeOf(answer)
  if (status >= 200 && status < 300) return verdict('failed', 'accepted', answer)
  if (status < 400) return verdict('failed', 'redirect', answer)
  if (status >= 500 && (status !== 503 || code === undefined)) return verdict('failed', 'server-error', answer)
  if (code === undefined) {
    if (orUncoded?.includes(status)) return verdict('passed', 'as-expected', answer)
    return verdict('failed', 'no-code', answer)
  }
  return codes.includes(code) ? verdict('passed', 'as-expected', answer) : verdict('warned', 'other-code', answer)
}

/** The verdict on a response that must be an acceptance. */
export function expectAcceptance(
  answer: Answer,
  expected: { readonly terminal: string; readonly purpose: string },
): Verdict {
  if (answer.kind === 'silence') {
    return verdict('failed', answer.why === 'endless' ? 'endless-answer' : 'no-answer', answer)
  }
  const nothing = inconclusive(answer)
  if (nothing !== undefined) return nothing
  const { status, json } = answer
  if (status >= 500) return verdict('failed', 'server-error', answer)
  if (status >= 400) return verdict('failed', 'refused', answer)
  if (status < 200 || status >= 300) return verdict('failed', 'redirect', answer)
  const holder = field(json, 'holder')
  const right =
    field(json, 'ok') === true &&
    field(json, 'terminal') === expected.terminal &&
    field(json, 'purpose') === expected.purpose &&
    typeof holder === 'string' &&
    holder !== ''
  return right ? verdict('passed', 'as-expected', answer) : verdict('failed', 'malformed', answer)
}
