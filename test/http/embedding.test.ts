import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { serve as serveHono } from '@hono/node-server'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { TokenServer } from '../../src/token/index.ts'
import { answer, request } from '../server/fixture.ts'
import { thrown } from '../support/vectors.ts'
import { handlerWith } from './fixture.ts'

/** A challenge, a token, and the token again. */
async function useAt(address: string): Promise<void> {
  const remote = new TokenServer(address, { origin: 'https://issue.example' })
  const token = await answer(await remote.challenge(request))
  expect(await remote.verify(token)).toMatchObject(request)
  expect(await thrown(() => remote.verify(token))).toMatchObject({ code: 'ERR_NONCE_UNKNOWN' })
}

describe('a handler in a server of somebody else', () => {
  test('of plain Node', async () => {
    const handler = await handlerWith()
    const server = createServer(async (incoming, outgoing) => {
      const init = {
        method: incoming.method ?? 'GET',
        headers: incoming.headers as Record<string, string>,
        body: incoming.method === 'POST' ? (Readable.toWeb(incoming) as ReadableStream) : null,
        duplex: 'half',
      }
      const asked = new Request(`http://server.test${incoming.url}`, init as RequestInit)
      const response = await handler.fetch(asked, { address: incoming.socket.remoteAddress })
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      outgoing.end(await response.text())
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    await useAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    server.close()
    server.closeAllConnections()
  })

  test('of Hono, below a path', async () => {
    const handler = await handlerWith()
    const app = new Hono()
    app.get('/', (context) => context.text('something else'))
    app.mount('/issue', (asked: Request) => handler.fetch(asked, { address: '192.0.2.1' }))
    const server = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await useAt(`http://127.0.0.1:${port}/issue/`)
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('something else')
    server.close()
  })

  test('of Hono, beside its routes', async () => {
    const handler = await handlerWith()
    const app = new Hono().all('/v1/*', ({ req }) => handler.fetch(req.raw))
    const response = await app.request('/v1/challenges', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    })
    expect(response.status).toBe(201)
  })
})
