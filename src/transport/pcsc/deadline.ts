import { TransportError } from '../../errors.ts'
import { longestTimer, withinTime } from '../../waiting.ts'
import type { WaitOptions } from '../connection.ts'

/**
 * Waits for `work` within the given limits; the work itself is not cancelled.
 *
 * @param waitingFor - completes "no … within 10 ms" and "stopped waiting for …".
 * @throws TransportError `ERR_TIMEOUT`, `ERR_ABORTED`, or the rejection of `work`.
 */
export async function within<T>(
  work: Promise<T>,
  { timeoutMs, signal }: WaitOptions,
  waitingFor: string,
  reader?: string,
): Promise<T> {
  checkTimeout(timeoutMs)
  const late = () => new TransportError('ERR_TIMEOUT', `no ${waitingFor} within ${timeoutMs} ms`, { reader })
  const aborted = () =>
    new TransportError('ERR_ABORTED', `stopped waiting for ${waitingFor}`, { cause: signal?.reason, reader })
  return withinTime(work, timeoutMs, late, signal && { signal, error: aborted })
}

/** Rejects limits that are not a number of milliseconds. */
export function checkTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs !== undefined && !(timeoutMs >= 0)) throw new RangeError('timeoutMs must be 0 or more')
}

/** `Promise.withResolvers`, which Node 20 lacks. */
export function withResolvers<T>(): {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (reason: unknown) => void
} {
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  promise.catch(() => {})
  return { promise, resolve, reject }
}

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
