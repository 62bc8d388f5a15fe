import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { freePort } from '../../src/cli/demo/server-process.ts'
import { type RedisStoreOptions, redisStore } from '../../src/server/stores/redis-store.ts'
import { Redis, startRedis } from '../support/redis.ts'
import { TlsAuthority } from '../support/tls-authority.ts'

const unavailable = { name: 'RefusalError', code: 'ERR_STORE_UNAVAILABLE', turn: 'operator', retry: true }
const because = (reason: string) => ({ ...unavailable, cause: { reason } })
const failed = (reason: string) => [{ part: 'store', state: 'failed', reason, since: expect.any(Date) }]
const ok = [{ part: 'store', state: 'ok' }]
const nonce = (): Uint8Array => new Uint8Array(randomBytes(32))
const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function ownRedis(...options: readonly string[]): Promise<Redis> {
  const redis = await startRedis(...options)
  open.push(() => redis.remove())
  return redis
}

async function storeOn(options: RedisStoreOptions) {
  const store = await redisStore({ timeoutMs: 1_000, checkMs: 200, ...options })
  open.push(() => store.close?.())
  return store
}

type Store = Awaited<ReturnType<typeof storeOn>>
const soon = { timeout: 15_000, interval: 20 }
const report = (store: Store, conditions: readonly object[]) =>
  vi.waitFor(() => expect(store.conditions()).toMatchObject(conditions), soon)
const serves = (store: Store) =>
  vi.waitFor(async () => {
    const given = nonce()
    await store.put(given, 'record', 60_000)
    expect(await store.take(given)).toBe('record')
  }, soon)
const follow = async (replica: Redis, primary: Redis): Promise<void> => {
  await replica.command('REPLICAOF', '127.0.0.1', String(primary.port))
  await vi.waitFor(async () => expect(await replica.command('INFO', 'replication')).toContain('link_status:up'), soon)
}

describe('a server that cannot serve and keeps its connections', () => {
  test('a primary that becomes a replica refuses everything, reads too; the connection is made again', async () => {
    const atOnce = ['--repl-diskless-sync-delay', '0']
    const [redis, other] = [await ownRedis(...atOnce), await ownRedis(...atOnce)]
    // Long enough between two looks that the reply itself has to end the connection.
    const store = await storeOn({ url: redis.url, checkMs: 3_600_000 })
    await store.write('text', 'kept')
    await store.increment('number')
    const clients = await redis.command('CLIENT', 'LIST', 'TYPE', 'NORMAL')
    const [, id] = /id=(\d+) [^\n]*cmd=incr/.exec(clients)!
    await follow(redis, other)
    await expect(store.read('text')).rejects.toMatchObject(because('read-only-replica'))
    for (const call of [() => store.count('number'), () => store.take(nonce()), () => store.increment('number')]) {
      await expect(call()).rejects.toMatchObject(because('read-only-replica'))
    }
    await report(store, failed('read-only-replica'))
    expect(await redis.command('CLIENT', 'LIST', 'TYPE', 'NORMAL')).not.toContain(`id=${id} `)
    await redis.command('REPLICAOF', 'NO', 'ONE')
    await serves(store)
    expect(store.conditions()).toMatchObject(ok)
    expect(await store.read('text')).toBeUndefined()
  }, 60_000)

  test.each([
    ['too-few-replicas', ['min-replicas-to-write', '1'], ['min-replicas-to-write', '0']],
    ['full', ['maxmemory', '1'], ['maxmemory', '0']],
  ])(
    '%s: reported, and over when it is over',
    async (reason, bad, good) => {
      const redis = await ownRedis()
      const store = await storeOn({ url: redis.url })
      expect(store.conditions()).toMatchObject(ok)
      await redis.command('CONFIG', 'SET', ...bad)
      const code = reason === 'full' ? 'ERR_STORE_FULL' : 'ERR_STORE_UNAVAILABLE'
      await expect(store.put(nonce(), 'x', 1000)).rejects.toMatchObject({ code, cause: { reason } })
      await report(store, failed(reason))
      await redis.command('CONFIG', 'SET', ...good)
      await serves(store)
      await report(store, ok)
    },
    60_000,
  )

  test('not-writable: its disk refuses (MISCONF)', async () => {
    const redis = await ownRedis('--stop-writes-on-bgsave-error', 'yes')
    const store = await storeOn({ url: redis.url })
    await redis.command('CONFIG', 'SET', 'save', '3600 1')
    const folder = /\$\d+\r\n(\/[^\r]+)$/.exec(await redis.command('CONFIG', 'GET', 'dir'))![1]!
    rmSync(folder, { recursive: true })
    await store.increment('k')
    await redis.command('BGSAVE')
    await vi.waitFor(() => expect(store.increment('k')).rejects.toMatchObject(because('not-writable')), soon)
    await report(store, failed('not-writable'))
    await redis.command('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no')
    await serves(store)
  }, 60_000)

  test('loading: it reads its files after a start', async () => {
    const redis = await ownRedis('--key-load-delay', '2000', '--loading-process-events-interval-bytes', '1024')
    for (let i = 0; i < 1_000; i++) await redis.command('SET', `key ${i}`, 'x'.repeat(100))
    const store = await storeOn({ url: redis.url })
    await redis.command('SAVE')
    await redis.stop()
    await report(store, failed('unreachable'))
    const started = redis.start()
    await report(store, failed('loading'))
    await expect(store.increment('k')).rejects.toMatchObject(because('loading'))
    await started
    await serves(store)
    await report(store, ok)
  }, 60_000)

  test('cluster: refused when opened', async () => {
    const redis = await ownRedis('--cluster-enabled', 'yes')
    await expect(redisStore({ url: redis.url })).rejects.toMatchObject(because('cluster'))
    const store = await storeOn({ url: redis.url, lazy: true })
    await report(store, failed('cluster'))
  })

  test('refused: another password from now on, until it is right again', async () => {
    const redis = await ownRedis()
    const store = await storeOn({ url: redis.url.replace('//', '//:secret@'), lazy: true })
    await report(store, failed('refused'))
    expect(JSON.stringify(store.conditions())).not.toContain('secret')
    await redis.command('CONFIG', 'SET', 'requirepass', 'secret')
    await serves(store)
    await report(store, ok)
  }, 60_000)

  test('a user without the right to a command: refused, and over when it has it', async () => {
    const redis = await ownRedis()
    await redis.command(
      'ACL',
      'SETUSER',
      'app',
      'on',
      '>pw',
      '~jpki-card:*',
      '+eval',
      '+info',
      '+get',
      '+set',
      '+del',
      '+incr',
    )
    const store = await storeOn({ url: redis.url.replace('//', '//app:pw@') })
    await serves(store)
    await redis.command('ACL', 'SETUSER', 'app', '-eval')
    await expect(store.take(nonce())).rejects.toMatchObject(because('refused'))
    await report(store, failed('refused'))
    await redis.command('ACL', 'SETUSER', 'app', '+eval')
    await serves(store)
  }, 60_000)
})

test('connections to a server that goes on refusing are made with growing delays, not in a loop', async () => {
  const [redis, other] = [await ownRedis(), await ownRedis()]
  const store = await storeOn({ url: redis.url })
  await follow(redis, other)
  await report(store, failed('read-only-replica'))
  const received = async () => Number(/total_connections_received:(\d+)/.exec(await redis.command('INFO', 'stats'))![1])
  const before = await received()
  await new Promise((done) => setTimeout(done, 4_000))
  // At the first delay it would be about 100; our own question is one.
  expect((await received()) - before).toBeLessThan(15)
}, 60_000)

test('lazy: Redis may come after the store; until then calls fail at once', async () => {
  const redis = new Redis(await freePort(), [])
  open.push(() => redis.remove())
  const store = await storeOn({ url: redis.url, lazy: true })
  expect(store.conditions()).toMatchObject(failed('unreachable'))
  await expect(store.put(nonce(), 'x', 1000)).rejects.toMatchObject(because('unreachable'))
  await redis.start()
  await serves(store)
  await report(store, ok)
})

test('closed while Redis is away, it leaves nothing behind', async () => {
  const store = await redisStore({ url: `redis://127.0.0.1:${await freePort()}`, lazy: true })
  await store.close?.()
  expect(store.conditions()).toMatchObject(failed('closed'))
  await expect(store.take(nonce())).rejects.toMatchObject(unavailable)
})

test('maxmemory-policy and append-only file are reported as warnings, also when they change', async () => {
  const redis = await ownRedis()
  const [store, durable] = [await storeOn({ url: redis.url }), await storeOn({ url: redis.url, durable: true })]
  expect(store.conditions()).toMatchObject(ok)
  expect(durable.conditions()).toMatchObject([{ state: 'warning', reason: 'not-persistent' }])
  await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru')
  await report(store, [{ part: 'store', state: 'warning', reason: 'evicting' }])
  await redis.command('CONFIG', 'SET', 'appendonly', 'yes')
  await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
  await report(store, ok)
  await report(durable, ok)
}, 60_000)

describe('Sentinel', () => {
  /** A Sentinel that watches a primary. */
  async function sentinel(primary: Redis, ...options: readonly string[]): Promise<Redis> {
    const folder = mkdtempSync(join(tmpdir(), 'jpki-card-sentinel-'))
    open.push(() => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, 'sentinel.conf')
    const watch = `sentinel monitor city 127.0.0.1 ${primary.port} 1\nsentinel down-after-milliseconds city 500\n`
    writeFileSync(file, `${watch}sentinel failover-timeout city 2000\n`)
    const own = new Redis(await freePort(), options, [file, '--sentinel'])
    open.push(() => own.remove())
    await own.start()
    return own
  }

  test('names the primary, and another one when that is gone', async () => {
    const atOnce = ['--repl-diskless-sync-delay', '0']
    const [first, second] = [await ownRedis(...atOnce), await ownRedis(...atOnce)]
    await follow(second, first)
    const watcher = await sentinel(first)
    const away = { host: '127.0.0.1', port: await freePort() }
    const nodes = [away, { host: '127.0.0.1', port: watcher.port }]
    const store = await storeOn({ url: 'redis://sentinel/0', sentinel: { name: 'city', nodes } })
    await store.increment('k')
    expect(await first.command('GET', 'jpki-card:count:k')).toBe('$1\r\n1')
    await vi.waitFor(async () => {
      expect(await watcher.command('SENTINEL', 'REPLICAS', 'city')).toContain(String(second.port))
      expect(await second.command('GET', 'jpki-card:count:k')).toBe('$1\r\n1')
    }, soon)
    await first.stop()
    await expect(store.increment('k')).rejects.toMatchObject(unavailable)
    await serves(store)
    expect(await store.count('k')).toBe(1)
    expect(await second.command('INFO', 'replication')).toContain('role:master')
  }, 60_000)

  test('a former primary that does not know is left when Sentinel names another', async () => {
    const [first, second] = [await ownRedis(), await ownRedis()]
    const watcher = await sentinel(first)
    const nodes = [{ host: '127.0.0.1', port: watcher.port }]
    const store = await storeOn({ url: 'redis://sentinel', sentinel: { name: 'city', nodes } })
    await watcher.command('SENTINEL', 'REMOVE', 'city')
    await watcher.command('SENTINEL', 'MONITOR', 'city', '127.0.0.1', String(second.port), '1')
    await vi.waitFor(async () => {
      await store.increment('k')
      expect(await second.command('GET', 'jpki-card:count:k')).not.toBe('$-1')
    }, soon)
  }, 60_000)

  test('primary-unknown: no Sentinel in reach, or another name', async () => {
    const redis = await ownRedis()
    const watcher = await sentinel(redis)
    const nodes = [{ host: '127.0.0.1', port: watcher.port }]
    const other = redisStore({ url: 'redis://sentinel', sentinel: { name: 'town', nodes } })
    await expect(other).rejects.toMatchObject(because('primary-unknown'))
    const away = [{ host: '127.0.0.1', port: await freePort() }]
    const none = redisStore({ url: 'redis://sentinel', sentinel: { name: 'city', nodes: away } })
    await expect(none).rejects.toMatchObject(because('primary-unknown'))
  }, 60_000)
})

test('TLS: with its CA and our certificate; another CA and no certificate are refused, as tls', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jpki-card-tls-'))
  open.push(() => rmSync(folder, { recursive: true, force: true }))
  const [servers, clients] = [new TlsAuthority('servers'), new TlsAuthority('clients')]
  const write = (name: string, text: string): string => {
    const file = join(folder, name)
    writeFileSync(file, text)
    return file
  }
  const own = servers.server()
  const port = await freePort()
  const given = { 'cert-file': own.cert, 'key-file': own.key, 'ca-cert-file': clients.cert }
  const files = Object.entries(given).flatMap(([name, text]) => [`--tls-${name}`, write(name, text)])
  await ownRedis('--tls-port', String(port), ...files)
  const url = `rediss://127.0.0.1:${port}`
  const { cert, key } = clients.client('issuance')
  const store = await storeOn({ url, tls: { ca: servers.cert, cert, key: new Uint8Array(Buffer.from(key)) } })
  await serves(store)
  const refused = redisStore({ url, tls: { ca: clients.cert, cert, key } })
  await expect(refused).rejects.toMatchObject(because('tls'))
  await expect(redisStore({ url, tls: { ca: servers.cert } })).rejects.toMatchObject(unavailable)
})

test.each([
  [{ url: 'redis://127.0.0.1', tls: {} }, TypeError],
  [{ url: 'rediss://127.0.0.1', tls: { cert: 'x' } }, TypeError],
  [{ url: 'redis://127.0.0.1/x' }, TypeError],
  [{ url: 'redis://127.0.0.1', sentinel: { name: '', nodes: [{ host: 'h', port: 1 }] } }, TypeError],
  [{ url: 'redis://127.0.0.1', sentinel: { name: 'n', nodes: [] } }, TypeError],
  [{ url: 'redis://127.0.0.1', sentinel: { name: 'n', nodes: [{ host: 'h', port: 0 }] } }, TypeError],
  [{ url: 'redis://127.0.0.1', checkMs: 99 }, RangeError],
])('%j is misuse', async (options, kind) => {
  await expect(redisStore(options)).rejects.toBeInstanceOf(kind)
})
