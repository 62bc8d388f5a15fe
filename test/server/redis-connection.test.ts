import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  type RedisClient,
  RedisConnection,
  type RedisConnectionOptions,
} from '../../src/server/stores/redis-connection.ts'
import { RedisFault, type RedisFaultReason, RedisReply } from '../../src/server/stores/redis-faults.ts'

/** A client without a server. */
class FakeClient implements RedisClient {
  destroyed = 0
  readonly sent: (readonly string[])[] = []
  listener: (error: unknown) => void = () => undefined
  answer: (command: readonly string[]) => Promise<unknown> = async () => 'OK'
  onConnect: () => Promise<unknown> = async () => undefined
  connect = (): Promise<unknown> => this.onConnect()
  sendCommand(command: readonly string[]): Promise<unknown> {
    this.sent.push(command)
    return this.answer(command)
  }
  on(_event: 'error', listener: (error: unknown) => void): void {
    this.listener = listener
  }
  destroy(): void {
    this.destroyed++
  }
}

const opened: RedisConnection[] = []
afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close()
})

/** A connection whose clients are kept in the order they were made. */
function setUp(
  options: Partial<RedisConnectionOptions> = {},
  prepare: (client: FakeClient, i: number) => void = () => {},
) {
  const clients: FakeClient[] = []
  const looks: boolean[] = []
  const connection = new RedisConnection({
    make: async () => {
      const client = new FakeClient()
      prepare(client, clients.length)
      clients.push(client)
      return client
    },
    examine: async (send, isNew) => {
      looks.push(isNew)
      await send('INFO')
      return []
    },
    timeoutMs: 5_000,
    checkMs: 60_000,
    ...options,
  })
  opened.push(connection)
  return { connection, clients, looks }
}

const never = (): Promise<never> => new Promise(() => {})
const because = (reason: RedisFaultReason) => expect.objectContaining({ name: 'RedisFault', reason })
const state = (connection: RedisConnection) => connection.conditions().map(({ state, reason }) => [state, reason])
const soon = { timeout: 20_000, interval: 5 }

describe('a connection', () => {
  test('is looked at before it is used, once, as a new one', async () => {
    const { connection, clients, looks } = setUp()
    expect(state(connection)).toEqual([['failed', 'unreachable']])
    await expect(connection.send(['GET'])).rejects.toEqual(because('unreachable'))
    await connection.open()
    expect([clients.length, looks, clients[0]!.sent]).toEqual([1, [true], [['INFO']]])
    expect(connection.conditions()).toEqual([{ part: 'store', state: 'ok', since: expect.any(Date) }])
    expect(await connection.send(['GET', 'a'])).toBe('OK')
    expect(clients[0]!.sent).toEqual([['INFO'], ['GET', 'a']])
  })

  test.each<[string, (client: FakeClient) => void, RedisFaultReason]>([
    [
      'cannot be made',
      (client) => Object.assign(client, { onConnect: () => Promise.reject(new Error('x')) }),
      'unreachable',
    ],
    [
      'answers that it cannot serve',
      (client) => Object.assign(client, { answer: () => Promise.reject(new RedisFault('loading')) }),
      'loading',
    ],
  ])('that %s is given up, and why is reported', async (_name, prepare, reason) => {
    const { connection, clients } = setUp({}, prepare)
    await expect(connection.open()).rejects.toEqual(because(reason))
    expect(clients[0]!.destroyed).toBeGreaterThan(0)
    expect(state(connection)).toEqual([['failed', reason]])
    await expect(connection.send(['GET'])).rejects.toEqual(because(reason))
    expect(clients).toHaveLength(1)
  })

  test('for which there is no client is reported with its reason', async () => {
    const { connection } = setUp({ make: () => Promise.reject(new RedisFault('primary-unknown')) })
    await expect(connection.open()).rejects.toEqual(because('primary-unknown'))
    expect(state(connection)).toEqual([['failed', 'primary-unknown']])
  })

  test('that does not answer in time is given up: when made, and when looked at', async () => {
    for (const prepare of [
      (client: FakeClient) => Object.assign(client, { onConnect: never }),
      (client: FakeClient) => Object.assign(client, { answer: never }),
    ]) {
      const { connection, clients } = setUp({ timeoutMs: 30 }, prepare)
      await expect(connection.open()).rejects.toEqual(because('unreachable'))
      expect(clients[0]!.destroyed).toBeGreaterThan(0)
    }
  })
})

describe('a command', () => {
  test('that is not answered in time fails, once, and its connection is given up', async () => {
    const { connection, clients } = setUp({ timeoutMs: 50 }, (client, i) => {
      if (i === 0) client.answer = async ([name]) => (name === 'GET' ? never() : 'OK')
    })
    await connection.open()
    await expect(connection.send(['GET'])).rejects.toMatchObject({ reason: 'unreachable', cause: expect.any(Error) })
    expect(clients[0]!.destroyed).toBeGreaterThan(0)
    await vi.waitFor(() => expect(state(connection)).toEqual([['ok', undefined]]), soon)
    expect(clients.map(({ sent }) => sent.filter(([name]) => name === 'GET').length)).toEqual([1, 0])
  })

  test.each<[string, RedisFaultReason, boolean]>([
    ['ERR no', 'unexpected-answer', true],
    ['OOM no', 'full', true],
    ['READONLY no', 'read-only-replica', false],
    ['NEWCODE no', 'unexpected-answer', false],
  ])('refused with %s fails with %s, and its connection stays: %j', async (message, reason, stays) => {
    const { connection, clients } = setUp({}, (client) => {
      client.answer = async ([name]) => {
        if (name === 'GET') throw new RedisReply(new Error(message))
        return 'OK'
      }
    })
    await connection.open()
    await expect(connection.send(['GET'])).rejects.toEqual(because(reason))
    expect(clients[0]!.destroyed).toBe(stays ? 0 : 1)
    expect(state(connection)).toEqual(stays ? [['ok', undefined]] : [['failed', reason]])
    if (stays) expect(await connection.send(['SET'])).toBe('OK')
    else await expect(connection.send(['SET'])).rejects.toEqual(because(reason))
  })

  test('that fails for the connection fails as unreachable; the client says by itself that it is lost', async () => {
    const { connection, clients } = setUp()
    await connection.open()
    clients[0]!.answer = () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNRESET' }))
    await expect(connection.send(['GET'])).rejects.toEqual(because('unreachable'))
    expect(clients[0]!.destroyed).toBe(0)
    const since = connection.conditions()[0]!.since
    expect(state(connection)).toEqual([['ok', undefined]])
    clients[0]!.listener(new Error('Socket closed'))
    expect(clients[0]!.destroyed).toBe(1)
    expect(state(connection)).toEqual([['failed', 'unreachable']])
    await expect(connection.send(['GET'])).rejects.toEqual(because('unreachable'))
    expect(since).toBeInstanceOf(Date)
  })
})

describe('a lost connection', () => {
  test('is made again, until that works, and what fails meanwhile is not sent later', async () => {
    const { connection, clients, looks } = setUp({}, (client, i) => {
      if (i === 1) client.onConnect = () => Promise.reject(new Error('x'))
    })
    await connection.open()
    const gone = new Error('gone')
    clients[0]!.listener(gone)
    await expect(connection.send(['GET'])).rejects.toMatchObject({ reason: 'unreachable', cause: gone })
    await vi.waitFor(() => expect(state(connection)).toEqual([['ok', undefined]]), soon)
    expect(clients).toHaveLength(3)
    expect(looks).toEqual([true, true])
    expect(await connection.send(['SET'])).toBe('OK')
    expect(clients.map(({ sent }) => sent.map(([name]) => name))).toEqual([['INFO'], [], ['INFO', 'SET']])
  })

  test('that a former client reports again does not end the present one', async () => {
    const { connection, clients } = setUp()
    await connection.open()
    clients[0]!.listener(new Error('gone'))
    await vi.waitFor(() => expect(state(connection)).toEqual([['ok', undefined]]), soon)
    clients[0]!.listener(new Error('gone again'))
    expect(state(connection)).toEqual([['ok', undefined]])
    expect(await connection.send(['GET'])).toBe('OK')
    expect(clients[1]!.destroyed).toBe(0)
  })
})

describe('looks from time to time', () => {
  test('report what they find, since when, and when it is over', async () => {
    let warnings: readonly RedisFaultReason[] = ['evicting', 'not-persistent']
    const looks: boolean[] = []
    const examine = async (_send: unknown, isNew: boolean) => {
      looks.push(isNew)
      return warnings
    }
    const { connection, clients } = setUp({ checkMs: 10, examine })
    await connection.open()
    expect(state(connection)).toEqual([
      ['warning', 'evicting'],
      ['warning', 'not-persistent'],
    ])
    const [first] = connection.conditions()
    await vi.waitFor(() => expect(looks.length).toBeGreaterThan(3), soon)
    expect(connection.conditions()[0]!.since).toBe(first!.since)
    warnings = ['not-persistent']
    await vi.waitFor(() => expect(state(connection)).toEqual([['warning', 'not-persistent']]), soon)
    warnings = []
    await vi.waitFor(() => expect(state(connection)).toEqual([['ok', undefined]]), soon)
    expect([looks[0], new Set(looks.slice(1)), clients.length]).toEqual([true, new Set([false]), 1])
  })

  test('keep the time at which each condition began', async () => {
    let warnings: readonly RedisFaultReason[] = ['evicting']
    let looks = 0
    const examine = async () => {
      looks++
      return warnings
    }
    const { connection } = setUp({ checkMs: 10, examine })
    /** Since when what is found at a time is reported, ms. */
    const begins = async (at: number, found: readonly RedisFaultReason[]) => {
      vi.setSystemTime(at)
      warnings = found
      const before = looks
      await vi.waitFor(() => expect(looks).toBeGreaterThan(before + 1), soon)
      const conditions = connection.conditions()
      expect(conditions.flatMap(({ reason }) => reason ?? [])).toEqual(found)
      return conditions.map(({ since }) => Number(since))
    }
    try {
      vi.setSystemTime(1_000)
      await connection.open()
      expect(await begins(2_000, ['evicting'])).toEqual([1_000])
      expect(await begins(3_000, ['evicting', 'not-persistent'])).toEqual([1_000, 3_000])
      expect(await begins(4_000, ['evicting', 'not-persistent'])).toEqual([1_000, 3_000])
      expect(await begins(5_000, ['not-persistent'])).toEqual([3_000])
      expect(await begins(6_000, [])).toEqual([6_000])
      expect(await begins(7_000, ['evicting'])).toEqual([7_000])
    } finally {
      vi.useRealTimers()
    }
  })

  test('give a connection up whose server cannot serve any more, and find the next', async () => {
    let looks = 0
    const examine = async () => {
      looks++
      if (looks === 2) throw new RedisFault('read-only-replica')
      return []
    }
    const { connection, clients } = setUp({ checkMs: 10, examine })
    await connection.open()
    await vi.waitFor(() => expect(clients).toHaveLength(2), soon)
    expect(clients[0]!.destroyed).toBeGreaterThan(0)
    await vi.waitFor(() => expect(state(connection)).toEqual([['ok', undefined]]), soon)
  })
})

describe('opened later', () => {
  test('it stays connected as one opened at once does', async () => {
    const { connection, clients } = setUp()
    connection.openLater()
    await vi.waitFor(() => expect(state(connection)).toEqual([['ok', undefined]]), soon)
    clients[0]!.listener(new Error('gone'))
    await vi.waitFor(() => expect(state(connection)).toEqual([['ok', undefined]]), soon)
    expect(clients).toHaveLength(2)
  })

  test('it connects in the background, though the first time fails', async () => {
    const { connection, clients } = setUp({}, (client, i) => {
      if (i === 0) client.onConnect = () => Promise.reject(new Error('x'))
    })
    connection.openLater()
    await expect(connection.send(['GET'])).rejects.toEqual(because('unreachable'))
    await vi.waitFor(() => expect(state(connection)).toEqual([['ok', undefined]]), soon)
    expect(clients).toHaveLength(2)
    clients[1]!.listener(new Error('gone'))
    await vi.waitFor(() => expect(clients).toHaveLength(3), soon)
  })
})

describe('closed', () => {
  test('it fails what is under way and what comes, and leaves no client', async () => {
    const { connection, clients } = setUp({}, (client) => {
      client.answer = async ([name]) => (name === 'GET' ? never() : 'OK')
    })
    await connection.open()
    const closed = connection.close()
    expect(state(connection)).toEqual([['failed', 'closed']])
    await closed
    expect(clients[0]!.destroyed).toBe(1)
    expect(state(connection)).toEqual([['failed', 'closed']])
    await expect(connection.send(['SET'])).rejects.toEqual(because('closed'))
    await connection.close()
    expect(clients).toHaveLength(1)
  })

  test('while it connects, what was made is given up', async () => {
    let connected = (): void => undefined
    const { connection, clients } = setUp({}, (client) => {
      client.onConnect = () =>
        new Promise<void>((resolve) => {
          connected = resolve
        })
    })
    connection.openLater()
    await vi.waitFor(() => expect(clients).toHaveLength(1), soon)
    const closed = connection.close()
    connected()
    await closed
    expect(clients[0]!.destroyed).toBeGreaterThan(0)
    expect(state(connection)).toEqual([['failed', 'closed']])
    await expect(connection.send(['SET'])).rejects.toEqual(because('closed'))
  })

  test('before it is opened, it makes no client', async () => {
    const { connection, clients } = setUp()
    await connection.close()
    connection.openLater()
    await connection.close()
    expect(clients).toEqual([])
  })
})
