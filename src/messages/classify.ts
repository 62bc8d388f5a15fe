import { JpkiCardError, PinError, StripeError, VerificationError } from '../errors.ts'
import { type Code, isCode, outcomeOf, type Situation, type Turn } from '../outcomes.ts'

/** Classification of a failure. */
export interface Meaning {
  readonly situation: Situation
  readonly turn: Turn
  readonly retry: boolean
}

/** Classification of errors not of this package. */
const unexpected: Meaning = { situation: 'unexpected', turn: 'operator', retry: false }

/** Data of a failure; never its message, which is not for display. */
export interface Failure {
  readonly error: JpkiCardError | undefined
  /** `undefined` for errors not of this package. */
  readonly code: Code | undefined
  readonly pin: string | undefined
  readonly triesLeft: number | undefined
  readonly entriesLeft: number | undefined
}

/** Details that take precedence over the fields of an error. */
export interface PinDetails {
  /** `id` of the PIN, as `auth` or `sign`. Default: from the error. An unknown id is shown as just "PIN". */
  readonly pin?: string | undefined
  /** Tries left, 0 or more. Default: from the error. Those of a municipal PIN are known to the server only. */
  readonly triesLeft?: number | undefined
  /**
   * How many more times this machine accepts the PIN, 0 or more: `pinEntries` of `jpki-card/card`. Default: from the
   * error, unless `triesLeft` is given; otherwise unknown, and texts have the tries left.
   */
  readonly entriesLeft?: number | undefined
}

/** Extracts the data of an error or code. Explicit options take precedence over fields of the error. */
export function failureOf(thrown: unknown, said: PinDetails): Failure {
  const error = ownError(thrown)
  const code = error === undefined ? thrown : error.code
  const pinError = error instanceof PinError ? error : undefined
  return {
    error,
    code: isCode(code) ? code : undefined,
    pin: said.pin ?? pinError?.pin,
    triesLeft: said.triesLeft ?? pinError?.triesLeft,
    // The entries of an error belong to its own counter.
    entriesLeft: said.entriesLeft ?? (said.triesLeft === undefined ? pinError?.entriesLeft : undefined),
  }
}

/**
 * `await using` that fails to clear a card while another error is thrown results in a SuppressedError: its `error`,
 * that the card is not cleared, is the one to report.
 */
function ownError(thrown: unknown): JpkiCardError | undefined {
  if (thrown instanceof JpkiCardError) return thrown
  if (!(thrown instanceof Error && thrown.name === 'SuppressedError' && 'error' in thrown)) return undefined
  return thrown.error instanceof JpkiCardError ? thrown.error : undefined
}

/** The code whose texts apply: a PIN without tries left is reported as blocked, whatever the error. */
export function reportedCode({ code, triesLeft, entriesLeft }: Failure): Code | undefined {
  // The server of a municipal PIN has no guard: entries and tries are one number.
  if (code === 'ERR_MUNICIPAL_PIN_REJECTED') return (entriesLeft ?? triesLeft) === 0 ? 'ERR_MUNICIPAL_PIN_LOCKED' : code
  if (triesLeft !== 0) return code
  return code === 'ERR_PIN_REJECTED' || code === 'ERR_PIN_GUARDED' ? 'ERR_PIN_BLOCKED' : code
}

/** Classification by code, and by details that modify it. */
export function meaningOfFailure(failure: Failure): Meaning {
  const { error } = failure
  const code = reportedCode(failure)
  const { situation, turn, retry } = code === undefined ? unexpected : outcomeOf(code)
  const meaning = { situation, turn, retry }
  if (code === 'ERR_PIN_REJECTED' && isLastEntry(failure)) {
    return { situation: 'pin-wrong-last', turn: 'clerk', retry: false }
  }
  // A correctly read stripe with another layout: often a card of another issuer.
  if (error instanceof StripeError && error.check === 'field') {
    return { situation: 'other-card', turn: 'operator', retry: false }
  }
  if (error instanceof VerificationError) {
    if (error.check === 'validity' && error.depth === 0) return { ...meaning, situation: 'certificate-out-of-period' }
    if (error.check !== 'validity' && error.check !== 'revocation') return { ...meaning, turn: 'operator' }
  }
  return meaning
}

/** Whether a further PIN would only be refused by the guard, which keeps the last try by default. */
function isLastEntry({ triesLeft, entriesLeft }: Failure): boolean {
  return entriesLeft === undefined ? triesLeft === 1 : entriesLeft === 0
}
