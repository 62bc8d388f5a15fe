import { JpkiCardError, PinError, StripeError, VerificationError } from '../errors.ts'
import { type Code, isCode, outcomeOf, type Situation, type Turn } from '../outcomes.ts'

/** What a failure means to people. */
export interface Meaning {
  readonly situation: Situation
  readonly turn: Turn
  readonly retry: boolean
}

/** Of an error that is not of this package. */
const unexpected: Meaning = { situation: 'unexpected', turn: 'operator', retry: false }

/** What is known of a failure: never its message, which is not for people at a machine. */
export interface Failure {
  readonly error: JpkiCardError | undefined
  /** `undefined` for whatever is not an error of this package. */
  readonly code: Code | undefined
  readonly pin: string | undefined
  readonly triesLeft: number | undefined
}

/** Takes what was thrown, or a code, apart. What is said explicitly goes before what the error says. */
export function failureOf(
  thrown: unknown,
  said: { readonly pin?: string | undefined; readonly triesLeft?: number | undefined },
): Failure {
  const error = ownError(thrown)
  const code = error === undefined ? thrown : error.code
  const pinError = error instanceof PinError ? error : undefined
  return {
    error,
    code: isCode(code) ? code : undefined,
    pin: said.pin ?? pinError?.pin,
    triesLeft: said.triesLeft ?? pinError?.triesLeft,
  }
}

/**
 * `await using` that fails to clear a card while something else is thrown leaves a SuppressedError: its `error`, that the
 * card is not cleared, is the one to tell.
 */
function ownError(thrown: unknown): JpkiCardError | undefined {
  if (thrown instanceof JpkiCardError) return thrown
  if (!(thrown instanceof Error && thrown.name === 'SuppressedError' && 'error' in thrown)) return undefined
  return thrown.error instanceof JpkiCardError ? thrown.error : undefined
}

/** The code whose texts tell best what happened: a PIN without a try left is blocked, however that was found out. */
export function tellingCode({ code, triesLeft }: Failure): Code | undefined {
  if (triesLeft !== 0) return code
  if (code === 'ERR_PIN_REJECTED' || code === 'ERR_PIN_GUARDED') return 'ERR_PIN_BLOCKED'
  return code === 'ERR_MUNICIPAL_PIN_REJECTED' ? 'ERR_MUNICIPAL_PIN_LOCKED' : code
}

/** What the failure means, by its code and the details that change it. */
export function meaningOfFailure(failure: Failure): Meaning {
  const { error, triesLeft } = failure
  const code = tellingCode(failure)
  const { situation, turn, retry } = code === undefined ? unexpected : outcomeOf(code)
  const meaning = { situation, turn, retry }
  // The guard keeps the last try by default: asking at once for another would only be refused.
  if (code === 'ERR_PIN_REJECTED' && triesLeft === 1) {
    return { situation: 'pin-wrong-last', turn: 'clerk', retry: false }
  }
  // A stripe that was read well, and is of another layout: often a card of somebody else's.
  if (error instanceof StripeError && error.check === 'field') {
    return { situation: 'other-card', turn: 'operator', retry: false }
  }
  if (error instanceof VerificationError) {
    if (error.check === 'validity' && error.depth === 0) return { ...meaning, situation: 'certificate-out-of-period' }
    if (error.check !== 'validity' && error.check !== 'revocation') return { ...meaning, turn: 'operator' }
  }
  return meaning
}
