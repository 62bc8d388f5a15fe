/** How often one caller may ask. */
export interface Rate {
  /** Requests a second, in the long run; above 0. */
  readonly perSecond: number
  /** Requests at once, after a pause; at least 1. */
  readonly burst: number
}

interface Bucket {
  tokens: number
  /** When they were counted, milliseconds. */
  at: number
}

/** Callers in one generation; two generations are kept. */
const mostCallers = 10_000

/** A token bucket for each caller. Those not heard of for longest are forgotten, so that memory is bounded. */
export class RateLimiter {
  readonly #rate: Rate
  readonly #clock: () => number
  #recent = new Map<string, Bucket>()
  #older: ReadonlyMap<string, Bucket> = new Map()

  /** @param clock - milliseconds, never going back. */
  constructor(rate: Rate, clock: () => number = () => performance.now()) {
    this.#rate = rate
    this.#clock = clock
  }

  /** Takes one. @returns 0, or the milliseconds until there is one again. */
  take(caller: string): number {
    const { perSecond, burst } = this.#rate
    const now = this.#clock()
    const bucket = this.#bucketOf(caller, now)
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) * perSecond) / 1000)
    bucket.at = now
    if (bucket.tokens < 1) return ((1 - bucket.tokens) / perSecond) * 1000
    bucket.tokens -= 1
    return 0
  }

  #bucketOf(caller: string, now: number): Bucket {
    const known = this.#recent.get(caller)
    if (known !== undefined) return known
    const bucket = this.#older.get(caller) ?? { tokens: this.#rate.burst, at: now }
    if (this.#recent.size >= mostCallers) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(caller, bucket)
    return bucket
  }
}
