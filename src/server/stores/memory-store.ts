import { latin1Text } from '../../bytes.ts'
import { RefusalError } from '../../errors.ts'
import type { CounterStore, NonceStore } from './store.ts'

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** Most nonces given out and not yet taken or expired. Default 100 000. */
  readonly maxNonces?: number | undefined
  /** Milliseconds of a clock that never goes back. Default `performance.now`. */
  readonly clock?: (() => number) | undefined
}

/** One of a list in order of arrival. */
interface Entry {
  readonly key: string
  readonly record: string
  readonly until: number
  before: Entry | undefined
  after: Entry | undefined
}

/**
 * A store for one process. Nonces are gone with it, which refuses them. Counters and texts are gone too, so that it forgets
 * how often a PIN was wrong: for demonstrations and tests only. A call costs the same however many nonces are open.
 *
 * @throws RangeError for options that make no sense.
 */
export function memoryStore(options: MemoryStoreOptions = {}): NonceStore & CounterStore {
  const { maxNonces = 100_000, clock = () => performance.now() } = options
  if (!Number.isSafeInteger(maxNonces) || maxNonces < 1) throw new RangeError('maxNonces must be a positive number')
  const nonces = new Map<string, Entry>()
  const announced = new Map<string, number>()
  const counts = new Map<string, number>()
  const texts = expiringTexts(clock)
  let oldest: Entry | undefined
  let newest: Entry | undefined

  // Lifetimes of one server are alike, so the expired stand in front. A Map has this order too, but what was deleted at its
  // front is stepped over again and again.
  const unlink = (entry: Entry): void => {
    const { key, before, after } = entry
    nonces.delete(key)
    if (before === undefined) oldest = after
    else before.after = after
    if (after === undefined) newest = before
    else after.before = before
  }
  return {
    put(nonce, record, lifetimeMs) {
      const now = clock()
      while (oldest !== undefined && oldest.until <= now) unlink(oldest)
      const key = latin1Text(nonce)
      if (nonces.size >= maxNonces) throw new RefusalError('ERR_STORE_FULL', 'too many challenges are open')
      if (nonces.has(key)) throw new RefusalError('ERR_STORE_UNAVAILABLE', 'a nonce came twice')
      const entry: Entry = { key, record, until: now + lifetimeMs, before: newest, after: undefined }
      if (newest === undefined) oldest = entry
      else newest.after = entry
      newest = entry
      nonces.set(key, entry)
    },
    take(nonce) {
      const entry = nonces.get(latin1Text(nonce))
      if (entry === undefined) return undefined
      unlink(entry)
      return entry.until > clock() ? entry.record : undefined
    },
    announce(text, lifetimeMs) {
      const now = clock()
      announced.set(text, now + lifetimeMs)
      for (const [one, until] of announced) if (until <= now) announced.delete(one)
      return [...announced.keys()]
    },
    async increment(key) {
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      return count
    },
    count: async (key) => counts.get(key) ?? 0,
    reset: async (key) => void counts.delete(key),
    read: async (key) => texts.get(key),
    write: async (key, value) => texts.set(key, value),
    remove: async (key) => texts.set(key, undefined),
    async compareAndSet(changes) {
      if (!changes.every(({ key, expected }) => texts.get(key) === expected)) return false
      for (const { key, expected, next, lifetimeMs } of changes) {
        if (next !== expected) texts.set(key, next, lifetimeMs)
      }
      return true
    },
  }
}

/** Texts by name, each for ever or until its end. */
function expiringTexts(clock: () => number) {
  const texts = new Map<string, { readonly value: string; readonly until: number }>()
  let sweepAt = 1_000
  return {
    get(key: string): string | undefined {
      const found = texts.get(key)
      return found !== undefined && found.until > clock() ? found.value : undefined
    },
    set(key: string, value: string | undefined, lifetimeMs = Number.POSITIVE_INFINITY): void {
      if (value === undefined) texts.delete(key)
      else texts.set(key, { value, until: clock() + lifetimeMs })
      if (texts.size < sweepAt) return
      const now = clock()
      for (const [name, { until }] of texts) if (until <= now) texts.delete(name)
      // As many again come before the next sweep, so that one call costs the same however many texts are kept.
      sweepAt = Math.max(1_000, 2 * texts.size)
    },
  }
}
