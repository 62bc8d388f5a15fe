import { createHash } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  announceScript,
  compareAndSetScript,
  dueScript,
  putScript,
  readScript,
  removeScript,
  takeScript,
  writeScript,
} from '../../src/server/stores/redis-scripts.ts'
import { type RedisStoreOptions, redisStore } from '../../src/server/stores/redis-store.ts'

/** The package `redis` without a server: options and events of each client, what was sent, and what is answered. */
const fake = vi.hoisted(() => ({
  clients: [] as { options: Record<string, unknown>; events: EventEmitter; sent: string[][]; destroyed: number }[],
  info: '',
  answer: undefined as ((command: string[], options: Record<string, unknown>) => unknown) | undefined,
  connect: undefined as ((options: Record<string, unknown>) => unknown) | undefined,
}))
vi.mock('redis', async () => {
  const { EventEmitter } = await import('node:events')
  class ErrorReply extends Error {}
  const createClient = (options: Record<string, unknown>) => {
    const client = { options, events: new EventEmitter(), sent: [] as string[][], destroyed: 0 }
    const nonces = new Map<string, string>()
    fake.clients.push(client)
    return {
      connect: async () => fake.connect?.(options),
      on: (event: string, listener: (error: unknown) => void) => client.events.on(event, listener),
      destroy: () => void client.destroyed++,
      async sendCommand(command: string[]) {
        client.sent.push(command)
        const given = await fake.answer?.(command, options)
        if (given !== undefined) return given
        const [name, , , key, value] = command
        if (name === 'INFO') return fake.info
        if (name === 'SENTINEL') return ['10.0.0.1', '6380']
        if (name !== 'EVAL') return 1
        if (nonces.has(key!)) {
          const record = nonces.get(key!)
          nonces.delete(key!)
          return record
        }
        nonces.set(key!, value!)
        return 1
      },
    }
  }
  return { createClient, ErrorReply }
})

const healthy = ['role:master', 'loading:0', 'cluster_enabled:0', 'maxmemory_policy:noeviction', 'aof_enabled:1']
const info = (...changed: string[]): string => {
  const names = changed.map((line) => line.split(':')[0])
  return [...healthy.filter((line) => !names.includes(line.split(':')[0]!)), ...changed].join('\r\n')
}
const url = 'redis://localhost'
const open: (() => unknown)[] = []
beforeEach(() => Object.assign(fake, { clients: [], info: info(), answer: undefined, connect: undefined }))
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})
async function opened(options: Partial<RedisStoreOptions> = {}) {
  const store = await redisStore({ url, ...options })
  open.push(() => store.close?.())
  const client = fake.clients.at(-1)!
  client.sent.length = 0
  return { store, client }
}
const because = (reason: string) => ({ name: 'RefusalError', code: 'ERR_STORE_UNAVAILABLE', cause: { reason } })
const reasons = (store: Awaited<ReturnType<typeof redisStore>>) => store.conditions().map(({ reason }) => reason)
const errorReply = async (message: string): Promise<Error> => {
  const { ErrorReply } = (await import('redis')) as unknown as { ErrorReply: new (text: string) => Error }
  return new ErrorReply(message)
}

describe('what is sent', () => {
  const nonce = new Uint8Array(32).fill(7)
  const hashed = createHash('sha256').update(nonce).digest('base64url')

  test.each([
    [undefined, 'jpki-card:'],
    ['city:', 'city:'],
  ])('with the prefix %j: one command for each call, below %s', async (prefix, below) => {
    const { store, client } = await opened({ prefix })
    const answers = { [putScript]: 1, [takeScript]: 'record', [readScript]: '3', [compareAndSetScript]: 1 }
    fake.answer = ([name, script]) => (name === 'EVAL' ? (answers[script!] ?? ['a', 'b']) : 5)
    await store.put(nonce, 'record', 999.5)
    expect(await store.take(nonce)).toBe('record')
    expect(await store.announce!('text', 1000.5)).toEqual(['a', 'b'])
    expect(await store.increment('k')).toBe(5)
    expect(await store.count('k')).toBe(3)
    await store.reset('k')
    expect(await store.read('k')).toBe('3')
    await store.write('k', 'v')
    await store.remove('k')
    expect(
      await store.compareAndSet([
        { key: 'a', expected: undefined, next: 'x', lifetimeMs: 10.5 },
        { key: 'b', expected: 'y', next: undefined, dueAt: 7 },
        { key: 'c', expected: 'y', next: 'z', dueAt: 1_700_000_000_000 },
      ]),
    ).toBe(true)
    expect(await store.due(1_700_000_000_000, 20)).toEqual(['a', 'b'])
    expect(client.sent).toEqual([
      ['EVAL', putScript, '1', `${below}nonce:${hashed}`, 'record', '1000'],
      ['EVAL', takeScript, '1', `${below}nonce:${hashed}`],
      ['EVAL', announceScript, '1', `${below}services`, 'text', '1001'],
      ['INCR', `${below}count:k`],
      ['EVAL', readScript, '1', `${below}count:k`],
      ['DEL', `${below}count:k`],
      ['EVAL', readScript, '1', `${below}value:k`],
      ['EVAL', writeScript, '2', `${below}value:k`, `${below}due`, 'k', 'v'],
      ['EVAL', removeScript, '2', `${below}value:k`, `${below}due`, 'k'],
      [
        ...['EVAL', compareAndSetScript, '4', `${below}value:a`, `${below}value:b`, `${below}value:c`, `${below}due`],
        ...['a', '-', '=x', '11', '-'],
        ...['b', '=y', '-', '-', '7'],
        ...['c', '=y', '=z', '-', '1700000000000'],
      ],
      ['EVAL', dueScript, '1', `${below}due`, '1700000000000', '20', `${below}value:`],
    ])
  })
})

describe('an answer', () => {
  const answering = async (answer: unknown) => {
    const { store } = await opened()
    fake.answer = () => answer
    return store
  }
  const unavailable = { name: 'RefusalError', code: 'ERR_STORE_UNAVAILABLE' }

  test('of nothing is no record, no text, no count and no announcement', async () => {
    const store = await answering(null)
    expect(await store.take(new Uint8Array(32))).toBeUndefined()
    expect(await store.read('k')).toBeUndefined()
    expect(await store.count('k')).toBe(0)
    expect(await store.announce!('text', 1)).toEqual([])
    expect(await store.compareAndSet([])).toBe(false)
    expect(await store.due(1, 1)).toEqual([])
  })

  test.each([0, 2, '1', 'OK'])(
    '%j to a nonce is that it is there already, and to a change that nothing was changed',
    async (answer) => {
      const store = await answering(answer)
      await expect(store.put(new Uint8Array(32), 'x', 1)).rejects.toMatchObject(unavailable)
      expect(await store.compareAndSet([])).toBe(false)
    },
  )

  test.each([7, [], {}, true])('%j is no text', async (answer) => {
    const store = await answering(answer)
    await expect(store.take(new Uint8Array(32))).rejects.toMatchObject(unavailable)
    await expect(store.read('k')).rejects.toMatchObject(unavailable)
  })

  test.each(['many', -1, 1.5, '9007199254740992', {}])('%j is no count', async (answer) => {
    const store = await answering(answer)
    await expect(store.increment('k')).rejects.toMatchObject(unavailable)
    await expect(store.count('k')).rejects.toMatchObject(unavailable)
  })

  test.each([
    ['OOM command not allowed', 'ERR_STORE_FULL', 'full'],
    ['READONLY no', 'ERR_STORE_UNAVAILABLE', 'read-only-replica'],
    ['ERR no', 'ERR_STORE_UNAVAILABLE', 'unexpected-answer'],
  ])('%s refuses with %s', async (message, code, reason) => {
    const { store } = await opened()
    const error = await errorReply(message)
    fake.answer = () => Promise.reject(error)
    await expect(store.increment('k')).rejects.toMatchObject({ name: 'RefusalError', code, cause: { reason } })
  })
})

describe('a server', () => {
  test.each([
    [['loading:1'], 'loading'],
    [['cluster_enabled:1'], 'cluster'],
    [['role:slave'], 'read-only-replica'],
    [['role:master-of-none'], 'read-only-replica'],
    [['xrole:master', 'role'], 'unexpected-answer'],
  ])('that says %j of itself cannot serve: %s', async (lines, reason) => {
    fake.info = info(...lines)
    await expect(redisStore({ url })).rejects.toMatchObject(because(reason))
    expect(fake.clients.at(-1)!.destroyed).toBeGreaterThan(0)
  })

  test.each<[string[], boolean, (string | undefined)[]]>([
    [[], true, [undefined]],
    [['maxmemory_policy:allkeys-lru'], false, ['evicting']],
    [['aof_enabled:0'], false, [undefined]],
    [['aof_enabled:0'], true, ['not-persistent']],
    [['maxmemory_policy:volatile-ttl', 'aof_enabled:0'], true, ['evicting', 'not-persistent']],
  ])('that says %j, where PINs are kept %j, comes to %j', async (lines, durable, expected) => {
    fake.info = info(...lines)
    expect(reasons((await opened({ durable })).store)).toEqual(expected)
  })

  test('that has no append-only file is not reported unless PINs are kept', async () => {
    fake.info = info('aof_enabled:0')
    expect(reasons((await opened()).store)).toEqual([undefined])
  })

  test('that names no policy is not said to evict', async () => {
    fake.info = 'role:master\r\n'
    expect(reasons((await opened({ durable: true })).store)).toEqual([undefined])
  })

  test('that gives back another nonce than was put cannot serve', async () => {
    fake.answer = ([name, script]) => (name === 'EVAL' && script === takeScript ? 'other' : undefined)
    await expect(redisStore({ url })).rejects.toMatchObject(because('unexpected-answer'))
  })

  test('without memory serves what it has, and says so', async () => {
    const full = await errorReply('OOM no')
    fake.answer = ([name, script]) => (name === 'EVAL' && script === putScript ? Promise.reject(full) : undefined)
    expect(reasons((await opened()).store)).toEqual(['full'])
  })

  test('that refuses who we are while connecting is refused', async () => {
    const error = await errorReply('ERR invalid DB index')
    fake.connect = () => Promise.reject(error)
    const refused = await redisStore({ url }).catch((thrown) => thrown)
    expect(refused).toMatchObject(because('refused'))
    expect(refused.cause.cause).toBe(error)
    fake.connect = () => Promise.reject(Object.assign(new Error('x'), { code: 'EPROTO' }))
    await expect(redisStore({ url })).rejects.toMatchObject(because('tls'))
  })

  test.each([
    ['LOADING Redis is loading', 'loading'],
    ['MASTERDOWN Link with MASTER is down', 'read-only-replica'],
    ['WRONGPASS invalid username-password pair', 'refused'],
  ])('that answers the connection with %s is reported with its own reason: %s', async (message, reason) => {
    const error = await errorReply(message)
    fake.connect = () => Promise.reject(error)
    await expect(redisStore({ url })).rejects.toMatchObject(because(reason))
  })

  test.each([
    ['unreachable', () => new Error('Socket closed')],
    ['loading', () => errorReply('LOADING Redis is loading')],
  ])('whose connection is lost is %s, and connected again', async (reason, lost) => {
    const { store, client } = await opened({ timeoutMs: 60_000 })
    let connect = (): void => undefined
    fake.connect = () =>
      new Promise<void>((resolve) => {
        connect = resolve
      })
    client.events.emit('error', await lost())
    expect(reasons(store)).toEqual([reason])
    await expect(store.read('k')).rejects.toMatchObject(because(reason))
    await vi.waitFor(() => expect(fake.clients).toHaveLength(2), 20_000)
    expect(reasons(store)).toEqual([reason])
    connect()
    await vi.waitFor(() => expect(reasons(store)).toEqual([undefined]), 20_000)
  })

  test('without Sentinels is examined on its connection, and keeps it', async () => {
    const { store, client } = await opened({ checkMs: 100 })
    const examined = () => client.sent.filter(([name]) => name === 'INFO').length
    await vi.waitFor(() => expect(examined()).toBeGreaterThan(1), 20_000)
    expect([reasons(store), fake.clients.length, client.destroyed]).toEqual([[undefined], 1, 0])
  })
})

describe('a client', () => {
  const fixed = { RESP: 2, disableOfflineQueue: true, commandsQueueMaxLength: 10_000, maintNotifications: 'disabled' }

  test('goes to the address, in its time, and never connects again by itself', async () => {
    const { client } = await opened({ timeoutMs: 700 })
    const socket = { reconnectStrategy: false, connectTimeout: 700 }
    expect(client.options).toEqual({ url, ...fixed, socket })
  })

  test('has the certificates of a TLS connection', async () => {
    const tls = { ca: 'CA', cert: new Uint8Array([1]), key: 'KEY', servername: 'redis.example' }
    const { client } = await opened({ url: 'rediss://localhost', tls })
    const own = { tls: true, ...tls, cert: Buffer.from([1]) }
    expect(client.options['socket']).toEqual({ ...own, reconnectStrategy: false, connectTimeout: 1_000 })
    const { client: bare } = await opened({ url: 'rediss://localhost' })
    expect(bare.options['socket']).toEqual({ tls: true, reconnectStrategy: false, connectTimeout: 1_000 })
  })

  const sentinel = {
    name: 'city',
    nodes: [
      { host: 's1', port: 1 },
      { host: 's2', port: 2 },
    ],
  }

  test('goes where the first Sentinel that answers says, with the user and database of the address', async () => {
    fake.connect = ({ socket }) => {
      if ((socket as { host: string }).host === 's1') throw new Error('gone')
    }
    const more = { ...sentinel, username: 'watcher', password: 'secret' }
    const { client } = await opened({ url: 'redis://us%40er:p%2Fw@sentinel/3', sentinel: more })
    const [first, second] = fake.clients
    expect([first!.options['socket'], second!.options['socket']]).toMatchObject(sentinel.nodes)
    expect(second!.options).toMatchObject({ ...fixed, username: 'watcher', password: 'secret' })
    expect(second!.sent).toEqual([['SENTINEL', 'get-master-addr-by-name', 'city']])
    expect([first!.destroyed, second!.destroyed]).toEqual([1, 1])
    const own = { username: 'us@er', password: 'p/w', database: 3 }
    const socket = { host: '10.0.0.1', port: 6380, reconnectStrategy: false, connectTimeout: 1_000 }
    expect(client.options).toEqual({ ...own, ...fixed, socket })
  })

  test('has neither user, password nor database where the address names none', async () => {
    for (const bare of ['redis://sentinel', 'redis://sentinel/']) {
      const { client } = await opened({ url: bare, sentinel })
      expect(Object.keys(client.options).sort()).toEqual([...Object.keys(fixed), 'socket'].sort())
    }
  })

  test.each([null, [], ['10.0.0.1'], ['10.0.0.1', 'x'], ['10.0.0.1', '123456'], [7, '1'], ['10.0.0.1', '1x']])(
    'goes nowhere where every Sentinel answers %j',
    async (answer) => {
      fake.answer = ([name]) => (name === 'SENTINEL' ? answer : undefined)
      await expect(redisStore({ url, sentinel })).rejects.toMatchObject(because('primary-unknown'))
      expect(fake.clients.map(({ options }) => (options['socket'] as { host: string }).host)).toEqual(['s1', 's2'])
    },
  )

  test('goes nowhere where no Sentinel answers, and why the last one did not is the cause', async () => {
    const causeOf = async (connect: (host: string) => unknown) => {
      fake.connect = ({ socket }) => connect((socket as { host: string }).host)
      const error = await redisStore({ url, sentinel, timeoutMs: 50 }).catch((thrown) => thrown)
      expect(error).toMatchObject(because('primary-unknown'))
      return error.cause.cause
    }
    const [gone, tls] = [new Error('gone'), Object.assign(new Error('x'), { code: 'EPROTO' })]
    const last = await causeOf((host) => Promise.reject(host === 's1' ? gone : tls))
    expect([last.reason, last.cause]).toEqual(['tls', tls])
    expect(await causeOf(() => new Promise(() => {}))).toMatchObject({ name: 'RedisFault', reason: 'unreachable' })
    fake.answer = ([name]) => (name === 'SENTINEL' ? null : undefined)
    expect(await causeOf(() => undefined)).toBeUndefined()
  })

  test('of a Sentinel may fail after its answer', async () => {
    const { store } = await opened({ sentinel })
    expect(fake.clients[0]!.events.emit('error', new Error('gone'))).toBe(true)
    expect(reasons(store)).toEqual([undefined])
  })

  test('asks the next Sentinel when one does not answer in time, and leaves nothing of it', async () => {
    fake.connect = ({ socket }) => ((socket as { host: string }).host === 's1' ? new Promise(() => {}) : undefined)
    await opened({ sentinel, timeoutMs: 50 })
    const hosts = fake.clients.map(({ options }) => (options['socket'] as { host: string }).host)
    expect(hosts).toEqual(['s1', 's2', '10.0.0.1'])
    expect(fake.clients.map(({ destroyed }) => destroyed)).toEqual([1, 1, 0])
  })

  test('leaves a primary whose host or port is another one by now, and no other', async () => {
    for (const [host, port] of [
      ['10.0.0.2', '6380'],
      ['10.0.0.1', '6381'],
    ]) {
      const { store, client } = await opened({ sentinel, checkMs: 100, timeoutMs: 60_000 })
      fake.answer = ([name]) => (name === 'SENTINEL' ? [host, port] : undefined)
      let connect = (): void => undefined
      fake.connect = ({ socket }) => {
        const to = socket as { host: string; port: number }
        if (to.host !== host || to.port !== Number(port)) return
        return new Promise<void>((resolve) => {
          connect = resolve
        })
      }
      const made = fake.clients.length
      await vi.waitFor(() => expect(client.destroyed).toBeGreaterThan(0), 20_000)
      expect(reasons(store)).toEqual(['read-only-replica'])
      await vi.waitFor(
        () => expect(fake.clients.slice(made).at(-1)?.options).toMatchObject({ socket: { host } }),
        20_000,
      )
      connect()
      await vi.waitFor(() => expect(reasons(store)).toEqual([undefined]), 20_000)
      Object.assign(fake, { answer: undefined, connect: undefined })
      await store.close?.()
    }
  })

  test('leaves a primary that the Sentinels do not name any more, not one they cannot be asked for', async () => {
    const { store } = await opened({ sentinel, checkMs: 100 })
    fake.connect = ({ socket }) => {
      if (['s1', 's2'].includes((socket as { host: string }).host)) throw new Error('gone')
    }
    const before = fake.clients.length
    await vi.waitFor(() => expect(fake.clients.length).toBeGreaterThan(before + 3), 20_000)
    expect(reasons(store)).toEqual([undefined])
    fake.connect = undefined
    fake.answer = ([name]) => (name === 'SENTINEL' ? ['10.0.0.1', '6381'] : undefined)
    const ports = () => fake.clients.map(({ options }) => (options['socket'] as { port: number }).port)
    await vi.waitFor(() => expect(ports()).toContain(6381), 20_000)
    await vi.waitFor(() => expect(reasons(store)).toEqual([undefined]), 20_000)
  })
})

describe('options', () => {
  const node = { host: 'h', port: 1 }
  test.each<[object]>([
    [{ timeoutMs: 10, checkMs: 100 }],
    [{ timeoutMs: 60_000, checkMs: 3_600_000 }],
    [{ url: 'redis://localhost/' }],
    [{ url: 'redis://localhost/12' }],
    [{ url: 'rediss://localhost', tls: {} }],
    [{ sentinel: { name: 'n', nodes: [{ host: 'h', port: 65_535 }] } }],
  ])('%j may be', async (options) => {
    await expect(opened(options)).resolves.toBeDefined()
  })

  test.each<[object, RegExp]>([
    [{ timeoutMs: 9 }, /^timeoutMs/],
    [{ timeoutMs: 60_001 }, /^timeoutMs/],
    [{ checkMs: 99 }, /^checkMs/],
    [{ checkMs: 3_600_001 }, /^checkMs/],
    [{ checkMs: 100.5 }, /^checkMs/],
    [{ url: 7 }, /^url/],
    [{ url: new URL('redis://localhost') }, /^url/],
    [{ url: 'localhost:x' }, /^url/],
    [{ url: '//us:secret@localhost' }, /^url/],
    [{ url: 'xredis://localhost' }, /^url/],
    [{ url: 'redisss://localhost' }, /^url/],
    [{ url: 'redis://localhost/1/' }, /^url/],
    [{ url: 'redis://localhost/x1' }, /^url/],
    [{ tls: {} }, /^tls needs/],
    [{ url: 'rediss://localhost', tls: { cert: 'x' } }, /^tls\.cert/],
    [{ url: 'rediss://localhost', tls: { key: 'x' } }, /^tls\.cert/],
    [{ sentinel: { name: '', nodes: [node] } }, /^sentinel\.name/],
    [{ sentinel: { name: 7, nodes: [node] } }, /^sentinel\.name/],
    [{ sentinel: { name: 'n', nodes: [] } }, /^sentinel\.nodes/],
    [{ sentinel: { name: 'n', nodes: node } }, /^sentinel\.nodes/],
    [{ sentinel: { name: 'n', nodes: [node, { host: '', port: 1 }] } }, /^sentinel\.nodes/],
    [{ sentinel: { name: 'n', nodes: [node, { host: 7, port: 1 }] } }, /^sentinel\.nodes/],
    [{ sentinel: { name: 'n', nodes: [{ host: 'h', port: 0 }, node] } }, /^sentinel\.nodes/],
    [{ sentinel: { name: 'n', nodes: [{ host: 'h', port: 65_536 }] } }, /^sentinel\.nodes/],
    [{ sentinel: { name: 'n', nodes: [{ host: 'h', port: 1.5 }] } }, /^sentinel\.nodes/],
  ])('%j may not be', async (options, message) => {
    await expect(redisStore({ url, ...options } as RedisStoreOptions)).rejects.toThrow(message)
    expect(fake.clients).toEqual([])
  })

  test('lazy opens at once, and connects in the background', async () => {
    const store = await redisStore({ url, lazy: true })
    open.push(() => store.close?.())
    expect(reasons(store)).toEqual(['unreachable'])
    await vi.waitFor(() => expect(reasons(store)).toEqual([undefined]), 20_000)
  })

  test('a store that cannot be opened leaves no client, and does not try again', async () => {
    fake.connect = () => Promise.reject(new Error('gone'))
    await expect(redisStore({ url })).rejects.toMatchObject(because('unreachable'))
    const made = fake.clients.length
    await new Promise((done) => setTimeout(done, 120))
    expect([made, fake.clients.length]).toEqual([1, 1])
  })
})

test('without the package it says which one to install', async () => {
  const present = await import('redis')
  vi.doMock('redis', () => {
    throw new Error('not found')
  })
  open.push(() => vi.doMock('redis', () => present))
  await expect(redisStore({ url: 'redis://127.0.0.1:1' })).rejects.toMatchObject({
    name: 'DependencyError',
    code: 'ERR_DEPENDENCY_MISSING',
    dependency: 'redis',
    message: expect.stringContaining('npm install redis'),
  })
})
