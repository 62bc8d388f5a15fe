// Calls for one municipal PIN that overlap on two servers, interleaved at each operation on the store by drawn numbers. The
// answers and what is left are compared with the same calls one after another: a violation is what no order explains.

import { memoryStore, redisStore } from '../dist/server/index.js'
import { MunicipalPins } from '../dist/server/municipal-pin/municipal-pins.js'
import { drawPlan, playInterleaving, seeded } from '../test/support/pin-interleavings.mjs'
import { row } from './lib/measure.mjs'
import { startRedis } from './lib/redis.mjs'

const inMemory = 100_000
const inRedis = 2_000

async function violations(count, storesOf) {
  let found = 0
  for (let seed = 0; seed < count; seed++) {
    const random = seeded(seed)
    const plan = drawPlan(random)
    const pick = (choices) => Math.floor(random() * choices)
    const stores = storesOf()
    const user = `user ${seed}`
    if ((await playInterleaving({ MunicipalPins, stores, user, plan, pick })) !== undefined) found++
  }
  return found
}

async function violationsInRedis() {
  const redis = await startRedis()
  const stores = []
  try {
    for (let i = 0; i < 2; i++) stores.push(await redisStore({ url: redis.url, timeoutMs: 10_000 }))
    return await violations(inRedis, () => stores)
  } finally {
    for (const store of stores) await store.close()
    await redis.stop()
  }
}

export async function rows() {
  const twice = () => {
    const store = memoryStore()
    return [store, store]
  }
  return [
    row(`municipal.violations-in-${inMemory}-interleavings`, await violations(inMemory, twice), 'violations', 0),
    row(`municipal.violations-in-${inRedis}-interleavings-with-redis`, await violationsInRedis(), 'violations', 0),
  ]
}
