import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { redisStore } from '../../src/server/stores/redis-store.ts'
import { compile } from '../support/compiled.ts'
import { type Redis, startRedis } from '../support/redis.ts'
import { full } from '../support/scale.ts'

// RACE_NONCES: how many. A run of 100 000 takes about half a minute.
const nonces = Number(process.env['RACE_NONCES'] ?? (full ? 100_000 : 5_000))
const atOnce = 500
const script = fileURLToPath(new URL('../support/redis-child.mjs', import.meta.url))
let module: string
beforeAll(() => {
  module = compile('redis-tests', ['src/server/stores/redis-store.ts'])('src/server/stores/redis-store.js')
})

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

/** A server process that takes nonces. What it was asked and had not answered when it was killed counts as `killed`. */
class Taker {
  readonly #url: string
  readonly #waiting = new Map<string, (answer: string) => void>()
  #child: ChildProcess | undefined

  constructor(url: string) {
    this.#url = url
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [script, module, this.#url], { stdio: ['pipe', 'pipe', 'inherit'] })
    // It may be killed while it is being asked.
    child.stdin.on('error', () => {})
    const lines = createInterface({ input: child.stdout })
    await once(lines, 'line')
    lines.on('line', (line) => {
      const [nonce = '', answer = ''] = line.split(' ')
      this.#waiting.get(nonce)?.(answer)
      this.#waiting.delete(nonce)
    })
    this.#child = child
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined) return
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
    for (const answer of this.#waiting.values()) answer('killed')
    this.#waiting.clear()
  }

  take(nonce: string): Promise<string> {
    const child = this.#child
    if (child === undefined) return Promise.resolve('killed')
    return new Promise((done) => {
      this.#waiting.set(nonce, done)
      child.stdin!.write(`${nonce}\n`)
    })
  }
}

async function setUp(...options: readonly string[]) {
  const redis = await startRedis(...options)
  open.push(() => redis.remove())
  const takers = Array.from({ length: 4 }, () => new Taker(redis.url))
  for (const taker of takers) open.push(() => taker.kill())
  await Promise.all(takers.map((taker) => taker.start()))
  const store = await redisStore({ url: redis.url })
  open.push(() => store.close?.())
  return { redis, takers, store }
}

/** Gives out a nonce and has two processes take it at once. @returns what each answered, or nothing when none was given. */
async function race(i: number, { store, takers }: Awaited<ReturnType<typeof setUp>>): Promise<string[] | undefined> {
  const nonce = randomBytes(32)
  try {
    await store.put(nonce, 'record', 120_000)
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    await sleep(5)
    return undefined
  }
  const pair = [takers[i % 4]!, takers[(i + 1 + (i % 3)) % 4]!]
  return Promise.all(pair.map((taker) => taker.take(nonce.toString('hex'))))
}

/** Runs all, so many at once, and calls `between` now and then. */
async function raceAll(setting: Awaited<ReturnType<typeof setUp>>, done: () => boolean = () => true) {
  const counts: Record<string, number> = {}
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < nonces || !done()) {
      const answers = await race(next++, setting)
      // On a busy machine Redis may be late, too: what was not given was not raced.
      if (answers === undefined) next--
      const kind = answers?.toSorted().join(' ') ?? 'not given'
      counts[kind] = (counts[kind] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return counts
}

test(`${nonces} nonces, each sent by two of four processes at once: each is taken exactly once`, async () => {
  const { 'not given': _, ...raced } = await raceAll(await setUp())
  expect(raced).toEqual({ 'no yes': nonces })
}, 300_000)

test('none is taken twice while processes and Redis are killed, and every refusal has a code', async () => {
  const setting = await setUp('--appendonly', 'yes', '--appendfsync', 'everysec')
  const { redis, takers } = setting
  let rounds = 0
  const trouble = async (): Promise<void> => {
    for (; rounds < 6; rounds++) {
      await sleep(150)
      if (rounds % 2 === 0) {
        const taker = takers[rounds % 4]!
        await taker.kill()
        await taker.start()
      } else await restart(redis)
    }
  }
  const [counts] = await Promise.all([raceAll(setting, () => rounds === 6), trouble()])
  const coded = ['ERR_STORE_UNAVAILABLE', 'killed', 'no', 'yes']
  for (const kind of Object.keys(counts)) {
    expect(kind).not.toBe('yes yes')
    if (kind !== 'not given') for (const answer of kind.split(' ')) expect(coded).toContain(answer)
  }
  // It did go on, and there was trouble.
  expect(counts['no yes']).toBeGreaterThan(nonces / 10)
  expect(Object.keys(counts).join()).toContain('killed')
  expect(Object.keys(counts).join()).toContain('ERR_STORE_UNAVAILABLE')
}, 300_000)

async function restart(redis: Redis): Promise<void> {
  await redis.stop('SIGKILL')
  await redis.start()
}
