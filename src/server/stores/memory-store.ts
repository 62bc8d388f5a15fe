import { RefusalError } from '../../errors.ts'
import type { CounterStore, NonceStore } from './store.ts'

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** Most nonces given out and not yet taken or expired. Default 100 000. */
  readonly maxNonces?: number | undefined
  /** Milliseconds of a clock that never goes back. Default `performance.now`. */
  readonly clock?: (() => number) | undefined
}

interface Entry {
  readonly record: string
  readonly until: number
}

/**
 * A store for one process. Nonces are gone with it, which refuses them; counters and texts too, which is why municipal PINs
 * need another store in production.
 *
 * @throws RangeError for options that make no sense.
 */
export function memoryStore(options: MemoryStoreOptions = {}): NonceStore & CounterStore {
  const { maxNonces = 100_000, clock = () => performance.now() } = options
  if (!Number.isSafeInteger(maxNonces) || maxNonces < 1) throw new RangeError('maxNonces must be a positive number')
  const nonces = new Map<string, Entry>()
  const counts = new Map<string, number>()
  const values = new Map<string, string>()

  // A Map keeps the order of insertion. Lifetimes are alike, so the expired ones stand in front.
  const dropExpired = (now: number): void => {
    for (const [key, { until }] of nonces) {
      if (until > now) return
      nonces.delete(key)
    }
  }
  return {
    put(nonce, record, lifetimeMs) {
      const now = clock()
      dropExpired(now)
      if (nonces.size >= maxNonces) throw new RefusalError('ERR_STORE_FULL', 'too many challenges are open')
      nonces.set(keyOf(nonce), { record, until: now + lifetimeMs })
    },
    take(nonce) {
      const key = keyOf(nonce)
      const entry = nonces.get(key)
      nonces.delete(key)
      return entry !== undefined && entry.until > clock() ? entry.record : undefined
    },
    async increment(key) {
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      return count
    },
    count: async (key) => counts.get(key) ?? 0,
    reset: async (key) => void counts.delete(key),
    read: async (key) => values.get(key),
    write: async (key, value) => void values.set(key, value),
    remove: async (key) => void values.delete(key),
  }
}

const keyOf = (nonce: Uint8Array): string =>
  Buffer.from(nonce.buffer, nonce.byteOffset, nonce.length).toString('latin1')
