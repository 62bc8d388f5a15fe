import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { ServerError } from '../../../src/errors.ts'
import { type ListeningServer, listen } from '../../../src/server/http/listen.ts'
import type { ListenOptions } from '../../../src/server/http/listen-options.ts'
import type { HttpHandlerOptions } from '../../../src/server/http/options.ts'
import { TokenServer } from '../../../src/token/index.ts'
import { thrown } from '../../support/vectors.ts'
import { answer, request, serve } from '../fixture.ts'
import { exchange, gate, handlerWith, postText, RawConnection, statusAndCode } from './fixture.ts'

const open = async (
  options: Partial<ListenOptions> = {},
  handler: Partial<HttpHandlerOptions> = {},
): Promise<ListeningServer> => {
  const limits = { perAddress: false, perTerminal: false, ...handler.limits } as const
  return listen(await handlerWith({ ...handler, limits }), { port: 0, ...options })
}
const challenge = JSON.stringify(request)
const alive = 'GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'
/** A challenge in chunks, under a transfer coding. */
const chunked = (coding: string): string =>
  `POST /v1/challenges HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: ${coding}\r\n\r\n${challenge.length.toString(16)}\r\n${challenge}\r\n0\r\n\r\n`
const short = { headersTimeoutMs: 200, requestTimeoutMs: 300 }

/** Whether the server still serves. */
async function serves({ url }: ListeningServer): Promise<boolean> {
  return (await fetch(`${url}/healthz`)).ok
}

describe('a server', () => {
  test('serves a terminal from the challenge to the acceptance', async () => {
    await using server = await open()
    const remote = new TokenServer(server.url, { origin: 'https://issue.example' })
    const given = await remote.challenge(request)
    const acceptance = await remote.verify(await answer(given))
    expect(acceptance).toMatchObject({ ...request, at: '2026-06-01T00:00:00.000Z' })
    expect(await thrown(async () => remote.verify(await answer(given)))).toMatchObject({ code: 'ERR_NONCE_UNKNOWN' })
    expect(await thrown(() => remote.challenge({ ...request, terminal: 'a b' }))).toMatchObject({
      code: 'ERR_TOKEN_TERMINAL',
      turn: 'operator',
    })
  })

  test('knows the address of its caller', async () => {
    const addresses: unknown[] = []
    const terminalOf: HttpHandlerOptions['terminalOf'] = (_, { address, certificateName }) => {
      addresses.push(address, certificateName)
      return request.terminal
    }
    await using server = await open({}, { terminalOf })
    await fetch(`${server.url}/v1/challenges`, { method: 'POST' })
    expect(addresses).toEqual(['127.0.0.1', undefined])
  })

  test('says where it listens', async () => {
    await using server = await open()
    expect(server).toMatchObject({ url: `http://127.0.0.1:${server.port}`, host: '127.0.0.1' })
    await using six = await open({ host: '::1' })
    expect(six.url).toBe(`http://[::1]:${six.port}`)
    expect(await serves(six)).toBe(true)
  })

  test('that cannot listen says so', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const error = await thrown<ServerError>(() => open({ port }))
    expect(error).toBeInstanceOf(ServerError)
    expect(error.message).toContain('EADDRINUSE')
    expect(error.cause).toMatchObject({ code: 'EADDRINUSE' })
    other.close()
    expect(await thrown(() => open({ host: 'no.such.host.invalid' }))).toBeInstanceOf(ServerError)
  })

  test.each<[string, object]>([
    ['no port', { port: undefined }],
    ['a port that is none', { port: 65_536 }],
    ['no address', { host: '' }],
    ['no time for headers', { headersTimeoutMs: 0 }],
    ['less time for all than for the headers', { headersTimeoutMs: 5_000, requestTimeoutMs: 4_000 }],
    ['no connections', { maxConnections: 0 }],
    ['no headers', { maxHeadersCount: 0 }],
    ['half a pair of certificate and key', { tls: { cert: 'x' } }],
    ['client certificates of anybody', { tls: { cert: 'x', key: 'y', requestClientCert: 'required' } }],
    ['another word for client certificates', { tls: { cert: 'x', key: 'y', ca: 'z', requestClientCert: true } }],
  ])('with %s is misuse', async (_name, options) => {
    expect((await thrown(() => open(options))).name).toMatch(/^(TypeError|RangeError)$/)
  })

  test('with an invalid certificate does not start', async () => {
    expect(await thrown(() => open({ tls: { cert: 'x', key: 'y' } }))).toBeInstanceOf(ServerError)
  })
})

describe('what comes too slowly', () => {
  test('a connection on which nothing comes is ended', async () => {
    await using server = await open(short)
    expect(statusAndCode(await exchange(server.port))).toBe('408 ERR_REQUEST_TIMEOUT')
  })

  test('headers that do not end are refused', async () => {
    await using server = await open(short)
    expect(statusAndCode(await exchange(server.port, 'POST /v1/challenges HTTP/1.1\r\nhost: a\r\n'))).toBe(
      '408 ERR_REQUEST_TIMEOUT',
    )
  })

  test('headers that come byte by byte are refused', async () => {
    await using server = await open(short)
    const connection = await RawConnection.open(server.port)
    const timer = setInterval(() => connection.write('x'), 20)
    connection.write('GET /')
    const text = await connection.untilClosed()
    clearInterval(timer)
    expect(statusAndCode(text)).toBe('408 ERR_REQUEST_TIMEOUT')
  })

  test.each<[string, Partial<ListenOptions>, number]>([
    ['the handler', {}, 100],
    ['the server', short, 60_000],
  ])('a body that comes byte by byte is cut off by %s', async (_name, options, timeoutMs) => {
    await using server = await open(options, { limits: { timeoutMs } })
    for (const framing of ['content-length: 30000', 'transfer-encoding: chunked']) {
      const connection = await RawConnection.open(server.port)
      connection.write(
        `POST /v1/challenges HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`,
      )
      const timer = setInterval(() => connection.write(framing.startsWith('content') ? ' ' : '1\r\n \r\n'), 20)
      const text = await connection.untilClosed()
      clearInterval(timer)
      expect([framing, statusAndCode(text)]).toEqual([framing, '408 ERR_REQUEST_TIMEOUT'])
    }
    expect(await serves(server)).toBe(true)
  })

  test('a connection without request is ended without a word', async () => {
    await using server = await open({ keepAliveTimeoutMs: 100 })
    const text = await exchange(server.port, alive)
    expect(text.split('HTTP/1.1 ')).toHaveLength(2)
    expect(statusAndCode(text)).toBe('200')
  })
})

describe('what is too much', () => {
  test('a body that is too long is refused, whether it is sent or not', async () => {
    await using server = await open({ keepAliveTimeoutMs: 100 })
    const headers = 'host: a\r\ncontent-type: application/json\r\n'
    const declared = `POST /v1/verifications HTTP/1.1\r\n${headers}content-length: 1000000\r\n\r\n`
    for (const sent of ['', ' '.repeat(1_000_000)]) {
      expect(statusAndCode(await exchange(server.port, declared, sent))).toBe('413 ERR_BODY_TOO_LARGE')
    }
    const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`
    const chunked = `POST /v1/verifications HTTP/1.1\r\n${headers}transfer-encoding: chunked\r\n\r\n`
    expect(statusAndCode(await exchange(server.port, chunked, chunk.repeat(4)))).toBe('413 ERR_BODY_TOO_LARGE')
    expect(await serves(server)).toBe(true)
  })

  test('a body that never ends is cut off', async () => {
    await using server = await open()
    const connection = await RawConnection.open(server.port)
    connection.write('POST /v1/challenges HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n')
    connection.write('transfer-encoding: chunked\r\n\r\n')
    const timer = setInterval(() => connection.write(`4000\r\n${' '.repeat(0x4000)}\r\n`), 5)
    const text = await connection.untilClosed()
    clearInterval(timer)
    expect(statusAndCode(text)).toBe('413 ERR_BODY_TOO_LARGE')
  })

  test('many headers, or long ones, are refused', async () => {
    await using server = await open({ maxHeadersCount: 20 })
    const flood = (count: number): string =>
      `GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${Array.from({ length: count }, (_, i) => `x-${i}: 1\r\n`).join('')}\r\n`
    expect(statusAndCode(await exchange(server.port, flood(18)))).toBe('200')
    expect(statusAndCode(await exchange(server.port, flood(19)))).toBe('400 ERR_REQUEST')
    expect(statusAndCode(await exchange(server.port, flood(500)))).toBe('400 ERR_REQUEST')
    const long = `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(17_000)}`
    expect(statusAndCode(await exchange(server.port, `${long}\r\n\r\n`))).toBe('400 ERR_REQUEST')
    expect(statusAndCode(await exchange(server.port, `GET /${'y'.repeat(17_000)} HTTP/1.1\r\n`))).toBe(
      '400 ERR_REQUEST',
    )
  })

  test('connections beyond the limit are closed, and taken again when others are gone', async () => {
    await using server = await open({ maxConnections: 5 })
    const taken = await Promise.all(Array.from({ length: 5 }, () => RawConnection.open(server.port)))
    for (const one of taken) one.write(alive)
    await Promise.all(taken.map((one) => one.answers(1)))
    const more = await Promise.all(Array.from({ length: 5 }, () => RawConnection.open(server.port)))
    expect(await Promise.all(more.map((one) => one.untilClosed()))).toEqual(['', '', '', '', ''])
    for (const one of taken) {
      one.socket.end()
      await one.untilClosed()
    }
    expect(await serves(server)).toBe(true)
  })

  test('three hundred connections at once are all served', async () => {
    await using server = await open()
    const last = alive.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n')
    const texts = await Promise.all(Array.from({ length: 300 }, () => exchange(server.port, last)))
    expect(new Set(texts.map(statusAndCode))).toEqual(new Set(['200']))
  })
})

describe('what is hardly HTTP', () => {
  test.each<[string, string]>([
    ['no request line', 'GARBAGE\r\n\r\n'],
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a method that is none', 'FOO / HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['another version', 'GET / HTTP/9.9\r\nhost: a\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a header without a name', 'GET / HTTP/1.1\r\nhost: a\r\n: x\r\n\r\n'],
    ['a space before the colon', 'GET / HTTP/1.1\r\nhost : a\r\n\r\n'],
    ['a zero byte', 'GET / HTTP/1.1\r\nhost: a\r\nx: \0\r\n\r\n'],
    ['a carriage return in a header', 'GET / HTTP/1.1\r\nhost: a\r\nx: a\rb\r\n\r\n'],
    ['two lengths', `${postText('/v1/challenges', challenge, 'content-length: 5\r\n')}`],
    ['a length and chunks', postText('/v1/challenges', challenge, 'transfer-encoding: chunked\r\n')],
    ['a length that is none', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n'],
    ['a chunk without a size', 'POST /v1/challenges HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['a host that is none', 'GET /healthz HTTP/1.1\r\nhost: a b\r\n\r\n'],
    ['a host with a path', 'GET /healthz HTTP/1.1\r\nhost: a/b\r\n\r\n'],
    ['an address that is none', 'GET http:// HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['all addresses', 'OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['two hosts', 'GET /healthz HTTP/1.1\r\nhost: a\r\nHost: a\r\n\r\n'],
    ['a list of hosts', 'GET /healthz HTTP/1.1\r\nhost: a, b\r\n\r\n'],
    ['an empty host', 'GET /healthz HTTP/1.1\r\nhost:\r\n\r\n'],
    ['HTTP/0.9', 'GET /healthz\r\n\r\n'],
    ['HTTP/0.9 with headers', 'GET /healthz HTTP/0.9\r\nhost: a\r\n\r\n'],
    ['HTTP/1.2', 'GET /healthz HTTP/1.2\r\nhost: a\r\n\r\n'],
    ['HTTP/2.0 in the form of 1.1', 'GET /healthz HTTP/2.0\r\nhost: a\r\n\r\n'],
    ['two transfer codings', chunked('gzip, chunked')],
    ['one transfer coding twice', chunked('chunked, chunked')],
    ['a transfer coding that is not last', chunked('chunked, gzip')],
    ['another transfer coding', chunked('gzip')],
    ['a transfer coding with a parameter', chunked('chunked;q=1')],
    ['identity as a transfer coding', chunked('identity')],
    ['chunks in HTTP/1.0', chunked('chunked').replace('HTTP/1.1', 'HTTP/1.0')],
    ['a transfer coding on a folded line', chunked('\r\n chunked')],
    ['a folded header', 'GET /healthz HTTP/1.1\r\nhost: a\r\nx: 1\r\n 2\r\n\r\n'],
    ['a folded header that begins empty', 'GET /healthz HTTP/1.1\r\nhost: a\r\nx:\r\n\t2\r\n\r\n'],
    ['line feeds alone', 'GET /healthz HTTP/1.1\nhost: a\n\n'],
    ['a line feed alone between headers', 'GET /healthz HTTP/1.1\r\nhost: a\nx: 1\r\n\r\n'],
    ['a line feed alone after a chunk size', chunked('chunked').replace('\r\n{', '\n{')],
    ['carriage returns alone', 'GET /healthz HTTP/1.1\rhost: a\r\r'],
    ['the same length twice', postText('/v1/challenges', challenge, `content-length: ${challenge.length}\r\n`)],
    ['two types', postText('/v1/challenges', challenge, 'content-type: application/json\r\n')],
    ['two credentials', postText('/v1/challenges', challenge, 'authorization: a\r\nauthorization: b\r\n')],
    ...['//healthz', '/./healthz', '/x/../healthz', '/%68ealthz', '/%2e/healthz', '/healthz/..', '/healthz#x'].map(
      (path): [string, string] => [`the path ${path}`, `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`],
    ),
    ['an encoded slash', postText('/v1%2Fchallenges', challenge)],
    ['dots in a whole address', 'GET http://a/x/../healthz HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['an address of another scheme', 'GET ftp://a/healthz HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['a backslash in the path', 'GET /v1\\challenges HTTP/1.1\r\nhost: a\r\n\r\n'],
  ])('%s is refused, and the connection ended', async (_name, text) => {
    await using server = await open()
    const answered = await exchange(server.port, text)
    expect(statusAndCode(answered)).toBe('400 ERR_REQUEST')
    expect(answered.toLowerCase()).toMatch(/connection: close/)
    expect(answered.toLowerCase()).toMatch(/cache-control: no-store/)
    expect(answered.toLowerCase()).toMatch(/content-type: application\/problem\+json/)
    expect(JSON.parse(answered.split('\r\n\r\n')[1]!)).toEqual({
      type: 'urn:jpki-card:error:ERR_REQUEST',
      title: 'Request not valid',
      status: 400,
      detail: expect.any(String),
      ...{ code: 'ERR_REQUEST', turn: 'operator', retry: false },
    })
    expect(await serves(server)).toBe(true)
  })

  test('CONNECT ends the connection', async () => {
    await using server = await open()
    expect(await exchange(server.port, 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n')).toBe('')
    expect(await serves(server)).toBe(true)
  })

  test.each<[string, string, string]>([
    ['HTTP/1.0 without a host', 'GET /healthz HTTP/1.0\r\n\r\n', '200'],
    ['a whole address', 'GET http://other.test/healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n', '200'],
    [
      'an upgrade',
      'GET /healthz HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade, close\r\n\r\n',
      '200',
    ],
    ['TRACE', 'TRACE /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n', '405 ERR_METHOD'],
    ['an expectation', postText('/v1/challenges', challenge, 'expect: 100-continue\r\nconnection: close\r\n'), '201'],
    ['a host with a port of IPv6', 'GET /healthz HTTP/1.1\r\nhost: [::1]:80\r\nconnection: close\r\n\r\n', '200'],
    ['chunks', chunked('Chunked').replace('\r\nhost', '\r\nconnection: close\r\nhost'), '201'],
    ['spaces around a type', postText('/v1/challenges', challenge, 'connection: close\r\n'), '201'],
  ])('%s is served', async (_name, text, expected) => {
    await using server = await open()
    const answered = await exchange(server.port, text)
    expect(statusAndCode(answered.replace('HTTP/1.1 100 Continue\r\n\r\n', ''))).toBe(expected)
  })

  test('requests that come at once are answered in turn', async () => {
    await using server = await open()
    const connection = await RawConnection.open(server.port)
    connection.write(alive + postText('/v1/challenges', challenge) + alive.replace('healthz', 'nothing') + alive)
    const text = await connection.answers(4)
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '201', '404', '200'])
    connection.socket.destroy()
  })

  test('a malformed request behind one being verified is not answered in its place', async () => {
    const verifying = gate()
    const hanging = { put: () => new Promise<never>(() => verifying.open()), take: () => undefined }
    await using server = await open({}, { service: serve({ store: hanging }) })
    const connection = await RawConnection.open(server.port)
    connection.write(postText('/v1/challenges', challenge))
    await verifying.opened
    connection.write('GARBAGE\r\n\r\n')
    expect(await connection.untilClosed()).toBe('')
    await server.close({ graceMs: 0 })
  })
})

describe('connections that are dropped', () => {
  test('at any moment leave the server as it was', async () => {
    await using server = await open({}, { metrics: true })
    const whole = postText('/v1/challenges', challenge)
    const headersEnd = whole.indexOf('\r\n\r\n') + 4
    for (const end of [1, 20, headersEnd, headersEnd + 10, whole.length]) {
      for (const how of ['destroy', 'resetAndDestroy', 'end'] as const) {
        const connection = await RawConnection.open(server.port)
        connection.write(whole.slice(0, end))
        await new Promise((resolve) => setImmediate(resolve))
        connection.socket[how]()
        if (how !== 'end') await connection.untilClosed()
      }
    }
    expect(await serves(server)).toBe(true)
    const metrics = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text()
    await expect.poll(metrics).toContain('jpki_card_http_requests_in_flight 1')
  })

  test('while a token is verified, too', async () => {
    const release = gate()
    const slow = { put: () => release.opened, take: () => undefined }
    await using server = await open({}, { service: serve({ store: slow }) })
    const connection = await RawConnection.open(server.port)
    connection.write(postText('/v1/challenges', challenge))
    await new Promise((resolve) => setTimeout(resolve, 20))
    connection.socket.resetAndDestroy()
    await connection.untilClosed()
    release.open()
    expect(await serves(server)).toBe(true)
  })
})
