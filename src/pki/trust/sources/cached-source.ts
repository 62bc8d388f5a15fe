import { RecentMap } from '../../../recent-map.ts'
import { strictest } from '../../x509/signed.ts'
import { fingerprint } from '../jpki-authorities.ts'
import type { RevocationAnswer, RevocationSource } from '../report.ts'
import { quantity, span, spanText, Unavailable } from './limits.ts'

/** Remembers failed addresses, so that an outage does not delay each verification by the timeout. */
export class RetryGate {
  readonly #retryMs: number
  readonly #failures = new RecentMap<string, { readonly reason: string; readonly at: number }>(1024)

  constructor(retryMs: number) {
    this.#retryMs = retryMs
  }

  /**
   * Runs an action that may fail with {@link Unavailable}, unless it failed less than `retryMs` ago. @throws
   * Unavailable
   */
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

/** Options of {@link cachedSource}. */
export interface CachedSourceOptions {
  /** Cached results, at most; the least recently used is evicted. From 1. Default 10 000. */
  readonly maxEntries?: number | undefined
  /** Lifetime of a cached result, milliseconds: delays the detection of a revocation by as much. Default 300 000. */
  readonly maxAgeMs?: number | undefined
  /** A monotonic clock, milliseconds. Default `performance.now`. */
  readonly clock?: (() => number) | undefined
}

/** A result, and the verification times it may be used for. */
interface Kept {
  readonly answer: RevocationAnswer
  readonly askedFor: number
  readonly from: number
  readonly until: number
  readonly storedAt: number
}

interface Flight {
  readonly at: number
  readonly answer: Promise<RevocationAnswer>
}

/**
 * Caches the results of another source. A result is reused only for a verification time within `thisUpdate` and
 * `nextUpdate` of all its evidence, within `maxAgeMs` of the time it was queried for, and for `maxAgeMs` at most.
 * `unknown`, and results without `nextUpdate`, are never cached; `good` never replaces `revoked`. Concurrent queries
 * for one certificate at one minute are merged.
 *
 * @throws TypeError, RangeError naming the option that is not as described.
 */
export function cachedSource(source: RevocationSource, options: CachedSourceOptions = {}): RevocationSource {
  const { clock = () => performance.now() } = options
  if (typeof source !== 'function') throw new TypeError('source must be a source of revocation')
  if (typeof clock !== 'function') throw new TypeError('clock must be a function')
  const maxAgeMs = span('maxAgeMs', options.maxAgeMs, 300_000)
  const kept = new RecentMap<string, Kept>(quantity('maxEntries', options.maxEntries, 10_000))
  const flights = new Map<string, Flight>()

  const young = ({ storedAt }: Kept): boolean => clock() - storedAt < maxAgeMs
  const fits = ({ from, until, askedFor }: Kept, at: number): boolean =>
    from <= at && at <= until && Math.abs(at - askedFor) <= maxAgeMs

  const keep = (key: string, answer: RevocationAnswer, at: number): void => {
    const entry = keepable(answer, at, clock())
    const before = kept.get(key)
    const softer = before?.answer.status === 'revoked' && answer.status === 'good' && young(before)
    if (entry !== undefined && !softer) kept.set(key, entry)
  }
  // The remaining budget of one verification must not affect the cached result: the source gets a budget of its own.
  const ask = async (key: string, question: Parameters<RevocationSource>) => {
    const [certificate, issuer, at, anchor, limits] = question
    const own = { ...limits, budget: undefined }
    const answer = await (limits === undefined ? source(...question) : source(certificate, issuer, at, anchor, own))
    keep(key, answer, at.getTime())
    return answer
  }

  return async (...question) => {
    const [certificate, issuer, at, anchor, limits] = question
    const names = [certificate, issuer, anchor].map((one) => one && fingerprint(one))
    const key = [...names, JSON.stringify(strictest(limits, {}))].join(' ')
    const moment = at.getTime()
    const held = kept.get(key)
    if (held !== undefined && young(held) && fits(held, moment)) return held.answer

    const flightKey = `${key} ${Math.floor(moment / 60_000)}`
    const flight = flights.get(flightKey)
    if (flight !== undefined) {
      const answer = await flight.answer
      const shared = keepable(answer, flight.at, 0)
      const same = moment === flight.at || answer.status === 'unknown'
      if (same || (shared !== undefined && fits(shared, moment))) return answer
      return ask(key, question)
    }
    const answer = ask(key, question).finally(() => flights.delete(flightKey))
    flights.set(flightKey, { at: moment, answer })
    return answer
  }
}

/** `undefined` when the result must not be cached. */
function keepable(answer: RevocationAnswer, askedFor: number, storedAt: number): Kept | undefined {
  if (answer.status === 'unknown' || answer.evidence.length === 0) return undefined
  const from = Math.max(...answer.evidence.map(({ thisUpdate }) => thisUpdate.getTime()))
  const until = Math.min(...answer.evidence.map(({ nextUpdate }) => nextUpdate?.getTime() ?? Number.NEGATIVE_INFINITY))
  return from <= until ? { answer, askedFor, from, until, storedAt } : undefined
}
