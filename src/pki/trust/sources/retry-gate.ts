import { spanText } from './limits.ts'
import { RecentMap } from './recent-map.ts'
import { Unavailable } from './unavailable.ts'

/** Remembers which addresses failed, so that an outage does not slow each verification down by the time-out. */
export class RetryGate {
  readonly #retryMs: number
  readonly #failures = new RecentMap<string, { readonly reason: string; readonly at: number }>(1024)

  constructor(retryMs: number) {
    this.#retryMs = retryMs
  }

  /** Does what may fail with {@link Unavailable}, unless it did so less than `retryMs` ago. @throws Unavailable */
  async through<T>({ href }: URL, action: () => Promise<T>): Promise<T> {
    const failure = this.#failures.get(href)
    const left = failure === undefined ? 0 : failure.at + this.#retryMs - performance.now()
    if (failure !== undefined && left > 0) {
      throw new Unavailable(`${failure.reason}; asked again in ${spanText(left)}`)
    }
    try {
      return await action()
    } catch (error) {
      if (error instanceof Unavailable) this.#failures.set(href, { reason: error.message, at: performance.now() })
      throw error
    }
  }
}
