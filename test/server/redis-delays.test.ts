import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type RedisClient, RedisConnection } from '../../src/server/stores/redis-connection.ts'
import { RedisFault, type RedisFaultReason } from '../../src/server/stores/redis-faults.ts'

/** How long was waited for what, without waiting. */
const waits = vi.hoisted(() => [] as number[])
/** Whether a wait keeps the process alive. */
const kept = vi.hoisted(() => new Set<boolean | undefined>())
vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number, _value: unknown, options: { readonly ref?: boolean }) => {
    waits.push(ms)
    kept.add(options.ref)
    await new Promise(setImmediate)
  },
}))
beforeEach(() => {
  waits.length = 0
  kept.clear()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
const opened: RedisConnection[] = []
afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close()
  vi.restoreAllMocks()
})

const checkMs = 80_000
/** Times between the first eight attempts, in thousandths of what they are at most. */
async function delays(connect: () => Promise<void>, refusal: RedisFaultReason): Promise<readonly number[]> {
  const client: RedisClient = { connect, sendCommand: async () => 'OK', on: () => undefined, destroy: () => undefined }
  const connection = new RedisConnection({
    make: async () => client,
    // A new connection is good, and refused at the next look.
    examine: async (_send, isNew) => {
      if (!isNew) throw new RedisFault(refusal)
      return []
    },
    timeoutMs: 5_000,
    checkMs,
  })
  opened.push(connection)
  connection.openLater()
  const between = () => waits.filter((ms) => ms !== checkMs * 0.75)
  await vi.waitFor(() => expect(between().length).toBeGreaterThan(7), { timeout: 20_000, interval: 5 })
  return between()
    .slice(0, 8)
    .map((ms) => ms / 0.75)
}
const growing = [50, 100, 200, 400, 800, 1600, 2000, 2000]
const alike = growing.map(() => 50)

test('a server that is not there is tried after 50 ms, twice as long each time, and 2 s at most', async () => {
  expect(await delays(() => Promise.reject(new Error('gone')), 'unreachable')).toEqual(growing)
  expect(waits).not.toContain(checkMs * 0.75)
})

test('a server that refuses soon after each connection is tried after growing delays too', async () => {
  expect(await delays(async () => undefined, 'read-only-replica')).toEqual(growing)
  expect(waits).toContain(checkMs * 0.75)
})

test('neither the wait for the next attempt nor that for the next examination keeps the process alive', async () => {
  await delays(async () => undefined, 'read-only-replica')
  expect([...kept]).toEqual([false])
})

test('a connection that is lost is made again at the first delay each time', async () => {
  expect(await delays(async () => undefined, 'unreachable')).toEqual(alike)
})

test.each([
  [1_999, growing],
  [2_000, alike],
])('a server that refuses after %d ms', async (ms, expected) => {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += ms
    return now
  })
  expect(await delays(async () => undefined, 'loading')).toEqual(expected)
})
