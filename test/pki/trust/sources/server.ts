import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'

/** Answers one request. */
export type Answer = (response: ServerResponse, body: Buffer, request: IncomingMessage) => void

/** A server on a free port, for the time of one test. */
export interface TestServer {
  readonly origin: string
  /** Paths and bodies of the requests so far. */
  readonly requests: { readonly path: string; readonly body: Buffer }[]
  /** Called for each request. */
  answer: Answer
}

export async function serve(answer: Answer): Promise<TestServer> {
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    served.requests.push({ path: request.url!, body })
    served.answer(response, body, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const served: TestServer = { origin: `http://127.0.0.1:${port}`, requests: [], answer }
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return served
}

export const bytes =
  (content: Uint8Array | string, type = 'application/pkix-crl'): Answer =>
  (response) =>
    response.writeHead(200, { 'content-type': type }).end(content)

/** What hostile or broken servers do, and the reason a source gives; for sources with `timeoutMs` 1000, `maxBytes` 64 KiB. */
export const hostile = (type: string): [string, string, Answer][] => {
  const headers = { 'content-type': type }
  return [
    ['an error', 'HTTP 503', (response) => response.writeHead(503).end('busy')],
    ['no content', 'HTTP 204', (response) => response.writeHead(204).end()],
    [
      'a redirect',
      'a redirect, which is not followed',
      (response, _, request) =>
        request.url === '/elsewhere'
          ? response.writeHead(200, headers).end()
          : response.writeHead(302, { location: '/elsewhere' }).end(),
    ],
    ['a connection reset', 'no answer: ', (response) => response.socket?.resetAndDestroy()],
    ['a connection closed', 'no answer: ', (response) => response.socket?.destroy()],
    ['silence', 'no answer within 1 s', () => {}],
    [
      'a body that never ends',
      'larger than 64 KiB',
      (response) => {
        response.writeHead(200, headers)
        const more = (): void => {
          while (response.writable && response.write(Buffer.alloc(4096, 0x30)));
        }
        response.on('drain', more)
        more()
      },
    ],
    [
      'a body a byte at a time',
      'no answer within 1 s',
      (response) => {
        response.writeHead(200, headers)
        const timer = setInterval(() => response.write('0'), 20)
        response.on('close', () => clearInterval(timer))
      },
    ],
    [
      'a body that breaks off',
      'the answer broke off',
      (response) => {
        response.writeHead(200, { ...headers, 'content-length': 1000 })
        response.write(Buffer.alloc(10), () => response.socket?.destroy())
      },
    ],
    [
      'a gzip bomb',
      'larger than 64 KiB',
      (response) =>
        response.writeHead(200, { ...headers, 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000))),
    ],
    [
      'a broken compression',
      'the answer broke off',
      (response) => response.writeHead(200, { ...headers, 'content-encoding': 'gzip' }).end('no gzip'),
    ],
  ]
}
