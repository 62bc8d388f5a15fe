// An issuance server in a process of its own, or in several that listen on one port, with tokens that it accepts again and
// again: making a million signatures would take longer than verifying them.
import cluster from 'node:cluster'
import { once } from 'node:events'
import { RevocationList } from '../../dist/pki/revocation/index.js'
import { crlSource } from '../../dist/pki/trust/index.js'
import { Certificate } from '../../dist/pki/x509/index.js'
import { createHttpHandler } from '../../dist/server/http/handler.js'
import { listen } from '../../dist/server/http/listen.js'
import { memoryStore, TokenService } from '../../dist/server/index.js'
import { issuanceWorld } from './world.mjs'

const request = { terminal: 'kiosk-1', purpose: 'residence-record' }
const origin = 'https://issue.example'

function serviceOf({ certificate, list, store, clock }) {
  const anchors = [Certificate.fromDer(Buffer.from(certificate, 'base64'))]
  const lists = [RevocationList.fromDer(Buffer.from(list, 'base64'))]
  return new TokenService({
    origin,
    anchors,
    hierarchies: ['virtual'],
    revocation: { mode: 'required', sources: [crlSource({ lists, anchors })] },
    challengeLifetimeMs: 600_000,
    pseudonymKey: new Uint8Array(32).fill(1),
    store,
    clock,
  })
}

/** A CA, its list, tokens that answer challenges, and the nonces that were given out, as text. */
async function prepare({ holders, tokens }) {
  const now = new Date()
  const world = await issuanceWorld({ now, holders, origin })
  const [certificate, list] = [world.certificate, world.list].map((der) => Buffer.from(der).toString('base64'))
  const nonces = []
  const store = {
    put: (nonce, record) => void nonces.push([Buffer.from(nonce).toString('base64'), record]),
    take: () => undefined,
  }
  // Challenges are given at one moment, so that none expires while all are handed in again and again.
  const service = serviceOf({ certificate, list, store, clock: () => now })
  const bodies = []
  for (let i = 0; i < tokens; i++) {
    bodies.push(JSON.stringify({ token: await world.cards[i % holders].answer(await service.challenge(request)) }))
  }
  return { certificate, list, nonces, bodies, at: now.getTime() + 1000 }
}

/**
 * Takes a nonce as ever, then puts it back.
 *
 * @param busyMs - how long the process is kept busy with each.
 */
function lasting(nonces, busyMs) {
  const store = memoryStore({ clock: () => 0 })
  for (const [nonce, record] of nonces) store.put(Buffer.from(nonce, 'base64'), record, 600_000)
  return {
    put: (...entry) => store.put(...entry),
    take(nonce) {
      for (const end = performance.now() + busyMs; performance.now() < end; );
      const record = store.take(nonce)
      if (record !== undefined) store.put(nonce, record, 600_000)
      return record
    },
  }
}

/** @returns the port. */
async function serve({ certificate, list, nonces, at, busyMs = 0 }) {
  const service = serviceOf({ certificate, list, store: lasting(nonces, busyMs), clock: () => new Date(at) })
  const handler = await createHttpHandler({ service, limits: { perTerminal: false, perAddress: false } })
  const { port } = await listen(handler, { port: 0 })
  return port
}

const workers = []

/** Sends one worker a task, or each. @returns what they answer. */
async function ask(task, argument) {
  return Promise.all(
    workers.map(async (worker) => {
      worker.send({ task, argument })
      const [answer] = await once(worker, 'message')
      return answer
    }),
  )
}

const tasks = {
  /** @param processes - how many listen; 1: this one. */
  async start({ processes = 1, busyMs, ...amounts }) {
    const { bodies, ...world } = await prepare(amounts)
    if (processes === 1) return { port: await serve({ ...world, busyMs }), bodies }
    for (let i = 0; i < processes; i++) workers.push(cluster.fork())
    // What is sent before a worker listens is lost.
    await Promise.all(workers.map((worker) => once(worker, 'message')))
    const [{ port }] = await ask('serve', { ...world, busyMs })
    return { port, bodies }
  },
  serve: async (world) => ({ port: await serve(world) }),
  /** Resident memory of all processes that serve. */
  async memory() {
    if (workers.length > 0) return { rss: (await ask('memory')).reduce((sum, { rss }) => sum + rss, 0) }
    globalThis.gc?.()
    return { rss: process.memoryUsage().rss }
  },
}

process.on('message', async ({ task, argument }) => process.send(await tasks[task](argument)))
process.on('disconnect', () => process.exit())
if (cluster.isWorker) process.send('ready')
