import { longestTimer } from '../../waiting.ts'

/**
 * Limits consecutive waits with a single timer. Setting and clearing a timer per exchange costs more than everything
 * else this package does for one.
 */
export class Watchdog {
  readonly #limitMs: number
  #deadline = 0
  #expire: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined

  /** @param limitMs - longest wait, milliseconds; above 2^31 - 1 there is no limit. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /**
   * The result of `work`, or a rejection with `late()` when the limit expires first; the work itself is not cancelled.
   * One wait at a time. The limit does not keep the process alive.
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

  /** Ends the wait. */
  rest(): void {
    this.#expire = undefined
  }

  /** Clears the timer. A pending wait then has no limit. */
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
