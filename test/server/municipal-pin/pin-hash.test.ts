import { createHmac, scryptSync } from 'node:crypto'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { RefusalError } from '../../../src/errors.ts'
import type { AuditEvent } from '../../../src/server/audit/line.ts'
import { MunicipalPins } from '../../../src/server/municipal-pin/municipal-pins.ts'
import { admit, isCost, isOutdated, PinKey, within } from '../../../src/server/municipal-pin/pin-hash.ts'
import { memoryStore } from '../../../src/server/stores/memory-store.ts'

/** What scrypt was called with, and whether the next call is to fail or to be held. */
const asked = vi.hoisted(() => ({
  secrets: [] as Uint8Array[],
  pins: [] as Uint8Array[],
  lengths: [] as number[],
  fail: false,
  held: undefined as (() => void)[] | undefined,
}))
vi.mock('node:crypto', async (original) => {
  const real = await original<typeof import('node:crypto')>()
  const scrypt = (...given: unknown[]): void => {
    const [secret, salt] = given as [Uint8Array, Uint8Array]
    asked.secrets.push(secret)
    asked.lengths.push(salt.length)
    const run = () => (real.scrypt as unknown as (...all: unknown[]) => void)(...given)
    if (asked.fail) (given.at(-1) as (error: Error) => void)(new Error('no memory'))
    else if (asked.held === undefined) run()
    else asked.held.push(run)
  }
  const createHmac = (...given: Parameters<typeof real.createHmac>) => {
    const hmac = real.createHmac(...given)
    const update = hmac.update.bind(hmac) as (...data: unknown[]) => typeof hmac
    return Object.assign(hmac, {
      update(...data: unknown[]) {
        if (data[0] instanceof Uint8Array) asked.pins.push(data[0])
        update(...data)
        return hmac
      },
    })
  }
  return { ...real, scrypt, createHmac, default: { ...real, scrypt, createHmac } }
})
beforeEach(() => Object.assign(asked, { secrets: [], pins: [], lengths: [], fail: false, held: undefined }))

const secret = new Uint8Array(32).fill(7)
const limits = { atOnce: 2, waiting: 1 }
const key = new PinKey(secret, limits)
const pin = new Uint8Array(Buffer.from('1234'))
const cost = { N: 16, r: 2, p: 3 }
const kept = (text: string): string => `scrypt:${text}:${'A'.repeat(22)}:${'A'.repeat(43)}`

describe('a kept hash', () => {
  test('is scrypt over the HMAC of name and PIN, with its cost and its salt of 16 bytes', async () => {
    const [, N, r, p, salt, hash, ...more] = (await key.make('name', pin, cost)).split(':')
    expect([N, r, p, ...more]).toEqual(['16', '2', '3'])
    const bytes = Buffer.from(salt!, 'base64url')
    expect(bytes).toHaveLength(16)
    const inner = createHmac('sha256', secret).update('pin name 1234').digest()
    expect(hash).toBe(scryptSync(inner, bytes, 32, cost).toString('base64url'))
  })

  test('fits its PIN, name and key only', async () => {
    const hash = await key.make('name', pin, cost)
    const other = new PinKey(new Uint8Array(32).fill(8), limits)
    expect(await key.matches('name', pin, hash, { N: 2, r: 1, p: 1 })).toBe(true)
    expect(await key.matches('other', pin, hash, cost)).toBe(false)
    expect(await key.matches('name', new Uint8Array(Buffer.from('1235')), hash, cost)).toBe(false)
    expect(await other.matches('name', pin, hash, cost)).toBe(false)
  })

  test('that is not there fits no PIN, after the same work', async () => {
    expect(await key.matches('name', pin, undefined, cost)).toBe(false)
    expect(asked.lengths).toEqual([16])
  })

  test('leaves no secret behind, whether it fits, does not, or cannot be made', async () => {
    const hash = await key.make('name', pin, cost)
    await key.matches('name', pin, hash, cost)
    asked.fail = true
    await expect(key.matches('name', pin, hash, cost)).rejects.toThrow('no memory')
    await expect(key.make('name', pin, cost)).rejects.toThrow('no memory')
    expect(asked.secrets.map((bytes) => [bytes.length, bytes.every((byte) => byte === 0)])).toEqual(
      Array(4).fill([32, true]),
    )
  })

  test.each([
    '3:1:1',
    '0:1:1',
    '1:1:1',
    '2097152:1:1',
    '2:0:1',
    '2:33:1',
    '2:1:0',
    '2:1:17',
    '2:1',
    '2:1:1:1',
    'a:1:1',
    '10000000:1:1',
  ])('of cost %s is none', async (text) => {
    const unavailable = { name: 'RefusalError', code: 'ERR_STORE_UNAVAILABLE' }
    await expect(key.matches('name', pin, kept(text), cost)).rejects.toMatchObject(unavailable)
    expect(() => isOutdated(kept(text), cost)).toThrow(expect.objectContaining(unavailable))
    expect(asked.secrets).toEqual([])
  })

  test.each(['2:32:1', '2:1:16', '1048576:10:10'])('of cost %s is one', (text) => {
    expect(isOutdated(kept(text), { N: 2, r: 1, p: 1 })).toBe(false)
  })

  test('has nothing before or after it, and salt and hash of their lengths', () => {
    const whole = kept('2:1:1')
    expect(isOutdated(whole, { N: 2, r: 1, p: 1 })).toBe(false)
    for (const wrong of [` ${whole}`, `${whole}A`, `${whole} `, whole.slice(0, -1), whole.replace(':A', ':'), '']) {
      expect(() => isOutdated(wrong, cost)).toThrow(expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE' }))
    }
  })

  test.each([
    ['16:2:3', false],
    ['32:2:3', false],
    ['16:2:4', false],
    ['8:4:3', false],
    ['8:2:3', true],
    ['16:1:3', true],
    ['16:2:2', true],
    // As much time in less memory, and as much memory in less time.
    ['8:2:6', true],
    ['32:2:1', true],
    ['32:1:3', false],
  ] as const)('of cost %s is outdated where 16:2:3 is asked for: %j', (text, outdated) => {
    expect(isOutdated(kept(text), cost)).toBe(outdated)
  })
})

test('a cost is N a power of two from 2 to 2^20, r from 1 to 32, p from 1 to 16', () => {
  const least = { N: 2, r: 1, p: 1 }
  const most = { N: 2 ** 20, r: 32, p: 16 }
  expect([least, most].map(isCost)).toEqual([true, true])
  const changes = [{ N: 1 }, { N: 3 }, { N: 2 ** 21 }, { r: 0 }, { r: 33 }, { p: 0 }, { p: 17 }, { r: 1.5 }, { p: 1.5 }]
  expect(changes.map((change) => isCost({ ...least, ...change }))).toEqual(changes.map(() => false))
  expect([1, 2, 2.5, 3, 4, Number.NaN].map((value) => within(value, 2, 3))).toEqual([
    false,
    true,
    false,
    true,
    false,
    false,
  ])
})

test('a key names itself in 11 characters, and each user by 43, as no other key does', () => {
  const other = new PinKey(new Uint8Array(32).fill(8), limits)
  expect(key.id).toBe(createHmac('sha256', secret).update('key id').digest('base64url').slice(0, 11))
  expect(key.pseudonym('住民')).toBe(createHmac('sha256', secret).update('user 住民').digest('base64url'))
  expect([other.id === key.id, other.pseudonym('a') === key.pseudonym('a')]).toEqual([false, false])
})

describe('hashing', () => {
  test('admits as many calls as may run and wait, and each that ends, once, makes room for one', () => {
    const ends = [admit(limits), admit(limits), admit(limits)]
    const busy = expect.objectContaining({ name: 'RefusalError', code: 'ERR_MUNICIPAL_PIN_BUSY' })
    expect(() => admit(limits)).toThrow(busy)
    ends[0]!()
    ends[0]!()
    const end = admit(limits)
    expect(() => admit(limits)).toThrow(busy)
    for (const one of [end, ends[1]!, ends[2]!]) one()
    for (const one of [admit(limits), admit(limits), admit(limits)]) one()
  })

  test('runs as many at once as it may, in the order they came', async () => {
    asked.held = []
    const done: number[] = []
    const all = [1, 2, 3, 4, 5].map((i) => key.make('name', pin, { N: 2, r: 1, p: 1 }).then(() => done.push(i)))
    await new Promise(setImmediate)
    const counts: number[] = []
    for (let i = 0; i < 5; i++) {
      counts.push(asked.held.length)
      asked.held[i]!()
      await all[i]
      await new Promise(setImmediate)
    }
    expect(counts).toEqual([2, 3, 4, 5, 5])
    expect(done).toEqual([1, 2, 3, 4, 5])
    // All places are free again.
    asked.held = []
    const more = [1, 2].map(() => key.make('name', pin, { N: 2, r: 1, p: 1 }))
    await new Promise(setImmediate)
    expect(asked.held).toHaveLength(2)
    for (const run of asked.held) run()
    await Promise.all(more)
  })

  test('that fails gives its place to the next', async () => {
    asked.fail = true
    const failing = await Promise.allSettled([1, 2, 3].map(() => key.make('name', pin, { N: 2, r: 1, p: 1 })))
    expect(failing.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    asked.fail = false
    expect(await key.make('name', pin, { N: 2, r: 1, p: 1 })).toMatch(/^scrypt:2:1:1:/)
  })
})

test('the copies of PINs are wiped when a call ends, with a PIN right or wrong, and when it fails', async () => {
  let down = false
  const store = memoryStore()
  const compareAndSet: typeof store.compareAndSet = async (changes) => {
    if (down) throw new RefusalError('ERR_STORE_UNAVAILABLE', 'down')
    return store.compareAndSet(changes)
  }
  const write = ({ action, result }: AuditEvent): void => {
    down = action === 'change' && result === 'begun'
  }
  const pins = new MunicipalPins({
    store: { ...store, compareAndSet },
    serverKey: secret,
    scrypt: { N: 2, r: 1, p: 1 },
    audit: { write },
  })
  const digits = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
  const at = { terminal: 'kiosk-1' }
  await pins.register('user', 'income', digits('1234'), { clerk: 'clerk-1' })
  await pins.verify('user', 'income', digits('1234'), at)
  await expect(pins.verify('user', 'income', digits('0000'), at)).rejects.toMatchObject({
    code: 'ERR_MUNICIPAL_PIN_REJECTED',
  })
  await expect(pins.change('user', 'income', digits('1234'), digits('5678'), at)).rejects.toMatchObject({
    code: 'ERR_STORE_UNAVAILABLE',
  })
  expect(asked.pins.map((one) => [one.length, one.every((byte) => byte === 0)])).toEqual(Array(5).fill([4, true]))
})
