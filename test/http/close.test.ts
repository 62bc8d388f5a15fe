import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type ListeningServer, listen } from '../../src/http/index.ts'
import { request, serve } from '../server/fixture.ts'
import { thrown } from '../support/vectors.ts'
import { gate, handlerWith, postText, RawConnection, statusAndCode } from './fixture.ts'

const body = JSON.stringify(request)
const alive = 'GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'

/** A server whose store waits until it may go on. */
async function waiting(): Promise<{
  readonly server: ListeningServer
  readonly open: () => void
  readonly judging: Promise<void>
}> {
  const { open, opened } = gate()
  const { open: begin, opened: judging } = gate()
  const store = {
    put: () => {
      begin()
      return opened
    },
    take: () => undefined,
  }
  const server = await listen(await handlerWith({ service: serve({ store }) }), { port: 0 })
  return { server, open, judging }
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
    const { server, open, judging } = await waiting()
    const [running, idle, silent] = await Promise.all([1, 2, 3].map(() => RawConnection.open(server.port)))
    idle!.write(alive)
    await idle!.answers(1)
    running!.write(postText('/v1/challenges', body))
    await judging
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
    const { server, judging } = await waiting()
    const running = await RawConnection.open(server.port)
    running.write(postText('/v1/challenges', body))
    await judging
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

  test('in a time that is none is misuse', async () => {
    const { server } = await waiting()
    expect(await thrown(() => server.close({ graceMs: -1 }))).toBeInstanceOf(RangeError)
    await server.close()
  })
})
