// Four server processes on one Redis. Each token is handed in at two of them at once: exactly one may accept it. Then the
// same while processes and Redis are killed and started again: none is accepted twice, and each refusal has a code.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../dist/cli/demo/server-process.js'
import { row } from './lib/measure.mjs'
import { issuanceWorld } from './lib/world.mjs'

const tokens = 100_000
const atOnce = 64
const origin = 'https://issue.example'

/** A Redis whose disk is behind by up to a second, as by default. */
async function startRedis(port, folder) {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes']
  const child = spawn('redis-server', options, { stdio: 'ignore' })
  await sleep(300)
  return async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
}

/** A server process that can be killed: what it had not answered then counts as `killed`. */
class Server {
  #waiting = new Map()
  #next = 0
  #child

  constructor(setting) {
    this.setting = setting
  }

  async start() {
    const child = fork(fileURLToPath(new URL('lib/pressure-process.mjs', import.meta.url)))
    child.on('message', ({ id, value, code }) => {
      this.#waiting.get(id)?.({ value, code })
      this.#waiting.delete(id)
    })
    child.on('error', () => {})
    await this.#send(child, 'open', this.setting)
    this.#child = child
  }

  ask(task, argument) {
    const child = this.#child
    if (child === undefined || !child.connected) return Promise.resolve({ code: 'killed' })
    return this.#send(child, task, argument)
  }

  #send(child, task, argument) {
    const id = this.#next++
    return new Promise((done) => {
      this.#waiting.set(id, done)
      child.send({ id, task, argument }, () => {})
    })
  }

  async kill() {
    const child = this.#child
    this.#child = undefined
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    for (const done of this.#waiting.values()) done({ code: 'killed' })
    this.#waiting.clear()
  }
}

/** Hands in tokens, each at two servers at once, until so many were and `done`. @returns how often which pair of answers came. */
async function handIn(count, servers, cards, done = () => true) {
  const pairs = {}
  let next = 0
  const lane = async () => {
    while (next < count || !done()) {
      const i = next++
      const { value: challenge, code } = await servers[i % 4].ask('challenge')
      if (challenge === undefined) {
        pairs[`no challenge ${code}`] = (pairs[`no challenge ${code}`] ?? 0) + 1
        await sleep(5)
        continue
      }
      const token = await cards[i % cards.length].answer(challenge)
      const two = [servers[i % 4], servers[(i + 1 + (i % 3)) % 4]]
      const answers = await Promise.all(two.map((server) => server.ask('verify', token)))
      const pair = answers
        .map(({ value, code }) => value ?? code)
        .sort()
        .join(' ')
      pairs[pair] = (pairs[pair] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return pairs
}

export async function rows() {
  const { anchor, cards, list } = await issuanceWorld({ now: new Date(), holders: 50, origin })
  const folder = mkdtempSync(join(tmpdir(), 'jpki-card-pressure-'))
  const port = await freePort()
  let stopRedis = await startRedis(port, folder)
  const base64 = (bytes) => Buffer.from(bytes).toString('base64')
  const setting = { url: `redis://127.0.0.1:${port}`, origin, anchor: base64(anchor.der), list: base64(list) }
  const servers = [0, 1, 2, 3].map(() => new Server(setting))
  try {
    await Promise.all(servers.map((server) => server.start()))
    const begun = performance.now()
    const quiet = await handIn(tokens, servers, cards)
    const seconds = (performance.now() - begun) / 1000

    let rounds = 0
    const trouble = async () => {
      for (; rounds < 20; rounds++) {
        await sleep(400)
        if (rounds % 2 === 0) {
          await servers[rounds % 4].kill()
          await servers[rounds % 4].start()
        } else {
          await stopRedis()
          stopRedis = await startRedis(port, folder)
        }
      }
    }
    const [troubled] = await Promise.all([handIn(tokens / 10, servers, cards, () => rounds === 20), trouble()])
    const once = 'ERR_NONCE_UNKNOWN accepted'
    const uncoded = Object.entries(troubled).filter(([pair]) =>
      pair.split(' ').some((one) => !/^(accepted|killed|ERR_[A-Z_]+|no|challenge)$/.test(one)),
    )
    console.error('pressure: answers in trouble', troubled)
    const exactly = (id, value, wanted) => ({ id, value, unit: '', bar: `= ${wanted}`, holds: value === wanted })
    return [
      exactly('pressure.tokens-accepted-exactly-once', quiet[once] ?? 0, tokens),
      row('pressure.tokens-a-second', tokens / seconds, 'tokens/s'),
      exactly('pressure.trouble.accepted-twice', troubled['accepted accepted'] ?? 0, 0),
      exactly('pressure.trouble.refusals-without-code', uncoded.length, 0),
      row('pressure.trouble.accepted-once', troubled[once] ?? 0, ''),
      row('pressure.trouble.restarts', rounds, ''),
    ]
  } finally {
    for (const server of servers) await server.kill()
    await stopRedis()
    rmSync(folder, { recursive: true, force: true })
  }
}
