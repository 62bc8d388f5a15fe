import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { serve as serveHono } from '@hono/node-server'
import fastify from 'fastify'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { type NodeHandler, toNodeHandler } from '../../../src/server/http/node.ts'
import { TokenServer } from '../../../src/token/index.ts'
import { thrown } from '../../support/vectors.ts'
import { answer, request } from '../fixture.ts'
import { exchange, handlerWith, statusAndCode } from './fixture.ts'

/** Express has no types of its own: what is used of it here. */
interface Express {
  (): {
    (incoming: IncomingMessage, outgoing: ServerResponse): void
    use(...handlers: readonly unknown[]): void
    post(path: string, handler: unknown): void
  }
  json(): unknown
}
// @ts-expect-error
const { default: express } = (await import('express')) as { default: Express }

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

  test('of Express, as docs/server.md shows it, beside its routes', async () => {
    const node = await toNodeHandler(await handlerWith())
    const app = express()
    app.use('/issue', node)
    app.use(express.json())
    app.post('/other', (incoming: { readonly body: unknown }, outgoing: { json(body: unknown): void }) =>
      outgoing.json(incoming.body),
    )
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await useAt(`${url}/issue/`)
    expect((await fetch(`${url}/issue/healthz`)).status).toBe(200)
    const other = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' }
    expect(await (await fetch(`${url}/other`, other)).json()).toEqual({ a: 1 })
    server.close()
    server.closeAllConnections()
  })

  test('of Express, behind what reads the body, is an error of the program and no request that hangs', async () => {
    const app = express()
    const errors: unknown[] = []
    app.use(express.json())
    app.use('/issue', await toNodeHandler(await handlerWith()))
    app.use((error: unknown, _incoming: unknown, outgoing: { sendStatus(code: number): void }, _next: unknown) => {
      errors.push(error)
      outgoing.sendStatus(500)
    })
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/issue/v1/challenges`
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) }
    expect((await fetch(url, init)).status).toBe(500)
    expect(errors).toEqual([expect.any(TypeError)])
    server.close()
    server.closeAllConnections()
  })

  test('of Fastify, as docs/server.md shows it, beside its routes', async () => {
    const node = await toNodeHandler(await handlerWith({ basePath: '/issue' }))
    const app = fastify()
    await app.register(async (scope) => {
      scope.addContentTypeParser('application/json', (_request, _body, done) => done(null))
      scope.all('/issue/*', (asked, reply) => node(asked.raw, reply.hijack().raw))
    })
    app.post('/other', async ({ body }) => body)
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    await useAt(`${url}/issue/`)
    const other = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' }
    expect(await (await fetch(`${url}/other`, other)).json()).toEqual({ a: 1 })
    await app.close()
  })

  test('of Next, as a route of app/ and as one of pages/api/', async () => {
    const handler = await handlerWith({ basePath: '/issue' })
    // What app/issue/v1/[...path]/route.js exports: a web-standard request in, a response out.
    const POST = (asked: Request): Promise<Response> => handler.fetch(asked)
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) }
    expect((await POST(new Request('https://issue.example/issue/v1/challenges', init))).status).toBe(201)
    // What pages/api/issue/[...path].js exports, without Next's parser of bodies: Node's request and response.
    const node = await toNodeHandler(await handlerWith({ basePath: '/api/issue' }))
    const page = (asked: Parameters<NodeHandler>[0], answered: Parameters<NodeHandler>[1]): void =>
      node(asked, answered)
    const server = createServer(page).listen(0, '127.0.0.1')
    await once(server, 'listening')
    await useAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/issue/`)
    server.close()
    server.closeAllConnections()
  })

  test('of Hono, below basePath, as docs/server.md shows it', async () => {
    const handler = await handlerWith({ basePath: '/issue' })
    const app = new Hono().all('/issue/*', ({ req }) => handler.fetch(req.raw))
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) }
    expect((await app.request('/issue/v1/challenges', init)).status).toBe(201)
  })

  test('of plain Node, by toNodeHandler, which leaves the globals alone and refuses what is no HTTP', async () => {
    const globals = [globalThis.Request, globalThis.Response]
    const node = await toNodeHandler(await handlerWith())
    expect([globalThis.Request, globalThis.Response]).toEqual(globals)
    const server = createServer(node).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await useAt(`http://127.0.0.1:${port}`)
    const twoHosts = 'GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n'
    expect(statusAndCode(await exchange(port, twoHosts))).toBe('400 ERR_REQUEST')
    server.close()
    server.closeAllConnections()
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
