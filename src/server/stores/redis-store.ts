import { createHash, randomBytes } from 'node:crypto'
import { DependencyError, RefusalError } from '../../errors.ts'
import { type RedisClient, RedisConnection } from './redis-connection.ts'
import { putScript, takeScript } from './redis-scripts.ts'
import type { CounterStore, NonceStore } from './store.ts'

/** Options of {@link redisStore}. */
export interface RedisStoreOptions {
  /** `redis://` or, with TLS, `rediss://`: `redis://user:password@host:6379/0`. */
  readonly url: string
  /** Before the name of every key. Default `jpki-card:`. */
  readonly prefix?: string | undefined
  /** Longest wait for connecting and for an answer, in ms, 10 to 60 000. Default 1 000. */
  readonly timeoutMs?: number | undefined
}

/** Most commands waiting for their answer. More fail at once. */
const mostWaiting = 10_000

/**
 * A store many server processes share: Redis 6 or later, one primary. Connects now, and again by itself whenever the
 * connection is lost; meanwhile every call fails at once. No call is ever sent twice: when the answer to a `take` is lost,
 * so is the nonce.
 *
 * Redis never sees a nonce, only its SHA-256. A nonce is taken from the very server process it was put into: after a
 * restart or failover those given out before are refused, so none can come back from the disk. Counters and texts live as
 * long as the data of Redis: see `docs/server.md` for the settings they need.
 *
 * @throws RefusalError `ERR_STORE_UNAVAILABLE` when Redis does not answer, or not as it must.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` when the package `redis` is not installed.
 * @throws TypeError, RangeError for options that make no sense.
 */
export async function redisStore(options: RedisStoreOptions): Promise<NonceStore & CounterStore> {
  const { url, prefix = 'jpki-card:', timeoutMs = 1_000 } = options
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new TypeError('url must be redis://… or rediss://…')
  }
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 10 || timeoutMs > 60_000) {
    throw new RangeError('timeoutMs must be from 10 to 60000')
  }
  const { createClient } = await loadRedis()
  const connection = new RedisConnection(
    (): RedisClient =>
      createClient({
        url,
        RESP: 2,
        disableOfflineQueue: true,
        commandsQueueMaxLength: mostWaiting,
        maintNotifications: 'disabled',
        socket: { reconnectStrategy: false, connectTimeout: timeoutMs },
      }),
    timeoutMs,
  )
  const send = async (...command: readonly string[]): Promise<unknown> => {
    try {
      return await connection.send(command)
    } catch (cause) {
      throw refusal(cause)
    }
  }
  const store = storeOn(send, prefix, () => connection.close())
  try {
    await connection.open()
    // Whether the scripts may be run, and the server tells who it is.
    const probe = randomBytes(32)
    await store.put(probe, '', timeoutMs)
    await store.take(probe)
  } catch (cause) {
    await connection.close()
    throw cause instanceof RefusalError ? cause : refusal(cause)
  }
  return store
}

function storeOn(
  send: (...command: readonly string[]) => Promise<unknown>,
  prefix: string,
  close: () => Promise<void>,
): NonceStore & CounterStore {
  const nonceKey = (nonce: Uint8Array): string =>
    `${prefix}nonce:${createHash('sha256').update(nonce).digest('base64url')}`
  const countKey = (key: string): string => `${prefix}count:${key}`
  const valueKey = (key: string): string => `${prefix}value:${key}`
  return {
    async put(nonce, record, lifetimeMs) {
      const set = await send('EVAL', putScript, '1', nonceKey(nonce), record, String(Math.ceil(lifetimeMs)))
      if (set !== 1) throw new RefusalError('ERR_STORE_UNAVAILABLE', 'a nonce came twice')
    },
    take: async (nonce) => text(await send('EVAL', takeScript, '1', nonceKey(nonce))),
    increment: async (key) => count(await send('INCR', countKey(key))),
    count: async (key) => count((await send('GET', countKey(key))) ?? 0),
    reset: async (key) => void (await send('DEL', countKey(key))),
    read: async (key) => text(await send('GET', valueKey(key))),
    write: async (key, value) => void (await send('SET', valueKey(key), value)),
    remove: async (key) => void (await send('DEL', valueKey(key))),
    close,
  }
}

function text(answer: unknown): string | undefined {
  if (answer === null) return undefined
  if (typeof answer === 'string') return answer
  throw new RefusalError('ERR_STORE_UNAVAILABLE', 'the store answered what is no text')
}

function count(answer: unknown): number {
  const number = Number(answer)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new RefusalError('ERR_STORE_UNAVAILABLE', 'the store answered what is no count')
}

function refusal(cause: unknown): RefusalError {
  if (cause instanceof Error && cause.message.includes('OOM command not allowed')) {
    return new RefusalError('ERR_STORE_FULL', 'the store has no memory left', { cause })
  }
  return new RefusalError('ERR_STORE_UNAVAILABLE', 'the store does not answer', { cause })
}

async function loadRedis(): Promise<typeof import('redis')> {
  try {
    return await import('redis')
  } catch (cause) {
    throw new DependencyError('redis', { cause })
  }
}
