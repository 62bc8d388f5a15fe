import { type Answer, codeOf, field, tell } from './client/answer.ts'

/** Why a case came out as it did; the reports have a sentence for each. */
export type Reason =
  | 'as-expected'
  | 'other-code'
  | 'connection-ended'
  | 'not-offered'
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
  | 'tool-failed'
  | 'rate-limited'
  | 'server-unready'
  | 'waiting-too-long'
  | 'proves-nothing'
  | 'interrupted'

/** How one case came out. */
export interface Verdict {
  /** `warned` is a pass with something to look at. `not-run` says nothing about the server. */
  readonly result: 'passed' | 'warned' | 'failed' | 'not-run'
  readonly reason: Reason
  /** Status and code that came, or what came in place of an answer. */
  readonly came: string
  /** Beginning of what a server answered that failed. Hostile text. */
  readonly excerpt?: string
}

/** A verdict of the tool itself, when a case could not go on. */
export class CannotJudge extends Error {
  readonly verdict: Verdict
  constructor(verdict: Verdict) {
    super(verdict.reason)
    this.name = 'CannotJudge'
    this.verdict = verdict
  }
}

/** Characters of an answer that are kept. */
const mostExcerpt = 300

/** A verdict on an answer. */
export function verdict(result: Verdict['result'], reason: Reason, answer: Answer): Verdict {
  const came = tell(answer)
  if (result === 'passed' || answer.kind === 'silence' || answer.text === '') return { result, reason, came }
  return { result, reason, came, excerpt: answer.text.substring(0, mostExcerpt) }
}

/** Codes with which a server says that it cannot work now: they prove nothing about what was sent. */
const unready = ['ERR_STORE_UNAVAILABLE', 'ERR_STORE_FULL', 'ERR_AUDIT']

/** What says nothing about the case: a server that is too busy, or not in order. */
function sayingNothing(answer: Answer): Verdict | undefined {
  if (answer.kind === 'silence') return undefined
  const code = codeOf(answer)
  if (answer.status === 429 || code === 'ERR_RATE_LIMITED') return verdict('not-run', 'rate-limited', answer)
  return code !== undefined && unready.includes(code) ? verdict('not-run', 'server-unready', answer) : undefined
}

/** Judges an answer where only a refusal is right. */
export function judgeRefusal(
  answer: Answer,
  expected: {
    readonly codes: readonly string[]
    /** The server may also end the connection, or answer with one of these statuses before anything of it knows codes. */
    readonly orUncoded?: readonly number[] | undefined
  },
): Verdict {
  const { codes, orUncoded } = expected
  if (answer.kind === 'silence') {
    if (answer.why === 'closed' && orUncoded !== undefined) return verdict('passed', 'connection-ended', answer)
    return verdict('failed', answer.why === 'endless' ? 'endless-answer' : 'no-answer', answer)
  }
  const nothing = sayingNothing(answer)
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

/** Judges an answer where only acceptance is right. */
export function judgeAcceptance(
  answer: Answer,
  expected: { readonly terminal: string; readonly purpose: string },
): Verdict {
  if (answer.kind === 'silence') {
    return verdict('failed', answer.why === 'endless' ? 'endless-answer' : 'no-answer', answer)
  }
  const nothing = sayingNothing(answer)
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
