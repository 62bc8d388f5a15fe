// Tokens accepted a second by `jpki-card serve` with one process and with two, on one Redis and with an audit log each. The
// tokens are made before; what sends them does as little as it can, because it needs the same processors.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { freePort } from '../dist/cli/demo/server-process.js'
import { median, row } from './lib/measure.mjs'
import { startRedis } from './lib/redis.mjs'
import { issuanceWorld } from './lib/world.mjs'

const commandLine = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url))
const connections = 32
const warmUp = 10_000
const counted = 10_000
const rounds = 3

async function startServer(folder, { port, workers, redis }) {
  const settings = {
    origin: `http://127.0.0.1:${port}`,
    listen: { port },
    terminals: { by: 'network' },
    anchors: 'anchors',
    hierarchies: ['virtual'],
    revocation: { mode: 'required', lists: 'lists' },
    pseudonymKey: 'pseudonym.key',
    store: { kind: 'redis', url: redis.url },
    audit: { file: `audit-of-${workers}.jsonl` },
    workers,
    metrics: false,
    challengeSeconds: 600,
    challengesPerTerminal: 100_000,
    limits: { perTerminal: false, perAddress: false },
  }
  const file = join(folder, `server-${workers}.json`)
  writeFileSync(file, JSON.stringify(settings))
  const child = spawn(process.execPath, [commandLine, 'serve', file, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  if (JSON.parse(line).event !== 'listening') throw new Error(line)
  child.stdout.resume()
  return async () => {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
}

/** Sends the requests over as many connections, each the next one when its answer is here. @returns seconds. */
async function send(port, requests) {
  let next = 0
  const begun = performance.now()
  const lane = () =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      let missing = 0
      const ask = () => {
        if (next === requests.length) return resolve(socket.end())
        socket.write(requests[next++])
      }
      socket.on('connect', ask)
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('the server closed a connection')))
      socket.on('data', (part) => {
        if (missing === 0) {
          const text = part.latin1Slice()
          if (!text.startsWith('HTTP/1.1 20')) return reject(new Error(text))
          const head = text.indexOf('\r\n\r\n') + 4
          missing = head + Number(/content-length: (\d+)/i.exec(text)[1])
        }
        missing -= part.length
        if (missing === 0) ask()
      })
    })
  await Promise.all(Array.from({ length: connections }, lane))
  return (performance.now() - begun) / 1000
}

function requestTo(port, body) {
  const head = `POST /v1/verifications HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n`
  return Buffer.from(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

export async function rows() {
  if (availableParallelism() < 2) return []
  const folder = mkdtempSync(join(tmpdir(), 'jpki-card-workers-'))
  const redis = await startRedis()
  const port = await freePort()
  try {
    const world = await issuanceWorld({ now: new Date(), holders: 50, origin: `http://127.0.0.1:${port}` })
    for (const name of ['anchors', 'lists']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'anchors/ca.der'), world.certificate)
    writeFileSync(join(folder, 'lists/list.crl'), world.list)
    writeFileSync(join(folder, 'pseudonym.key'), '07'.repeat(32), { mode: 0o600 })
    const rates = { 1: [], 2: [] }
    for (let round = 0; round < rounds; round++) {
      for (const workers of round % 2 === 0 ? [1, 2] : [2, 1]) {
        const stop = await startServer(folder, { port, workers, redis })
        try {
          const tokens = await tokensFor(port, world.cards, warmUp + counted)
          await send(port, tokens.slice(0, warmUp))
          rates[workers].push(counted / (await send(port, tokens.slice(warmUp))))
        } finally {
          await stop()
        }
      }
    }
    const [one, two] = [median(rates[1]), median(rates[2])]
    return [
      row('workers.two-over-one', two / one, 'ratio', { atLeast: 1.6 }),
      row('workers.one', one, 'tokens/s'),
      row('workers.two', two, 'tokens/s'),
    ]
  } finally {
    await redis.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Requests that hand in one token each, made with challenges of the server. */
async function tokensFor(port, cards, count) {
  const requests = []
  const headers = { 'content-type': 'application/json' }
  const body = '{"terminal":"kiosk-1","purpose":"residence-record"}'
  for (let i = 0; i < count; i++) {
    const response = await fetch(`http://127.0.0.1:${port}/v1/challenges`, { method: 'POST', headers, body })
    const challenge = await response.json()
    requests.push(requestTo(port, JSON.stringify({ token: await cards[i % cards.length].answer(challenge) })))
  }
  return requests
}
