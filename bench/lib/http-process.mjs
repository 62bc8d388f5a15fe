// A server in a process of its own: `echo`, which sends back the body it gets, or `serve`, which judges the tokens in it.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { RevocationList } from '../../dist/pki/revocation/index.js'
import { crlSource } from '../../dist/pki/trust/index.js'
import { createHttpHandler, listen } from '../../dist/server/http/index.js'
import { memoryStore, TokenService } from '../../dist/server/index.js'
import { issuanceWorld } from './world.mjs'

const request = { terminal: 'kiosk-1', purpose: 'residence-record' }
const origin = 'https://issue.example'

function echo() {
  const app = new Hono()
  app.post('/v1/verifications', async (context) => context.json(await context.req.json()))
  serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.send({ port }))
}

/**
 * Takes a nonce as ever, then puts it back: making a million signatures would take longer than judging them.
 *
 * @param busyMs - how long the process is kept busy with each.
 */
function lasting(store, busyMs) {
  const lifetimes = new Map()
  return {
    put(nonce, record, lifetimeMs) {
      lifetimes.set(record, lifetimeMs)
      store.put(nonce, record, lifetimeMs)
    },
    take(nonce) {
      for (const end = performance.now() + busyMs; performance.now() < end; );
      const record = store.take(nonce)
      if (record !== undefined) store.put(nonce, record, lifetimes.get(record))
      return record
    },
  }
}

async function judge({ holders, tokens, busyMs = 0 }) {
  const now = new Date()
  const { anchor, cards, list } = await issuanceWorld({ now, holders, origin })
  const anchors = [anchor]
  let moment = now
  const service = new TokenService({
    origin,
    anchors,
    hierarchies: ['virtual'],
    revocation: { mode: 'required', sources: [crlSource({ lists: [RevocationList.fromDer(list)], anchors })] },
    challengeLifetimeMs: 600_000,
    pseudonymKey: new Uint8Array(32).fill(1),
    store: lasting(memoryStore({ clock: () => 0 }), busyMs),
    // Challenges are given at one moment, so that none expires while all are handed in again and again.
    clock: () => moment,
  })
  const bodies = []
  for (let i = 0; i < tokens; i++) {
    bodies.push(JSON.stringify({ token: await cards[i % holders].answer(await service.challenge(request)) }))
  }
  moment = new Date(now.getTime() + 1000)
  const handler = await createHttpHandler({ service, limits: { perTerminal: false, perAddress: false } })
  const { port } = await listen(handler, { port: 0 })
  process.send({ port, bodies })
}

process.on('message', async ({ task, argument }) => {
  if (task === 'echo') echo()
  if (task === 'serve') await judge(argument)
  if (task === 'memory') {
    globalThis.gc?.()
    process.send({ rss: process.memoryUsage().rss })
  }
})
process.on('disconnect', () => process.exit())
