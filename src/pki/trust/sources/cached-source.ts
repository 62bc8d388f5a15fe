import { RecentMap } from '../../../recent-map.ts'
import { strictest } from '../../x509/signed.ts'
import { fingerprint } from '../jpki-authorities.ts'
import type { RevocationAnswer, RevocationSource } from '../report.ts'
import { quantity, span, spanText } from './limits.ts'
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

/** What is kept, and how long. */
export interface CachedSourceOptions {
  /** Answers kept; the one not asked for longest makes room. Default 10 000. */
  readonly maxEntries?: number | undefined
  /** Longest use of an answer, milliseconds: a revocation is seen that much later. Default 300 000. */
  readonly maxAgeMs?: number | undefined
  /** Milliseconds of a clock that never goes back. Default `performance.now`. */
  readonly clock?: (() => number) | undefined
}

/** An answer, and the moments it may be used for. */
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
 * A source that asks another one, and keeps what it says. An answer is used again only for a moment within `thisUpdate` and
 * `nextUpdate` of all its evidence, not farther than `maxAgeMs` from the one it was asked for, and for `maxAgeMs` at most.
 * `unknown`, and what has no `nextUpdate`, is never kept; `good` never takes the place of `revoked`. Concurrent questions
 * about one certificate at one minute ask once.
 *
 * @throws TypeError, RangeError for options that make no sense.
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
  // What one question may still check must not decide what others are told: the source has a budget of its own.
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

/** `undefined` when the answer must not be kept. */
function keepable(answer: RevocationAnswer, askedFor: number, storedAt: number): Kept | undefined {
  if (answer.status === 'unknown' || answer.evidence.length === 0) return undefined
  const from = Math.max(...answer.evidence.map(({ thisUpdate }) => thisUpdate.getTime()))
  const until = Math.min(...answer.evidence.map(({ nextUpdate }) => nextUpdate?.getTime() ?? Number.NEGATIVE_INFINITY))
  return from <= until ? { answer, askedFor, from, until, storedAt } : undefined
}
