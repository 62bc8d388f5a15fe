import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openAuditLog } from '../../../src/server/audit/log.ts'
import { MunicipalPins } from '../../../src/server/municipal-pin/municipal-pins.ts'
import type { MunicipalPinsOptions } from '../../../src/server/municipal-pin/options.ts'
import { memoryStore } from '../../../src/server/stores/memory-store.ts'
import { redisStore } from '../../../src/server/stores/redis-store.ts'
import { startRedis } from '../../support/redis.ts'

/** Hashes under way, and how many have ended. */
const hashing = vi.hoisted(() => ({ now: 0, most: 0, ended: 0 }))
vi.mock('node:crypto', async (original) => {
  const real = await original<typeof import('node:crypto')>()
  const scrypt = (...given: unknown[]): void => {
    const done = given.pop() as (...result: unknown[]) => void
    hashing.now++
    hashing.most = Math.max(hashing.most, hashing.now)
    ;(real.scrypt as unknown as (...all: unknown[]) => void)(...given, (...result: unknown[]) => {
      hashing.now--
      hashing.ended++
      done(...result)
    })
  }
  return { ...real, scrypt, default: { ...real, scrypt } }
})

const kind = 'residence-record'
const keyOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const clerk = { clerk: 'clerk-1' }
const at = { terminal: 'kiosk-1' }
const lowCost = { N: 2, r: 1, p: 1 }
const setUp = (options: Partial<MunicipalPinsOptions> = {}) => {
  const store = options.store ?? memoryStore()
  return { store, pins: new MunicipalPins({ store, serverKey: keyOf(7), scrypt: lowCost, ...options }) }
}
const codeOf = (done: Promise<void>): Promise<string> =>
  done.then(
    () => 'ok',
    (error) => error.code.replace('ERR_MUNICIPAL_PIN_', ''),
  )
const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

describe('many PINs at once', () => {
  test('100 are hashed two at a time, 34 in all; the others are busy, and no try of theirs is spent', async () => {
    const { pins } = setUp()
    Object.assign(hashing, { most: 0, ended: 0 })
    const users = Array.from({ length: 100 }, (_, i) => `user ${i}`)
    const codes = await Promise.all(users.map((user) => codeOf(pins.verify(user, kind, bytes('1234'), at))))
    expect(hashing).toEqual({ now: 0, most: 2, ended: 34 })
    expect(codes.filter((code) => code === 'REJECTED')).toHaveLength(34)
    expect(codes.filter((code) => code === 'BUSY')).toHaveLength(66)
    const left = await Promise.all(users.map(async (user) => (await pins.status(user, kind)).triesLeft))
    expect(left).toEqual(codes.map((code) => (code === 'BUSY' ? 3 : 2)))
  })

  test('a busy refusal can be tried again, by the customer', async () => {
    const { pins } = setUp({ hashing: { atOnce: 1, waiting: 0 } })
    const first = codeOf(pins.register('one', kind, bytes('1234'), clerk))
    await expect(pins.register('two', kind, bytes('1234'), clerk)).rejects.toMatchObject({
      name: 'RefusalError',
      code: 'ERR_MUNICIPAL_PIN_BUSY',
      turn: 'customer',
      retry: true,
    })
    expect(await first).toBe('ok')
    expect(await codeOf(pins.register('two', kind, bytes('1234'), clerk))).toBe('ok')
  })

  test('the audit log goes on while they are hashed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jpki-card-pins-'))
    open.push(() => rmSync(folder, { recursive: true, force: true }))
    const log = await openAuditLog(join(folder, 'audit.jsonl'), { sync: true })
    open.push(() => log.close())
    // Each takes about 50 ms of a processor, a line of the log none.
    const { pins } = setUp({ scrypt: { N: 2 ** 14, r: 8, p: 1 }, hashing: { atOnce: 2, waiting: 100 } })
    Object.assign(hashing, { most: 0, ended: 0 })
    const all = Promise.all(
      Array.from({ length: 100 }, (_, i) => codeOf(pins.verify(`user ${i}`, kind, bytes('1234'), at))),
    )
    await vi.waitFor(() => expect(hashing.now).toBe(2))
    for (let i = 0; i < 5; i++) await log.write({ type: 'challenge' })
    expect(hashing.ended).toBeLessThan(50)
    await all
    expect(hashing).toEqual({ now: 0, most: 2, ended: 100 })
  })
})

describe('keys and costs', () => {
  test('a PIN of a former key is right, wrong, and kept with the present key after the next right one', async () => {
    const { store, pins: before } = setUp({ serverKey: keyOf(1) })
    await before.register('user', kind, bytes('1234'), clerk)
    const { pins } = setUp({ store, serverKey: keyOf(2), formerKeys: [keyOf(3), keyOf(1)] })
    expect(await pins.status('user', kind)).toMatchObject({ registered: true, outdated: true })
    expect(await codeOf(pins.verify('user', kind, bytes('0000'), at))).toBe('REJECTED')
    expect(await before.status('user', kind)).toMatchObject({ registered: true, triesLeft: 2 })
    expect(await codeOf(pins.verify('user', kind, bytes('1234'), at))).toBe('ok')
    expect(await pins.status('user', kind)).toMatchObject({ outdated: false, triesLeft: 3, wrongTries: 1 })
    const { pins: after } = setUp({ store, serverKey: keyOf(2) })
    expect(await codeOf(after.verify('user', kind, bytes('1234'), at))).toBe('ok')
    expect((await before.status('user', kind)).registered).toBe(false)
  })

  test.each(['change', 'register', 'remove'] as const)('%s leaves nothing under a former key', async (act) => {
    const { store, pins: before } = setUp({ serverKey: keyOf(1) })
    await before.register('user', kind, bytes('1234'), clerk)
    const { pins } = setUp({ store, serverKey: keyOf(2), formerKeys: [keyOf(1)] })
    if (act === 'change') await pins.change('user', kind, bytes('1234'), bytes('5678'), at)
    else if (act === 'register') await pins.register('user', kind, bytes('5678'), clerk)
    else await pins.remove('user', kind, clerk)
    expect((await before.status('user', kind)).registered).toBe(false)
    expect(await codeOf(pins.verify('user', kind, bytes('5678'), at))).toBe(act === 'remove' ? 'REJECTED' : 'ok')
  })

  test('a PIN kept at less than the present cost is kept at it after the next right one, never at less', async () => {
    const { store, pins } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    const { pins: dearer } = setUp({ store, scrypt: { N: 16, r: 2, p: 2 } })
    expect((await dearer.status('user', kind)).outdated).toBe(true)
    expect(await codeOf(dearer.verify('user', kind, bytes('0000'), at))).toBe('REJECTED')
    expect((await dearer.status('user', kind)).outdated).toBe(true)
    expect(await codeOf(dearer.verify('user', kind, bytes('1234'), at))).toBe('ok')
    expect((await dearer.status('user', kind)).outdated).toBe(false)
    expect(await codeOf(pins.verify('user', kind, bytes('1234'), at))).toBe('ok')
    expect((await dearer.status('user', kind)).outdated).toBe(false)
  })

  test('a PIN and its tries kept by an earlier release go on', async () => {
    const { store, pins } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    let name = ''
    const read = (key: string): Promise<string | undefined> => {
      name = key
      return store.read(key)
    }
    const watched = { ...store, read }
    await setUp({ store: watched }).pins.status('user', kind)
    await store.write(name, JSON.parse((await store.read(name))!).hash)
    for (let i = 0; i < 2; i++) await store.increment(name)
    expect(await pins.status('user', kind)).toMatchObject({ registered: true, triesLeft: 1 })
    expect(await codeOf(pins.verify('user', kind, bytes('0000'), at))).toBe('LOCKED')
    await pins.unlock('user', kind, clerk)
    expect(await codeOf(pins.verify('user', kind, bytes('1234'), at))).toBe('ok')
    expect(await store.count(name)).toBe(0)
  })
})

describe('tries', () => {
  test('wrong ones between right ones are counted for the clerk, with their times', async () => {
    const { pins } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    const start = Date.now()
    for (let i = 0; i < 4; i++) {
      for (const pin of ['0000', '0001', '1234']) await codeOf(pins.verify('user', kind, bytes(pin), at))
    }
    const { firstWrong, lastWrong, lastRight, ...status } = await pins.status('user', kind)
    expect(status).toMatchObject({ triesLeft: 3, locked: false, wrongTries: 8 })
    for (const time of [firstWrong, lastWrong, lastRight]) expect(Number(time)).toBeGreaterThanOrEqual(start)
    expect(Number(lastWrong)).toBeGreaterThanOrEqual(Number(firstWrong))
    await pins.unlock('user', kind, clerk)
    expect(await pins.status('user', kind)).toMatchObject({ wrongTries: 0, firstWrong: undefined, lastRight })
  })

  test('with maxWrongTries that many lock it although right ones come between', async () => {
    const { pins } = setUp({ maxWrongTries: 5 })
    await pins.register('user', kind, bytes('1234'), clerk)
    const codes: string[] = []
    for (const pin of ['0', '0', '1234', '0', '0', '1234', '0', '1234']) {
      codes.push(await codeOf(pins.verify('user', kind, bytes(pin.padEnd(4, '0')), at)))
    }
    expect(codes).toEqual(['REJECTED', 'REJECTED', 'ok', 'REJECTED', 'REJECTED', 'ok', 'LOCKED', 'LOCKED'])
    expect(await pins.status('user', kind)).toMatchObject({ lockedBy: 'wrong-tries', triesLeft: 0, wrongTries: 5 })
    await pins.unlock('user', kind, clerk)
    expect(await codeOf(pins.verify('user', kind, bytes('1234'), at))).toBe('ok')
  })

  test('a clerk locks a PIN, until a clerk unlocks it', async () => {
    const { pins } = setUp()
    expect(await codeOf(pins.lock('user', kind, clerk))).toBe('NOT_REGISTERED')
    await pins.register('user', kind, bytes('1234'), clerk)
    await pins.lock('user', kind, clerk)
    expect(await codeOf(pins.verify('user', kind, bytes('1234'), at))).toBe('LOCKED')
    expect(await pins.status('user', kind)).toMatchObject({ lockedBy: 'clerk', triesLeft: 0 })
    await pins.unlock('user', kind, clerk)
    expect(await codeOf(pins.verify('user', kind, bytes('1234'), at))).toBe('ok')
  })

  test('of users who have no PIN are forgotten after their time, in memory and in Redis', async () => {
    let now = 0
    const { pins } = setUp({ store: memoryStore({ clock: () => now }), unregisteredMs: 60_000 })
    for (let i = 0; i < 3; i++) await codeOf(pins.verify('invented', kind, bytes('1234'), at))
    now = 59_999
    expect((await pins.status('invented', kind)).locked).toBe(true)
    now = 60_000
    expect(await pins.status('invented', kind)).toMatchObject({ locked: false, triesLeft: 3 })

    const redis = await startRedis()
    open.push(() => redis.remove())
    const store = await redisStore({ url: redis.url })
    open.push(() => store.close?.())
    const { pins: onRedis } = setUp({ store, unregisteredMs: 1_000 })
    await codeOf(onRedis.verify('invented', kind, bytes('1234'), at))
    await onRedis.register('user', kind, bytes('1234'), clerk)
    await vi.waitFor(async () => expect(await redis.command('DBSIZE')).toBe(':1'), 5_000)
    expect(await codeOf(onRedis.verify('user', kind, bytes('1234'), at))).toBe('ok')
  })
})

describe('a store that evicts', () => {
  const evicting = () => ({
    ...memoryStore(),
    conditions: () => [{ part: 'store', state: 'warning', reason: 'evicting' } as const],
  })

  test('is refused at the start, and later', async () => {
    expect(() => setUp({ store: evicting() })).toThrow(expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE' }))
    const store = {
      ...memoryStore(),
      conditions: memoryStore().conditions as ReturnType<typeof evicting>['conditions'],
    }
    const { pins } = setUp({ store })
    await pins.register('user', kind, bytes('1234'), clerk)
    store.conditions = evicting().conditions
    expect(await codeOf(pins.verify('user', kind, bytes('1234'), at))).toBe('ERR_STORE_UNAVAILABLE')
    expect((await pins.status('user', kind)).triesLeft).toBe(3)
  })

  test('is used with allowEviction', async () => {
    const { pins } = setUp({ store: evicting(), allowEviction: true })
    await pins.register('user', kind, bytes('1234'), clerk)
    expect(await codeOf(pins.verify('user', kind, bytes('1234'), at))).toBe('ok')
  })

  test('of Redis: any maxmemory-policy but noeviction', async () => {
    const redis = await startRedis('--maxmemory-policy', 'allkeys-lru')
    open.push(() => redis.remove())
    const store = await redisStore({ url: redis.url, checkMs: 100 })
    open.push(() => store.close?.())
    expect(store.conditions()).toMatchObject([{ part: 'store', state: 'warning', reason: 'evicting' }])
    expect(() => setUp({ store })).toThrow(expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE' }))
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await vi.waitFor(() => expect(store.conditions()).toMatchObject([{ state: 'ok' }]), 5_000)
    expect(await codeOf(setUp({ store }).pins.register('user', kind, bytes('1234'), clerk))).toBe('ok')
  })
})
