/** Limits of waiting. A leaf: imports nothing. */

/** Longest delay a timer takes, milliseconds: 24 days. A longer limit is none. */
export const longestTimer = 0x7fffffff

/**
 * Waits for `work`, but no longer than the limits say. The timer and the listener are gone when it settles; the work itself
 * goes on, and what it fails with later is ignored.
 *
 * @param ms - longest wait, milliseconds; `undefined`, or more than a timer takes: no limit.
 * @param late - what is thrown when the time is over.
 * @param abort - a signal that ends the wait, and what is thrown then.
 */
export async function withinTime<T>(
  work: Promise<T>,
  ms: number | undefined,
  late: () => Error,
  abort?: { readonly signal: AbortSignal; readonly error: () => Error } | undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let onAbort: (() => void) | undefined
  const limit = new Promise<never>((_, reject) => {
    onAbort = () => reject(abort!.error())
    if (abort?.signal.aborted) onAbort()
    else abort?.signal.addEventListener('abort', onAbort, { once: true })
    if (ms !== undefined && ms <= longestTimer) timer = setTimeout(() => reject(late()), ms)
  })
  try {
    return await Promise.race([limit, work])
  } finally {
    clearTimeout(timer)
    abort?.signal.removeEventListener('abort', onAbort!)
  }
}

/** Pauses between attempts, milliseconds: each twice as long as the one before, up to the longest. */
export class Backoff {
  readonly #first: number
  readonly #longest: number
  #next: number

  constructor(first: number, longest: number) {
    this.#first = first
    this.#longest = longest
    this.#next = first
  }

  /** The pause before the next attempt. */
  next(): number {
    const pause = this.#next
    this.#next = Math.min(2 * pause, this.#longest)
    return pause
  }

  /** An attempt succeeded: the next pause is the first again. */
  reset(): void {
    this.#next = this.#first
  }
}
