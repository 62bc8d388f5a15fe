import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MunicipalPins } from '../../../src/server/municipal-pin/municipal-pins.ts'
import { redisStore } from '../../../src/server/stores/redis-store.ts'
import type { CounterStore, NonceStore } from '../../../src/server/stores/store.ts'
import { compile } from '../../support/compiled.ts'
import { type Redis, startRedis } from '../../support/redis.ts'

const script = fileURLToPath(new URL('../../support/municipal-pin-child.mjs', import.meta.url))
const serverKey = new Uint8Array(32).fill(7)
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const at = { terminal: 'kiosk-1' }
let redis: Redis
const stores: (NonceStore & CounterStore)[] = []
beforeAll(async () => {
  redis = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
  for (let i = 0; i < 2; i++) stores.push(await redisStore({ url: redis.url }))
})
afterAll(async () => {
  for (const store of stores) await store.close?.()
  await redis.remove()
})

const pinsOn = (store: CounterStore, maxTries = 3): MunicipalPins =>
  new MunicipalPins({ store, serverKey, maxTries, scrypt: { N: 2, r: 1, p: 1 } })
const codeOf = (call: Promise<void>): Promise<string> =>
  call.then(
    () => 'ok',
    (error) => error.code,
  )

test('50 wrong tries at once through two servers are three', async () => {
  const servers = stores.map((store) => pinsOn(store))
  await servers[0]!.register('parallel', 'income', bytes('1234'), { clerk: 'c' })
  const tries = Array.from({ length: 50 }, (_, i) =>
    codeOf(servers[i % 2]!.verify('parallel', 'income', bytes('0000'), at)),
  )
  const codes = await Promise.all(tries)
  expect(codes.filter((code) => code === 'ERR_MUNICIPAL_PIN_REJECTED')).toHaveLength(2)
  expect(codes.filter((code) => code === 'ERR_MUNICIPAL_PIN_LOCKED')).toHaveLength(48)
})

test('any mixture of right and wrong at once never accepts a wrong one, and ends as it should', async () => {
  const servers = stores.map((store) => pinsOn(store, 15))
  await servers[0]!.register('mixed', 'income', bytes('1234'), { clerk: 'c' })
  for (let round = 0; round < 10; round++) {
    const pins = Array.from({ length: 14 }, () => (Math.random() < 0.5 ? '1234' : '0000'))
    const codes = await Promise.all(
      pins.map((pin, i) => codeOf(servers[i % 2]!.verify('mixed', 'income', bytes(pin), at))),
    )
    expect(codes).toEqual(pins.map((pin) => (pin === '1234' ? 'ok' : 'ERR_MUNICIPAL_PIN_REJECTED')))
    expect(await codeOf(servers[0]!.verify('mixed', 'income', bytes('1234'), at))).toBe('ok')
    expect((await servers[1]!.status('mixed', 'income')).triesLeft).toBe(15)
  }
})

test('killed while a PIN is compared, or with Redis killed after: the try is spent', async () => {
  const pins = pinsOn(stores[0]!)
  await pins.register('user', 'income', bytes('1234'), { clerk: 'c' })
  // Makes the comparison long: the stored hash has a high cost.
  const highCost = new MunicipalPins({ store: stores[0]!, serverKey, scrypt: { N: 2 ** 17, r: 8, p: 4 } })
  const entries = ['src/server/stores/redis-store.ts', 'src/server/municipal-pin/municipal-pins.ts']
  const base = compile('municipal-pin-tests', entries)('src/server/')
  await highCost.register('user', 'income', bytes('1234'), { clerk: 'c' })
  const key = Buffer.from(serverKey).toString('hex')
  const child = spawn(process.execPath, [script, base, redis.url, key, '0000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (data) => {
    said += data
  })
  while ((await pins.status('user', 'income')).triesLeft === 3) {
    expect(child.exitCode).toBeNull()
    await sleep(2)
  }
  child.kill('SIGKILL')
  await once(child, 'close')
  expect(said).toBe('ready\n')
  expect((await pins.status('user', 'income')).triesLeft).toBe(2)
  await redis.stop('SIGKILL')
  await redis.start()
  for (;;) {
    const status = await pins.status('user', 'income').catch(() => sleep(20))
    if (status === undefined) continue
    // Counted and never compared: a try that is spent, not one that was wrong.
    expect(status).toEqual({ registered: true, locked: false, triesLeft: 2, wrongTries: 0, outdated: false })
    break
  }
}, 60_000)
