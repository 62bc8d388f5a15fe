import { RecentMap } from '../../recent-map.ts'

/** How often one caller may ask. */
export interface Rate {
  /** Requests a second, in the long run; above 0. */
  readonly perSecond: number
  /** Requests at once, after a pause; at least 1. */
  readonly burst: number
}

interface Bucket {
  readonly tokens: number
  /** When they were counted, milliseconds. */
  readonly at: number
}

/** Most callers that are remembered. */
const mostCallers = 20_000

/** A token bucket for each caller. The one not seen for longest makes room, so that memory is bounded. */
export class RateLimiter {
  readonly #rate: Rate
  readonly #clock: () => number
  readonly #buckets = new RecentMap<string, Bucket>(mostCallers)

  /** @param clock - milliseconds, never going back. */
  constructor(rate: Rate, clock: () => number = () => performance.now()) {
    this.#rate = rate
    this.#clock = clock
  }

  /** Takes one. @returns 0, or the milliseconds until there is one again. */
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
