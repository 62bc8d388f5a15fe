import { JpkiCardError, TransportError } from '../errors.ts'

/** Converts any error to a coded one: an error without a code becomes `ERR_TRANSPORT` with this text. */
export function coded(cause: unknown, text: string, reader?: string): JpkiCardError {
  return cause instanceof JpkiCardError ? cause : new TransportError('ERR_TRANSPORT', text, { cause, reader })
}

/** Milliseconds before the next attempt, by the number of attempts so far; the last value repeats. */
const pauses = [150, 500, 1000, 2000] as const

/** Attempts at a card whose responses are faulty. */
const attempts = 4

/** Transient errors: retried without limit. */
const transient: ReadonlySet<string> = new Set(['ERR_READER_BUSY', 'ERR_SERVICE_UNAVAILABLE', 'ERR_NO_READER'])

/** Errors of a card that is being removed: not a fault, the removal event follows. */
const removal: ReadonlySet<string> = new Set(['ERR_CARD_REMOVED', 'ERR_NO_CARD'])

/** Errors that are retried. */
const retryable: ReadonlySet<string> = new Set([
  ...transient,
  ...removal,
  'ERR_CARD_RESET',
  'ERR_CARD_MUTE',
  'ERR_TIMEOUT',
  'ERR_TRANSPORT',
  'ERR_CONNECTION_CLOSED',
  'ERR_RESPONSE_MALFORMED',
  'ERR_RESPONSE_TOO_LONG',
])

/** What follows a failed identification. */
export interface RetryDecision {
  readonly isTrouble: boolean
  /** Milliseconds until the next attempt; `undefined`: none until the card is removed. */
  readonly retryMs: number | undefined
}

/** @param attempt - number of the failed attempt, from 1. */
export function decideRetry({ code }: JpkiCardError, attempt: number): RetryDecision {
  const again = retryable.has(code) && (transient.has(code) || attempt < attempts)
  // An error that ends with the next attempt is not reported: a card being inserted, a reader just resumed.
  const isTrouble = !again || attempt > (removal.has(code) ? 2 : 1)
  return { isTrouble, retryMs: again ? pauses[Math.min(attempt, pauses.length) - 1] : undefined }
}

/** Waits, at most until the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
