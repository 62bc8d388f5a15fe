import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type RedisStoreOptions, redisStore } from '../../src/server/stores/redis-store.ts'
import { type Redis, startRedis } from '../support/redis.ts'
import { deskOf, documents, outcome, visitOf } from './issuance/fixture.ts'

const unavailable = { name: 'RefusalError', code: 'ERR_STORE_UNAVAILABLE', turn: 'operator', retry: true }
const nonce = (): Uint8Array => new Uint8Array(randomBytes(32))
const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function storeOn(redis: { readonly url: string }, options: Partial<RedisStoreOptions> = {}) {
  const store = await redisStore({ url: redis.url, timeoutMs: 500, ...options })
  open.push(() => store.close?.())
  return store
}

async function ownRedis(...options: readonly string[]): Promise<Redis> {
  const redis = await startRedis(...options)
  open.push(() => redis.remove())
  return redis
}

/** Tries until it does not refuse. */
async function whenBack<T>(action: () => Promise<T> | T): Promise<T> {
  for (;;) {
    try {
      return await action()
    } catch (error) {
      expect(error).toMatchObject(unavailable)
      await sleep(20)
    }
  }
}

describe('on one server', () => {
  let redis: Redis
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.remove())

  test('a nonce is taken once, by the first caller', async () => {
    const [one, two] = [await storeOn(redis), await storeOn(redis)]
    const given = nonce()
    await one.put(given, '{"record":"記録 1"}', 60_000)
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).take(given)))
    expect(answers.filter((answer) => answer !== undefined)).toEqual(['{"record":"記録 1"}'])
    expect(await one.take(given)).toBeUndefined()
    expect(await one.take(nonce())).toBeUndefined()
  })

  test('one that is there already is not given out again', async () => {
    const store = await storeOn(redis)
    const given = nonce()
    await store.put(given, 'first', 60_000)
    await expect(store.put(given, 'second', 60_000)).rejects.toMatchObject(unavailable)
    expect(await store.take(given)).toBe('first')
  })

  test('it expires by the clock of Redis', async () => {
    const store = await storeOn(redis)
    const given = nonce()
    await store.put(given, 'x', 30)
    await sleep(60)
    expect(await store.take(given)).toBeUndefined()
  })

  test('Redis holds its hash, not the nonce, below the prefix', async () => {
    const store = await storeOn(redis, { prefix: 'city-a:' })
    const given = nonce()
    await store.put(given, 'record', 60_000)
    const key = `city-a:nonce:${createHash('sha256').update(given).digest('base64url')}`
    expect(await redis.command('KEYS', 'city-a:*')).toBe(`*1\r\n$${key.length}\r\n${key}`)
    expect(Number((await redis.command('PTTL', key)).substring(1))).toBeGreaterThan(50_000)
    const other = await storeOn(redis, { prefix: 'city-b:' })
    expect(await other.take(given)).toBeUndefined()
    expect(await store.take(given)).toBe('record')
    expect(await redis.command('KEYS', 'city-a:*')).toBe('*0')
  })

  test('counters and texts', async () => {
    const [one, two] = [await storeOn(redis), await storeOn(redis)]
    expect(await one.count('tries')).toBe(0)
    const counts = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? one : two).increment('tries')))
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    expect(await two.count('tries')).toBe(40)
    await one.reset('tries')
    expect(await two.count('tries')).toBe(0)
    expect(await one.read('tries')).toBeUndefined()
    await one.write('tries', '値')
    expect(await two.read('tries')).toBe('値')
    await two.remove('tries')
    expect(await one.read('tries')).toBeUndefined()
  })

  const added = (key: string, dueAt?: number, lifetimeMs?: number) => ({
    ...{ key, expected: undefined, next: 'a' },
    ...{ dueAt, lifetimeMs },
  })

  test('texts that are due, those due first at the front, on every connection', async () => {
    const prefix = 'due:'
    const [one, two] = [await storeOn(redis, { prefix }), await storeOn(redis, { prefix })]
    expect([one.scope, await one.due(Number.MAX_SAFE_INTEGER, 10)]).toEqual(['shared', []])
    const times = { late: 1_700_000_000_300, early: 1_700_000_000_100, 'mid dle=-': 1_700_000_000_200 }
    await one.compareAndSet([...Object.entries(times).map(([key, dueAt]) => added(key, dueAt)), added('never')])
    expect(await two.due(times.early - 1, 10)).toEqual([])
    expect(await two.due(times.early, 10)).toEqual(['early'])
    expect(await two.due(times.late, 10)).toEqual(['early', 'mid dle=-', 'late'])
    expect(await two.due(times.late, 2)).toEqual(['early', 'mid dle=-'])
    expect(await (await storeOn(redis)).due(times.late, 10)).toEqual([])
  })

  test('a text keeps its due time when unchanged, and has that of its last change otherwise', async () => {
    const store = await storeOn(redis, { prefix: 'changes:' })
    await store.compareAndSet(['same', 'later', 'done', 'gone', 'removed', 'written'].map((key) => added(key, 100)))
    expect(await store.compareAndSet([{ key: 'same', expected: 'a', next: 'a', dueAt: 900 }])).toBe(true)
    expect(await store.compareAndSet([{ key: 'later', expected: 'a', next: 'b', dueAt: 200 }])).toBe(true)
    expect(await store.compareAndSet([{ key: 'done', expected: 'a', next: 'b' }])).toBe(true)
    expect(await store.compareAndSet([{ key: 'gone', expected: 'a', next: undefined, dueAt: 50 }])).toBe(true)
    await store.remove('removed')
    await store.write('written', 'b')
    expect([await store.read('removed'), await store.read('written')]).toEqual([undefined, 'b'])
    expect(await store.due(100, 10)).toEqual(['same'])
    const unmet = [
      { key: 'same', expected: 'a', next: 'b', dueAt: 50 },
      { key: 'absent', expected: 'x', next: 'y', dueAt: 50 },
    ]
    expect(await store.compareAndSet(unmet)).toBe(false)
    expect(await store.compareAndSet([added('gone'), added('removed')])).toBe(true)
    expect(await store.due(1_000, 10)).toEqual(['same', 'later'])
  })

  test('an expired text is not due any more, and leaves no entry', async () => {
    const store = await storeOn(redis, { prefix: 'ends:' })
    const short = Array.from({ length: 5 }, (_, i) => added(`short ${i}`, 100 + 2 * i, 30))
    const long = Array.from({ length: 5 }, (_, i) => added(`long ${i}`, 101 + 2 * i))
    await store.compareAndSet([...short, ...long])
    expect(await redis.command('ZCARD', 'ends:due')).toBe(':10')
    await sleep(60)
    expect(await store.due(1_000, 3)).toEqual(['long 0', 'long 1', 'long 2'])
    expect(await store.due(1_000, 10)).toEqual(long.map(({ key }) => key))
    expect(await redis.command('ZCARD', 'ends:due')).toBe(':5')
  })

  test('an announcement is withdrawn by a lifetime of 0, and does not shorten that of another', async () => {
    const store = await storeOn(redis, { prefix: 'announced:' })
    await store.announce!('long', 60_000)
    await store.announce!('short', 30)
    expect(await store.announce!('gone', 60_000)).toHaveLength(3)
    expect((await store.announce!('gone', 0)).slice().sort()).toEqual(['long', 'short'])
    await sleep(60)
    expect(await store.announce!('absent', 0)).toEqual(['long'])
    expect(await store.announce!('long', 0)).toEqual([])
    expect(await redis.command('KEYS', 'announced:*')).toBe('*0')
  })

  test('what is there under its names and does not fit is no answer', async () => {
    const store = await storeOn(redis)
    await redis.command('LPUSH', 'jpki-card:count:list', 'x')
    await redis.command('SET', 'jpki-card:count:text', 'many')
    for (const key of ['list', 'text']) {
      await expect(store.increment(key)).rejects.toMatchObject(unavailable)
      await expect(store.count(key)).rejects.toMatchObject(unavailable)
    }
  })

  test.each([
    [{ url: 'http://127.0.0.1' }, TypeError],
    [{ url: 'not a url with secret' }, TypeError],
    [{ url: 'redis://127.0.0.1', timeoutMs: 0 }, RangeError],
    [{ url: 'redis://127.0.0.1', timeoutMs: 1.5 }, RangeError],
  ])('%j is misuse', async (options, kind) => {
    const error = await redisStore(options).catch((reason) => reason)
    expect(error).toBeInstanceOf(kind)
    expect(String(error)).not.toContain('secret')
  })

  test('closed, it refuses, and leaves no connection', async () => {
    const store = await redisStore({ url: redis.url })
    await store.close?.()
    await store.close?.()
    await expect(store.take(nonce())).rejects.toMatchObject(unavailable)
    await sleep(50)
    expect(await redis.command('INFO', 'clients')).toContain('connected_clients:1\r')
  })
})

test('a taken nonce that comes back from the disk is refused', async () => {
  const redis = await ownRedis()
  const store = await storeOn(redis)
  const [taken, left] = [nonce(), nonce()]
  await store.put(taken, 'x', 600_000)
  await store.put(left, 'y', 600_000)
  expect(await redis.command('SAVE')).toBe('+OK')
  expect(await store.take(taken)).toBe('x')
  await redis.stop('SIGKILL')
  await redis.start()
  expect(await redis.command('DBSIZE')).toBe(':2')
  expect(await whenBack(() => store.take(taken))).toBeUndefined()
  expect(await store.take(left)).toBeUndefined()
  await store.put(taken, 'z', 600_000)
  expect(await store.take(taken)).toBe('z')
})

test('so is one that comes back by failover', async () => {
  const atOnce = ['--repl-diskless-sync-delay', '0']
  const [first, second] = [await ownRedis(...atOnce), await ownRedis(...atOnce)]
  const follow = async (replica: Redis, primary: Redis): Promise<void> => {
    await replica.command('REPLICAOF', '127.0.0.1', String(primary.port))
    while (!(await replica.command('INFO', 'replication')).includes('master_link_status:up')) await sleep(20)
  }
  await follow(second, first)
  const store = await storeOn(first)
  const given = nonce()
  await store.put(given, 'x', 600_000)
  while ((await second.command('DBSIZE')) !== ':1') await sleep(20)
  // The replica becomes a primary before it hears that the nonce was taken.
  await second.command('REPLICAOF', 'NO', 'ONE')
  expect(await store.take(given)).toBe('x')
  // The former primary follows it, which brings the nonce back, and becomes the primary again: it is the same process.
  await follow(first, second)
  await first.command('REPLICAOF', 'NO', 'ONE')
  expect(await first.command('DBSIZE')).toBe(':1')
  expect(await store.take(given)).toBeUndefined()
  const other = await redisStore({ url: second.url })
  expect(await other.take(given)).toBeUndefined()
  await other.close?.()
}, 60_000)

test('a volatile text is gone after a restart and a failover, others are not', async () => {
  const options = ['--repl-diskless-sync-delay', '0', '--appendonly', 'yes', '--appendfsync', 'always']
  const [first, second] = [await ownRedis(...options), await ownRedis(...options)]
  await second.command('REPLICAOF', '127.0.0.1', String(first.port))
  while (!(await second.command('INFO', 'replication')).includes('master_link_status:up')) await sleep(20)
  const store = await storeOn(first)
  const set = (key: string, next: string | undefined, more: object = {}, expected?: string) => {
    return store.compareAndSet([{ key, expected, next, lifetimeMs: 600_000, ...more }])
  }
  expect(await set('kept', 'one')).toBe(true)
  expect(await set('lost', '{"two":"二"}', { volatile: true, dueAt: 1 })).toBe(true)
  expect(await store.read('lost')).toBe('{"two":"二"}')
  expect(await set('lost', 'x', { volatile: true })).toBe(false)
  expect(await set('lost', '{"two":"二"}', { volatile: true }, '{"two":"二"}')).toBe(true)
  expect(await set('gone', 'three', { volatile: true })).toBe(true)
  expect(await set('gone', undefined, {}, 'three')).toBe(true)
  expect([await store.read('gone'), await store.due(1, 9)]).toEqual([undefined, ['lost']])
  while ((await second.command('DBSIZE')) !== (await first.command('DBSIZE'))) await sleep(20)
  await second.command('REPLICAOF', 'NO', 'ONE')
  const other = await storeOn(second)
  expect([await other.read('kept'), await other.read('lost')]).toEqual(['one', undefined])
  const replaced = { key: 'lost', expected: undefined, next: 'new', volatile: true }
  expect(await other.compareAndSet([{ ...replaced, expected: '{"two":"二"}' }])).toBe(false)
  expect(await other.compareAndSet([replaced])).toBe(true)
  expect(await other.read('lost')).toBe('new')
  await first.stop()
  await first.start()
  expect(await whenBack(() => store.read('kept'))).toBe('one')
  expect(await store.read('lost')).toBeUndefined()
  await expect(store.write('text', '\u0001x')).rejects.toThrow(TypeError)
  await expect(set('text', '\u0001x')).rejects.toThrow(TypeError)
}, 60_000)

test('a document is not released again by the former state of a replica', async () => {
  const atOnce = ['--repl-diskless-sync-delay', '0']
  const [first, second] = [await ownRedis(...atOnce), await ownRedis(...atOnce)]
  await second.command('REPLICAOF', '127.0.0.1', String(first.port))
  while (!(await second.command('INFO', 'replication')).includes('master_link_status:up')) await sleep(20)
  const one = deskOf({ store: await storeOn(first) })
  const { id } = await one.desk.open(visitOf().accepted, documents)
  const terminal = { terminal: 'kiosk-1' }
  while ((await one.desk.state(id, terminal)).state !== 'sealed') await sleep(20)
  const offset = async (redis: Redis) => /master_repl_offset:(\d+)/.exec(await redis.command('INFO', 'replication'))![1]
  while ((await offset(second)) !== (await offset(first))) await sleep(20)
  // The replica becomes the primary before it hears of the release.
  await second.command('REPLICAOF', 'NO', 'ONE')
  expect((await one.desk.release(id, { ...terminal, fence: 3 })).case.state).toBe('released')
  const two = deskOf({ store: await storeOn(second), clock: one.clock })
  expect((await two.desk.state(id, terminal)).state).toBe('sealed')
  expect(await outcome(two.desk.release(id, { ...terminal, fence: 3 }))).toBe('ERR_CASE_EXPIRED')
  expect(two.events.map(({ type, state, action }) => [type, state ?? action])).toEqual([
    ['case', 'expired'],
    ['case-refused', 'sealed'],
  ])
  expect((await two.desk.state(id, terminal)).state).toBe('expired')
}, 60_000)

test('while Redis is down every call fails at once; it connects again by itself', async () => {
  const redis = await ownRedis()
  const store = await storeOn(redis)
  await redis.stop()
  await sleep(30)
  const start = performance.now()
  for (const call of [() => store.take(nonce()), () => store.put(nonce(), 'x', 1000), () => store.increment('k')]) {
    await expect(call()).rejects.toMatchObject(unavailable)
  }
  expect(performance.now() - start).toBeLessThan(2_000)
  await redis.start()
  await whenBack(() => store.put(nonce(), 'x', 1000))
})

test('one that hangs is given up after the time-out, and found again', async () => {
  const redis = await ownRedis()
  const store = await storeOn(redis, { timeoutMs: 200 })
  const given = nonce()
  await store.put(given, 'x', 60_000)
  await redis.freeze()
  const start = performance.now()
  await expect(store.take(given)).rejects.toMatchObject({ ...unavailable, cause: { message: expect.any(String) } })
  expect(performance.now() - start).toBeLessThan(1000)
  await sleep(500)
  await expect(store.take(given)).rejects.toMatchObject(unavailable)
  redis.thaw()
  // What was sent before may have been carried out since; nothing gives it a second record.
  await whenBack(() => store.increment('k'))
  expect(await store.take(given)).toBeUndefined()
})

test('without Redis: refused when opened, also when another program listens', async () => {
  await expect(redisStore({ url: 'redis://127.0.0.1:1' })).rejects.toMatchObject(unavailable)
  const sockets = new Set<Socket>()
  const silent = createServer((socket) => void sockets.add(socket)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as { port: number }
  await expect(redisStore({ url: `redis://127.0.0.1:${port}`, timeoutMs: 100 })).rejects.toMatchObject(unavailable)
  for (const socket of sockets) socket.destroy()
  silent.close()
})

test('a take whose answer is lost is a refusal, is not sent again, and the nonce is gone', async () => {
  const redis = await ownRedis()
  const pairs: [Socket, Socket][] = []
  let deaf = false
  let sent = ''
  const proxy = createServer((socket) => {
    const upstream = connect(redis.port, '127.0.0.1')
    pairs.push([socket, upstream])
    socket.on('data', (data) => {
      sent += data
    })
    socket.on('error', () => {}).pipe(upstream.on('error', () => {}))
    upstream.on('data', (data) => (deaf ? socket.destroy() : socket.write(data)))
    socket.on('close', () => upstream.destroy())
    upstream.on('close', () => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  open.push(() => {
    for (const [socket] of pairs) socket.destroy()
    proxy.close()
  })
  const store = await storeOn({ url: `redis://127.0.0.1:${(proxy.address() as { port: number }).port}` })
  const given = nonce()
  await store.put(given, 'x', 60_000)
  deaf = true
  await expect(store.take(given)).rejects.toMatchObject(unavailable)
  expect(await redis.command('DBSIZE')).toBe(':0')
  deaf = false
  expect(await whenBack(() => store.take(given))).toBeUndefined()
  // Put, the take whose answer was lost, and the one above.
  expect(sent.split(createHash('sha256').update(given).digest('base64url'))).toHaveLength(1 + 3)
})

test('without memory for more it says so', async () => {
  const redis = await ownRedis('--maxmemory', '2mb', '--maxmemory-policy', 'noeviction')
  const store = await storeOn(redis)
  const given = nonce()
  await store.put(given, 'x', 60_000)
  const fill = async (): Promise<void> => {
    for (;;) await store.put(nonce(), 'x'.repeat(10_000), 60_000)
  }
  await expect(fill()).rejects.toMatchObject({ code: 'ERR_STORE_FULL' })
  expect(await store.take(given)).toBe('x')
})
