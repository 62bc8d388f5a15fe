import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { type ListeningServer, listen } from '../../../src/server/http/listen.ts'
import { TlsAuthority } from '../../support/tls-authority.ts'
import { thrown } from '../../support/vectors.ts'
import { request, serve } from '../fixture.ts'
import { gate, handlerWith, postText, RawConnection, statusAndCode } from './fixture.ts'

const body = JSON.stringify(request)
const alive = 'GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'

/** A server whose store waits until it may go on. */
async function waiting(): Promise<{
  readonly server: ListeningServer
  readonly open: () => void
  readonly verifying: Promise<void>
}> {
  const { open, opened } = gate()
  const { open: begin, opened: verifying } = gate()
  const store = {
    put: () => {
      begin()
      return opened
    },
    take: () => undefined,
  }
  const server = await listen(await handlerWith({ service: serve({ store }) }), { port: 0 })
  return { server, open, verifying }
}

async function refusesConnections({ port }: ListeningServer): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  return once(socket, 'connect').then(
    () => false,
    () => true,
  )
}

describe('closing', () => {
  test('lets a request finish, and nothing new begin', async () => {
    const { server, open, verifying } = await waiting()
    const [running, idle, silent] = await Promise.all([1, 2, 3].map(() => RawConnection.open(server.port)))
    idle!.write(alive)
    await idle!.answers(1)
    running!.write(postText('/v1/challenges', body))
    await verifying
    const closing = server.close({ graceMs: 60_000 })
    expect(statusAndCode(await idle!.untilClosed())).toBe('200')
    expect(await silent!.untilClosed()).toBe('')
    expect(await refusesConnections(server)).toBe(true)
    open()
    const text = await running!.untilClosed()
    expect(statusAndCode(text)).toBe('201')
    expect(text.toLowerCase()).toContain('connection: close')
    expect(await closing).toEqual({ finished: 1, cutOff: 0 })
  })

  test('cuts off what does not finish in time', async () => {
    const { server, verifying } = await waiting()
    const running = await RawConnection.open(server.port)
    running.write(postText('/v1/challenges', body))
    await verifying
    expect(await server.close({ graceMs: 50 })).toEqual({ finished: 0, cutOff: 1 })
    expect(await running.untilClosed()).toBe('')
  })

  test('serves a request that had begun to come', async () => {
    const { server, open } = await waiting()
    open()
    const connection = await RawConnection.open(server.port)
    const text = postText('/v1/challenges', body, 'expect: 100-continue\r\n')
    connection.write(text.slice(0, -body.length))
    // The server has the headers.
    await once(connection.socket, 'data')
    const closing = server.close({ graceMs: 60_000 })
    connection.write(body)
    const answered = await connection.untilClosed()
    expect(statusAndCode(answered.replace('HTTP/1.1 100 Continue\r\n\r\n', ''))).toBe('201')
    expect(await closing).toEqual({ finished: 1, cutOff: 0 })
  })

  test('ends one that does not go on', async () => {
    const { server } = await waiting()
    const connection = await RawConnection.open(server.port)
    connection.write('POST /v1/challenges HTTP/1.1\r\nhost: a\r\n')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await server.close({ graceMs: 50 })).toEqual({ finished: 0, cutOff: 0 })
    expect(await connection.untilClosed()).toBe('')
  })

  test('twice is closing once', async () => {
    const { server } = await waiting()
    const [one, other] = await Promise.all([server.close(), server.close({ graceMs: 0 })])
    expect(one).toEqual({ finished: 0, cutOff: 0 })
    expect(other).toBe(one)
  })

  test('drains first: not ready, every answer ends its connection, new connections are still served', async () => {
    const handler = await handlerWith({ limits: { perTerminal: false, perAddress: false } })
    const server = await listen(handler, { port: 0 })
    const [idle, silent] = await Promise.all([1, 2].map(() => RawConnection.open(server.port)))
    idle!.write(alive)
    await idle!.answers(1)
    const closing = server.close({ drainMs: 400 })
    const fresh = await RawConnection.open(server.port)
    fresh.write(postText('/v1/challenges', body))
    const answered = await fresh.untilClosed()
    expect(statusAndCode(answered)).toBe('201')
    expect(answered.toLowerCase()).toContain('connection: close')
    const probe = await RawConnection.open(server.port)
    probe.write(alive.replace('healthz', 'readyz'))
    expect(statusAndCode(await probe.untilClosed())).toBe('503 ERR_NOT_READY')
    // Idle since before, and still served.
    idle!.write(postText('/v1/challenges', body))
    expect((await idle!.untilClosed()).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 201'])
    expect(await closing).toEqual({ finished: 3, cutOff: 0 })
    expect(await silent!.untilClosed()).toBe('')
    expect(await refusesConnections(server)).toBe(true)
  })

  test('serves what comes on a connection just after the listener is closed', async () => {
    const server = await listen(await handlerWith(), { port: 0 })
    const connection = await RawConnection.open(server.port)
    const closing = server.close({ drainMs: 1 })
    await expect.poll(() => refusesConnections(server)).toBe(true)
    connection.write(postText('/v1/challenges', body))
    expect(statusAndCode(await connection.untilClosed())).toBe('201')
    expect(await closing).toEqual({ finished: 1, cutOff: 0 })
  })

  test('answers all requests that were sent ahead, the last of them ends the connection', async () => {
    const server = await listen(await handlerWith(), { port: 0 })
    const connection = await RawConnection.open(server.port)
    const closing = server.close({ drainMs: 300 })
    connection.write(alive + postText('/v1/challenges', body) + alive)
    const text = await connection.untilClosed()
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 201', 'HTTP/1.1 200'])
    expect(
      text
        .toLowerCase()
        .match(/connection: [a-z-]+/g)
        ?.at(-1),
    ).toBe('connection: close')
    expect(text.toLowerCase().split('connection: close')).toHaveLength(2)
    await closing
  })

  test('over TLS drains the same way', async () => {
    const authority = new TlsAuthority('Servers')
    const server = await listen(await handlerWith(), { port: 0, tls: authority.server() })
    const closing = server.close({ drainMs: 300 })
    const socket = tlsConnect({ port: server.port, host: '127.0.0.1', ca: authority.cert })
    let text = ''
    socket.on('data', (part) => {
      text += part
    })
    socket.write(postText('/v1/challenges', body))
    const ended = once(socket, 'end')
    await ended
    expect(statusAndCode(text)).toBe('201')
    expect(text.toLowerCase()).toContain('connection: close')
    expect(await closing).toEqual({ finished: 1, cutOff: 0 })
  })

  test('an invalid time is misuse', async () => {
    const { server } = await waiting()
    expect(await thrown(() => server.close({ graceMs: -1 }))).toBeInstanceOf(RangeError)
    expect(await thrown(() => server.close({ drainMs: Number.NaN }))).toBeInstanceOf(RangeError)
    await server.close()
  })
})
