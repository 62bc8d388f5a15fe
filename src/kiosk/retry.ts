import { JpkiCardError, TransportError } from '../errors.ts'

/** Whatever went wrong, as a coded error: what is none becomes `ERR_TRANSPORT` with this text. */
export function coded(cause: unknown, text: string, reader?: string): JpkiCardError {
  return cause instanceof JpkiCardError ? cause : new TransportError('ERR_TRANSPORT', text, { cause, reader })
}

/** Milliseconds before the next attempt, by how many there were; the last one stays. */
const pauses = [150, 500, 1000, 2000] as const

/** Attempts at a card that answers, but wrongly. */
const attempts = 4

/** Codes of trouble that ends by itself sooner or later, however long it takes. */
const passing: ReadonlySet<string> = new Set(['ERR_READER_BUSY', 'ERR_SERVICE_UNAVAILABLE', 'ERR_NO_READER'])

/** Codes that say that the card is on its way out: no trouble, its removal is about to be told. */
const leaving: ReadonlySet<string> = new Set(['ERR_CARD_REMOVED', 'ERR_NO_CARD'])

/** Codes that a new attempt may change. */
const worthTrying: ReadonlySet<string> = new Set([
  ...passing,
  ...leaving,
  'ERR_CARD_RESET',
  'ERR_CARD_MUTE',
  'ERR_TIMEOUT',
  'ERR_TRANSPORT',
  'ERR_CONNECTION_CLOSED',
  'ERR_RESPONSE_MALFORMED',
  'ERR_RESPONSE_TOO_LONG',
])

/** What to do about a failed identification. */
export interface Verdict {
  readonly isTrouble: boolean
  /** Milliseconds until the next attempt; `undefined`: none until the card was taken out. */
  readonly retryMs: number | undefined
}

/** @param attempt - how often it was tried, from 1. */
export function judge({ code }: JpkiCardError, attempt: number): Verdict {
  const again = worthTrying.has(code) && (passing.has(code) || attempt < attempts)
  // What is over at the next attempt is no trouble: a card being pushed in, a reader just awake.
  const isTrouble = !again || attempt > (leaving.has(code) ? 2 : 1)
  return { isTrouble, retryMs: again ? pauses[Math.min(attempt, pauses.length) - 1] : undefined }
}

/** Waits, but no longer than until the signal. */
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
