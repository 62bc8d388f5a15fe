import { longestTimer } from '../../waiting.ts'

/**
 * Limits one wait after another with a single timer. Setting and clearing a timer for every exchange costs more than all
 * the rest this package does for one.
 */
export class Watchdog {
  readonly #limitMs: number
  #deadline = 0
  #expire: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined

  /** @param limitMs - longest wait, milliseconds; more than a timer takes means no limit. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /**
   * What `work` comes to, or a rejection with `late()` when that takes too long; the work itself goes on. One wait at a
   * time. It is the work that keeps the process alive, not the limit.
   */
  guard<T>(work: Promise<T>, late: () => Error): Promise<T> {
    if (this.#limitMs > longestTimer) return work
    return new Promise((resolve, reject) => {
      this.#expire = () => reject(late())
      this.#deadline = performance.now() + this.#limitMs
      if (this.#timer === undefined) this.#arm(this.#limitMs)
      work.then(resolve, reject)
    })
  }

  /** The wait is over. */
  rest(): void {
    this.#expire = undefined
  }

  /** Ends the timer. A wait under way has no limit any more. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#expire === undefined) return
      const left = this.#deadline - performance.now()
      if (left > 0) this.#arm(left)
      else this.#expire()
    }, ms).unref()
  }
}
