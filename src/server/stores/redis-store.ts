import { createHash, randomBytes } from 'node:crypto'
import { RefusalError } from '../../errors.ts'
import type { HealthSource } from '../health.ts'
import { RedisAddress, type RedisAddressOptions } from './redis-address.ts'
import { RedisConnection, type Send } from './redis-connection.ts'
import { faultOf, RedisFault, type RedisFaultReason } from './redis-faults.ts'
import {
  announceScript,
  compareAndSetScript,
  dueScript,
  putScript,
  readScript,
  removeScript,
  takeScript,
  writeScript,
} from './redis-scripts.ts'
import type { CaseStore, NonceStore } from './store.ts'

/** Options of {@link redisStore}. */
export interface RedisStoreOptions extends RedisAddressOptions {
  /** Prefix of every key. Default `jpki-card:`. */
  readonly prefix?: string | undefined
  /** Longest wait for connecting and for a reply, in ms, 10 to 60 000. Default 1 000. */
  readonly timeoutMs?: number | undefined
  /** Time between two checks of the state of Redis, in ms, 100 to 3 600 000, with up to 50 % jitter. Default 60 000. */
  readonly checkMs?: number | undefined
  /**
   * Return at once and connect in the background; calls fail until connected. Default false: opening fails without
   * Redis.
   */
  readonly lazy?: boolean | undefined
  /** Whether PINs or cases are stored in it: a missing append-only file is then reported. Default false. */
  readonly durable?: boolean | undefined
}

/**
 * A store shared by several server processes: Redis 6 or later, one primary, with or without Sentinel. Connects now, or
 * with `lazy` in the background, and reconnects whenever the connection is lost or the server cannot serve; meanwhile
 * every call fails at once. No command is ever sent twice: when the reply to a `take` is lost, so is the nonce.
 *
 * Redis never receives a nonce, only its SHA-256. A nonce is taken only from the server process it was put into: after
 * a restart or failover, nonces issued before are refused, so none can be replayed from restored data; volatile texts,
 * likewise, are absent. Counters and other texts last as long as the data of Redis: see `docs/server.md` for the required
 * settings. No text begins with U+0001.
 *
 * `conditions` reports, with a {@link RedisFaultReason} as `reason`, why Redis cannot serve, or `evicting` and
 * `not-persistent` as warnings.
 *
 * @throws RefusalError `ERR_STORE_UNAVAILABLE` when Redis does not respond or cannot serve; not with `lazy`.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` when the package `redis` is not installed.
 * @throws TypeError, RangeError for options that are not as described.
 */
export async function redisStore(options: RedisStoreOptions): Promise<NonceStore & CaseStore & HealthSource> {
  const { url, tls, sentinel, prefix = 'jpki-card:', timeoutMs = 1_000, checkMs = 60_000 } = options
  const { lazy = false, durable = false } = options
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 10 || timeoutMs > 60_000) {
    throw new RangeError('timeoutMs must be from 10 to 60000')
  }
  if (!Number.isSafeInteger(checkMs) || checkMs < 100 || checkMs > 3_600_000) {
    throw new RangeError('checkMs must be from 100 to 3600000')
  }
  const address = await RedisAddress.load({ url, tls, sentinel }, timeoutMs)
  const connection = new RedisConnection({
    make: () => address.client(),
    timeoutMs,
    checkMs,
    async examine(send, isNew) {
      if (!isNew) await address.checkPrimary()
      return examine(send, storeOn(send, prefix), durable)
    },
  })
  const send: Send = async (...command) => {
    try {
      return await connection.send(command)
    } catch (cause) {
      throw refusal(cause)
    }
  }
  const store = {
    ...storeOn(send, prefix),
    conditions: () => connection.conditions(),
    close: () => connection.close(),
  }
  if (lazy) {
    connection.openLater()
    return store
  }
  try {
    await connection.open()
  } catch (cause) {
    await connection.close()
    throw refusal(cause)
  }
  return store
}

/**
 * Checks whether a server can serve: its INFO, then whether a nonce can be put and taken.
 *
 * @throws RedisFault, RedisReply.
 */
async function examine(send: Send, store: NonceStore, durable: boolean): Promise<readonly RedisFaultReason[]> {
  const info = String(await send('INFO'))
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
  if (field('loading') === '1') throw new RedisFault('loading')
  if (field('cluster_enabled') === '1') throw new RedisFault('cluster')
  if (field('role') !== 'master')
    throw new RedisFault(field('role') === undefined ? 'unexpected-answer' : 'read-only-replica')
  const found: RedisFaultReason[] = []
  const probe = randomBytes(32)
  try {
    await store.put(probe, 'probe', 60_000)
    if ((await store.take(probe)) !== 'probe') throw new RedisFault('unexpected-answer')
  } catch (error) {
    // Full: stored nonces can still be taken.
    if (faultOf(error).fault.reason !== 'full') throw error
    found.push('full')
  }
  const policy = field('maxmemory_policy')
  if (policy !== undefined && policy !== 'noeviction') found.push('evicting')
  if (durable && field('aof_enabled') === '0') found.push('not-persistent')
  return found
}

function storeOn(send: Send, prefix: string): NonceStore & CaseStore {
  const nonceKey = (nonce: Uint8Array): string =>
    `${prefix}nonce:${createHash('sha256').update(nonce).digest('base64url')}`
  const countKey = (key: string): string => `${prefix}count:${key}`
  const valueKey = (key: string): string => `${prefix}value:${key}`
  const dueKey = `${prefix}due`
  const written = (value: string | undefined, sign = '='): string =>
    value === undefined ? '-' : sign + ordinary(value)
  return {
    scope: 'shared',
    async put(nonce, record, lifetimeMs) {
      const set = await send('EVAL', putScript, '1', nonceKey(nonce), record, String(Math.ceil(lifetimeMs)))
      if (set !== 1) throw new RefusalError('ERR_STORE_UNAVAILABLE', 'duplicate nonce')
    },
    take: async (nonce) => text(await send('EVAL', takeScript, '1', nonceKey(nonce))),
    async announce(announced, lifetimeMs) {
      const all = await send('EVAL', announceScript, '1', `${prefix}services`, announced, String(Math.ceil(lifetimeMs)))
      return Array.isArray(all) ? all.map(String) : []
    },
    increment: async (key) => count(await send('INCR', countKey(key))),
    count: async (key) => count((await send('EVAL', readScript, '1', countKey(key))) ?? 0),
    reset: async (key) => void (await send('DEL', countKey(key))),
    read: async (key) => text(await send('EVAL', readScript, '1', valueKey(key))),
    write: async (key, value) =>
      void (await send('EVAL', writeScript, '2', valueKey(key), dueKey, key, ordinary(value))),
    remove: async (key) => void (await send('EVAL', removeScript, '2', valueKey(key), dueKey, key)),
    async compareAndSet(changes) {
      const keys = changes.map(({ key }) => valueKey(key))
      const number = (value: number | undefined): string => (value === undefined ? '-' : String(Math.ceil(value)))
      const given = changes.flatMap(({ key, expected, next, lifetimeMs, dueAt, volatile }) => [
        key,
        written(expected),
        written(next, volatile && next !== expected ? '!' : '='),
        number(lifetimeMs),
        number(dueAt),
      ])
      return (await send('EVAL', compareAndSetScript, String(keys.length + 1), ...keys, dueKey, ...given)) === 1
    },
    async due(before, limit) {
      const names = await send('EVAL', dueScript, '1', dueKey, String(Math.floor(before)), String(limit), valueKey(''))
      return Array.isArray(names) ? names.map(String) : []
    },
  }
}

/** A text that is none with a label. @throws TypeError. */
function ordinary(value: string): string {
  if (value.startsWith('\u0001')) throw new TypeError('a text must not begin with U+0001')
  return value
}

function text(answer: unknown): string | undefined {
  if (answer === null) return undefined
  if (typeof answer === 'string') return answer
  throw new RefusalError('ERR_STORE_UNAVAILABLE', 'unexpected reply from the store: not a text')
}

function count(answer: unknown): number {
  const number = Number(answer)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new RefusalError('ERR_STORE_UNAVAILABLE', 'unexpected reply from the store: not a count')
}

function refusal(cause: unknown): RefusalError {
  const { fault } = faultOf(cause)
  return new RefusalError(fault.reason === 'full' ? 'ERR_STORE_FULL' : 'ERR_STORE_UNAVAILABLE', fault.message, {
    cause: fault,
  })
}
