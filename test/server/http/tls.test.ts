import { once } from 'node:events'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { connect as tlsConnect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { type ListeningServer, listen } from '../../../src/server/http/listen.ts'
import type { TlsOptions } from '../../../src/server/http/listen-options.ts'
import type { Caller } from '../../../src/server/http/options.ts'
import { der, oid, sequence } from '../../support/issue.ts'
import { TlsAuthority } from '../../support/tls-authority.ts'
import { request } from '../fixture.ts'
import { exchange, handlerWith } from './fixture.ts'

const authority = new TlsAuthority('Servers')
const terminals = new TlsAuthority('Terminals')
const others = new TlsAuthority('Others')
const pair = authority.server()

/** A server, and the callers reported to it. */
async function open(
  requestClientCert: TlsOptions['requestClientCert'],
): Promise<{ readonly server: ListeningServer; readonly callers: Caller[] } & AsyncDisposable> {
  const callers: Caller[] = []
  const handler = await handlerWith({
    terminalOf: (_, caller) => {
      callers.push(caller)
      return caller.certificateName
    },
  })
  const ca = requestClientCert === 'none' ? undefined : terminals.cert
  const server = await listen(handler, { port: 0, tls: { ...pair, ca, requestClientCert } })
  return { server, callers, [Symbol.asyncDispose]: async () => void (await server.close({ graceMs: 0 })) }
}

/** Asks for a challenge. @returns status, or code of the connection's error. */
async function ask({ port }: ListeningServer, options: RequestOptions = {}): Promise<number | string> {
  const body = JSON.stringify(request)
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  const call = httpsRequest({
    host: '127.0.0.1',
    port,
    path: '/v1/challenges',
    method: 'POST',
    headers,
    ca: authority.cert,
    agent: false,
    ...options,
  })
  return new Promise((resolve) => {
    call.on('response', (response) => {
      response.resume()
      resolve(response.statusCode!)
    })
    call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'failed'))
    call.end(body)
  })
}

const attribute = (id: string, text: string): Buffer => der(0x31, sequence(oid(id), der(0x0c, Buffer.from(text))))

describe('TLS', () => {
  test('is served with an address that says so', async () => {
    await using opened = await open('none')
    expect(opened.server.url).toBe(`https://127.0.0.1:${opened.server.port}`)
    expect(await ask(opened.server)).toBe(403)
    expect(await ask(opened.server, terminals.client(request.terminal))).toBe(403)
    expect(opened.callers.map(({ certificateName }) => certificateName)).toEqual([undefined, undefined])
    expect(opened.callers[0]?.address).toBe('127.0.0.1')
  })

  test('with required certificates refuses all other clients', async () => {
    await using opened = await open('required')
    const { server, callers } = opened
    expect(await ask(server, terminals.client(request.terminal))).toBe(201)
    expect(callers.splice(0)).toEqual([
      { address: '127.0.0.1', certificateName: request.terminal, certificate: expect.any(Uint8Array) },
    ])
    const past = new Date('2025-06-01T00:00:00Z')
    const wrong = [{}, others.client(request.terminal), terminals.client(request.terminal, past), pair]
    for (const one of wrong) expect(await ask(server, one)).toEqual(expect.any(String))
    expect(callers).toEqual([])
    expect(await ask(server, terminals.client(request.terminal))).toBe(201)
  })

  test('of certificates that are optional believes only those of its CA', async () => {
    await using opened = await open('optional')
    const { server, callers } = opened
    expect(await ask(server, terminals.client(request.terminal))).toBe(201)
    expect(await ask(server)).toBe(403)
    expect(await ask(server, others.client(request.terminal))).toBe(403)
    expect(await ask(server, terminals.client(request.terminal, new Date('2025-06-01T00:00:00Z')))).toBe(403)
    expect(callers.map(({ certificateName }) => certificateName)).toEqual([
      request.terminal,
      ...Array(3).fill(undefined),
    ])
  })

  test('takes no terminal from a certificate with two names, or none', async () => {
    await using opened = await open('required')
    const { server, callers } = opened
    const common = '2.5.4.3'
    const names = [
      sequence(attribute(common, request.terminal), attribute(common, 'kiosk-2')),
      sequence(attribute('2.5.4.10', request.terminal)),
      sequence(attribute('2.5.4.10', 'a'), attribute(common, request.terminal)),
    ]
    const results: (number | string)[] = []
    for (const one of names) results.push(await ask(server, terminals.client(one)))
    expect(results).toEqual([403, 403, 201])
    expect(callers.map(({ certificateName }) => certificateName)).toEqual([undefined, undefined, request.terminal])
  })

  test('knows the caller of every request on a connection', async () => {
    await using opened = await open('required')
    const { port } = opened.server
    const socket = tlsConnect({ port, host: '127.0.0.1', ca: authority.cert, ...terminals.client(request.terminal) })
    await once(socket, 'secureConnect')
    let text = ''
    socket.on('data', (part) => {
      text += part.toString()
    })
    const body = JSON.stringify(request)
    const one = `POST /v1/challenges HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    socket.write(one + one + one)
    await expect.poll(() => text.split('HTTP/1.1 201').length).toBe(4)
    expect(opened.callers.map(({ certificateName }) => certificateName)).toEqual(Array(3).fill(request.terminal))
    socket.destroy()
  })

  test('of a version before 1.2 is refused', async () => {
    await using opened = await open('none')
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    expect(await ask(opened.server, old)).toEqual(expect.any(String))
    expect(await ask(opened.server, { maxVersion: 'TLSv1.2' })).toBe(403)
  })

  test('an invalid handshake is ended without a response, and the server continues', async () => {
    await using opened = await open('none')
    expect(await exchange(opened.server.port, 'GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n')).not.toContain('200')
    expect(await exchange(opened.server.port, '\x16\x03\x01\x00\x05hello')).not.toContain('HTTP')
    expect(await ask(opened.server)).toBe(403)
  })

  test('that never gets done, or carries no request, does not keep a server from closing', async () => {
    const { server } = await open('none')
    const begun = exchange(server.port)
    const socket = tlsConnect({ port: server.port, host: '127.0.0.1', ca: authority.cert })
    await once(socket, 'secureConnect')
    expect(await ask(server)).toBe(403)
    const closing = server.close({ graceMs: 300 })
    await once(socket, 'close')
    expect(await closing).toEqual({ finished: 0, cutOff: 0 })
    expect(await begun).toBe('')
  })
})
