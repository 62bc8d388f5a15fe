import { RecentMap } from '../../recent-map.ts'

/** Request rate of one caller. */
export interface Rate {
  /** Sustained requests per second; above 0. */
  readonly perSecond: number
  /** Requests at once after a pause; at least 1. */
  readonly burst: number
}

interface Bucket {
  readonly tokens: number
  /** When they were counted, milliseconds. */
  readonly at: number
}

/** Callers remembered, at most. */
const mostCallers = 20_000

/** A token bucket for each caller. The least recently seen is evicted, so that memory is bounded. */
export class RateLimiter {
  readonly #rate: Rate
  readonly #clock: () => number
  readonly #buckets = new RecentMap<string, Bucket>(mostCallers)

  /** @param clock - milliseconds, never going back. */
  constructor(rate: Rate, clock: () => number = () => performance.now()) {
    this.#rate = rate
    this.#clock = clock
  }

  /** Takes one. @returns 0, or the milliseconds until the next is available. */
  take(caller: string): number {
    const { perSecond, burst } = this.#rate
    const now = this.#clock()
    const { tokens, at } = this.#buckets.get(caller) ?? { tokens: burst, at: now }
    const left = Math.min(burst, tokens + ((now - at) * perSecond) / 1000)
    const isLet = left >= 1
    this.#buckets.set(caller, { tokens: isLet ? left - 1 : left, at: now })
    return isLet ? 0 : ((1 - left) / perSecond) * 1000
  }
}
