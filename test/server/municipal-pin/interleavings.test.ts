import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MunicipalPins } from '../../../src/server/municipal-pin/municipal-pins.ts'
import { memoryStore } from '../../../src/server/stores/memory-store.ts'
import { redisStore } from '../../../src/server/stores/redis-store.ts'
import type { CounterStore, NonceStore } from '../../../src/server/stores/store.ts'
import { drawPlan, type Plan, playInterleaving, seeded } from '../../support/pin-interleavings.mjs'
import { type Redis, startRedis } from '../../support/redis.ts'

const kind = 'income'
const serverKey = new Uint8Array(32).fill(7)
const scrypt = { N: 2, r: 1, p: 1 }
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const clerk = { clerk: 'clerk-1' }
const at = { terminal: 'kiosk-1' }

const pin = fc.constantFrom('1111', '2222')
const call = fc.record({
  what: fc.constantFrom('verify', 'verify', 'change', 'register', 'remove', 'lock', 'unlock'),
  server: fc.nat(1),
  pin,
  next: pin,
})
const plan: fc.Arbitrary<Plan> = fc.record({
  maxTries: fc.integer({ min: 1, max: 3 }),
  maxWrongTries: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  rotated: fc.boolean(),
  before: fc.array(call, { maxLength: 3 }),
  callers: fc.array(fc.array(call, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 4 }),
})

test('property: overlapping calls at two servers answer, and leave the PIN, as they would one after another', async () => {
  await fc.assert(
    fc.asyncProperty(plan, fc.array(fc.nat(11), { maxLength: 80 }), async (drawn, picks) => {
      const store = memoryStore()
      let next = 0
      const pick = (count: number): number => (picks[next++] ?? 0) % count
      const unexplained = await playInterleaving({
        MunicipalPins,
        stores: [store, store],
        user: 'user',
        plan: drawn,
        pick,
      })
      expect(unexplained).toBeUndefined()
    }),
    { numRuns: 400 },
  )
}, 120_000)

describe('with Redis', () => {
  let redis: Redis
  const stores: (NonceStore & CounterStore)[] = []
  beforeAll(async () => {
    redis = await startRedis()
    for (let i = 0; i < 2; i++) stores.push(await redisStore({ url: redis.url, timeoutMs: 10_000 }))
  })
  afterAll(async () => {
    for (const store of stores) await store.close?.()
    await redis.remove()
  })

  test('300 drawn interleavings at two servers are explained by an order of their calls', async () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = seeded(seed)
      const drawn = drawPlan(random)
      const pick = (count: number): number => Math.floor(random() * count)
      const user = `user ${seed}`
      expect(await playInterleaving({ MunicipalPins, stores, user, plan: drawn, pick })).toBeUndefined()
    }
  }, 120_000)
})

/** Two servers on one store; the second one hangs at its nth operation on the store until it is let go. */
function heldServer(operation: number, options: { readonly maxTries?: number } = {}) {
  const store = memoryStore()
  let count = 0
  let letGo = (): void => {}
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let reached = (): void => {}
  const isHeld = new Promise<void>((resolve) => {
    reached = resolve
  })
  const hold =
    <A extends unknown[], R>(run: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      count++
      if (count === operation) {
        reached()
        await held
      }
      return run(...given)
    }
  const slow = { ...store, read: hold(store.read), compareAndSet: hold(store.compareAndSet) }
  const own = { serverKey, scrypt, ...options }
  return {
    pins: new MunicipalPins({ store, ...own }),
    slow: new MunicipalPins({ store: slow, ...own }),
    isHeld,
    letGo,
  }
}

const codeOf = (done: Promise<void>): Promise<string> =>
  done.then(
    () => 'ok',
    (error) => error.code.replace('ERR_MUNICIPAL_PIN_', ''),
  )

// Operations of verify and change: read, count the try, [compare,] read, write.
describe.each([3, 4])('a PIN compared before a clerk acts, written after (operation %d)', (operation) => {
  const acts: [string, (pins: MunicipalPins) => Promise<void>, string, object][] = [
    ['register', (pins) => pins.register('user', kind, bytes('9999'), clerk), 'REJECTED', { registered: true }],
    ['remove', (pins) => pins.remove('user', kind, clerk), 'REJECTED', { registered: false }],
    ['lock', (pins) => pins.lock('user', kind, clerk), 'LOCKED', { registered: true, lockedBy: 'clerk' }],
    ['unlock', (pins) => pins.unlock('user', kind, clerk), 'ok', { registered: true, locked: false }],
  ]
  test.each(acts)('%s stands against verify and change', async (_, act, answer, status) => {
    for (const citizen of ['verify', 'change'] as const) {
      const { pins, slow, isHeld, letGo } = heldServer(operation)
      await pins.register('user', kind, bytes('1234'), clerk)
      const call =
        citizen === 'verify'
          ? slow.verify('user', kind, bytes('1234'), at)
          : slow.change('user', kind, bytes('1234'), bytes('5678'), at)
      const answered = codeOf(call)
      await isHeld
      await act(pins)
      letGo()
      expect(await answered).toBe(answer)
      expect(await pins.status('user', kind)).toMatchObject(status)
      if (answer === 'REJECTED' && 'registered' in status && status.registered) {
        expect(await codeOf(pins.verify('user', kind, bytes('9999'), at))).toBe('ok')
      }
    }
  })

  test('a right PIN does not open what wrong ones have locked meanwhile', async () => {
    const { pins, slow, isHeld, letGo } = heldServer(operation)
    await pins.register('user', kind, bytes('1234'), clerk)
    const answered = codeOf(slow.verify('user', kind, bytes('1234'), at))
    await isHeld
    const wrong: string[] = []
    for (const pin of ['0000', '0001', '0002']) wrong.push(await codeOf(pins.verify('user', kind, bytes(pin), at)))
    expect(wrong).toEqual(['REJECTED', 'LOCKED', 'LOCKED'])
    letGo()
    expect(await answered).toBe('LOCKED')
    expect(await pins.status('user', kind)).toMatchObject({ locked: true, lockedBy: 'tries', triesLeft: 0 })
  })
})
