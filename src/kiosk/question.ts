import type { VisitScreen } from './screen.ts'
import type { Visit } from './visit.ts'

/** A question to the customer. */
export interface ScreenControl {
  /** For its text. */
  readonly screen: VisitScreen
  /** Aborts when the card is out, or when nothing was done for `idleMs`: close the screen. */
  readonly signal: AbortSignal
  /** The customer did something: the time starts again. */
  active(): void
}

/** Thrown by a question that ended without an answer. */
export class Ended extends Error {
  readonly kind: 'cancelled' | 'inactive' | 'removed'
  constructor(kind: Ended['kind']) {
    super(kind)
    this.kind = kind
  }
}

/** What {@link ask} asks. */
interface Asked<T> {
  readonly screen: VisitScreen
  readonly idleMs: number
  readonly question: (control: ScreenControl) => Promise<T | undefined>
  /** Of an answer that comes after the question has ended. */
  readonly discard?: ((late: T) => void) | undefined
}

/** One question. @throws Ended without an answer. */
export async function ask<T>(
  { signal }: Visit,
  { screen, idleMs, question, discard = () => {} }: Asked<T>,
): Promise<T> {
  if (signal.aborted) throw new Ended('removed')
  const over = new AbortController()
  const idle = (): void => over.abort(new Ended('inactive'))
  const gone = (): void => over.abort(new Ended('removed'))
  let timer = setTimeout(idle, idleMs)
  let isOpen = true
  const active = (): void => {
    clearTimeout(timer)
    if (isOpen) timer = setTimeout(idle, idleMs)
  }
  signal.addEventListener('abort', gone)
  try {
    const answer = question({ screen, signal: over.signal, active })
    const ended = new Promise<never>((_, reject) => {
      over.signal.addEventListener('abort', () => reject(over.signal.reason))
    })
    const late = (value: T | undefined): void => {
      if ((over.signal.aborted || !isOpen) && value !== undefined) discard(value)
    }
    answer.then(late, () => {})
    const given = await Promise.race([answer, ended])
    if (given === undefined) throw new Ended('cancelled')
    if (!over.signal.aborted) return given
    discard(given)
    throw over.signal.reason
  } finally {
    isOpen = false
    clearTimeout(timer)
    signal.removeEventListener('abort', gone)
  }
}
