import { latin1Text } from '../../bytes.ts'
import { RefusalError } from '../../errors.ts'
import type { CaseStore, NonceStore } from './store.ts'

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** Open nonces (issued, not yet taken or expired), at most, from 1. Default 100 000. */
  readonly maxNonces?: number | undefined
  /** A monotonic clock, milliseconds. Default `performance.now`. */
  readonly clock?: (() => number) | undefined
}

/** Element of a list in order of arrival. */
interface Entry {
  readonly key: string
  readonly record: string
  readonly until: number
  before: Entry | undefined
  after: Entry | undefined
}

/**
 * A store for one process. Nonces are lost with the process, so they are refused afterwards. Counters and texts are
 * lost too, and with them the count of wrong PINs: for demonstrations and tests only. Constant cost per call, except that
 * `due` looks at each text with a time.
 *
 * @throws RangeError if maxNonces is not an integer from 1.
 */
export function memoryStore(options: MemoryStoreOptions = {}): NonceStore & CaseStore {
  const { maxNonces = 100_000, clock = () => performance.now() } = options
  if (!Number.isSafeInteger(maxNonces) || maxNonces < 1) throw new RangeError('maxNonces must be an integer from 1')
  const nonces = new Map<string, Entry>()
  const announced = new Map<string, number>()
  const counts = new Map<string, number>()
  const texts = expiringTexts(clock)
  let oldest: Entry | undefined
  let newest: Entry | undefined

  // All lifetimes of one server are equal, so expired entries come first. A Map has this order too, but entries deleted
  // at its front are skipped again on each iteration.
  const unlink = (entry: Entry): void => {
    const { key, before, after } = entry
    nonces.delete(key)
    if (before === undefined) oldest = after
    else before.after = after
    if (after === undefined) newest = before
    else after.before = before
  }
  return {
    scope: 'process',
    put(nonce, record, lifetimeMs) {
      const now = clock()
      while (oldest !== undefined && oldest.until <= now) unlink(oldest)
      const key = latin1Text(nonce)
      if (nonces.size >= maxNonces) throw new RefusalError('ERR_STORE_FULL', 'too many challenges are open')
      if (nonces.has(key)) throw new RefusalError('ERR_STORE_UNAVAILABLE', 'duplicate nonce')
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
      for (const { key, expected, next, lifetimeMs, dueAt } of changes) {
        if (next !== expected) texts.set(key, next, lifetimeMs, dueAt)
      }
      return true
    },
    due: async (before, limit) => texts.due(before, limit),
  }
}

interface Text {
  readonly value: string
  readonly until: number
}

/** Texts by name, without or with expiry, and the times at which some of them are due. */
function expiringTexts(clock: () => number) {
  const texts = new Map<string, Text>()
  const dueTimes = new Map<string, number>()
  let sweepAt = 1_000
  const remove = (key: string): void => {
    texts.delete(key)
    dueTimes.delete(key)
  }
  return {
    get(key: string): string | undefined {
      const found = texts.get(key)
      return found !== undefined && found.until > clock() ? found.value : undefined
    },
    set(key: string, value: string | undefined, lifetimeMs = Number.POSITIVE_INFINITY, dueAt?: number): void {
      remove(key)
      if (value === undefined) return
      texts.set(key, { value, until: clock() + lifetimeMs })
      if (dueAt !== undefined) dueTimes.set(key, dueAt)
      if (texts.size < sweepAt) return
      const now = clock()
      for (const [name, { until }] of texts) if (until <= now) remove(name)
      // The next sweep follows after as many additions, which keeps the amortized cost per call constant.
      sweepAt = Math.max(1_000, 2 * texts.size)
    },
    due(before: number, limit: number): string[] {
      const now = clock()
      return [...dueTimes]
        .filter(([key, dueAt]) => dueAt <= before && texts.get(key)!.until > now)
        .sort(([, one], [, other]) => one - other)
        .slice(0, limit)
        .map(([key]) => key)
    },
  }
}
