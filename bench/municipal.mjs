// Calls for one municipal PIN that overlap on two servers, interleaved at each operation on the store by drawn numbers. The
// answers and what is left are compared with the same calls one after another: a violation is what no order explains.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../dist/cli/demo/free-port.js'
import { MunicipalPins } from '../dist/municipal-pin/index.js'
import { memoryStore, redisStore } from '../dist/server/index.js'
import { drawPlan, playInterleaving, seeded } from '../test/support/pin-interleavings.mjs'
import { row } from './lib/measure.mjs'

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
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'jpki-card-bench-'))
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const child = spawn('redis-server', options, { stdio: 'ignore' })
  const url = `redis://127.0.0.1:${port}`
  const stores = []
  try {
    for (let i = 0; i < 2; i++) stores.push(await redisStore({ url, timeoutMs: 10_000, lazy: true }))
    while (!stores.every((store) => store.conditions()[0].state === 'ok'))
      await new Promise((done) => setTimeout(done, 20))
    return await violations(inRedis, () => stores)
  } finally {
    for (const store of stores) await store.close()
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
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
