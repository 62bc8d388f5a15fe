import { describe, expect, test } from 'vitest'
import { Admission } from '../../../src/server/http/admission.ts'
import type { Exchange } from '../../../src/server/http/exchange.ts'
import { listen } from '../../../src/server/http/listen.ts'
import { request, serve } from '../fixture.ts'
import { askChallenge, gate, handlerWith, outcome, postText, RawConnection } from './fixture.ts'

const waiting = (signal = new AbortController().signal): Exchange => ({
  request: new Request('http://server.test/', { signal }),
  caller: {},
  begun: performance.now(),
  receiving: false,
  late: false,
  stopReading: undefined,
  leave: undefined,
  nonce: undefined,
  id: undefined,
  challengeDigest: undefined,
  more: undefined,
})
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

describe('work that waits for its turn', () => {
  test('begins in the order in which it came, so much at once and no more', async () => {
    const admission = new Admission(2, 10_000)
    const begun: number[] = []
    const gates = [0, 1, 2, 3].map(gate)
    const all = gates.map(({ opened }, i) =>
      admission.run(waiting(), async () => {
        begun.push(i)
        await opened
        return i
      }),
    )
    await expect.poll(() => begun).toEqual([0, 1])
    gates[1]!.open()
    await expect.poll(() => begun).toEqual([0, 1, 2])
    for (const { open } of gates) open()
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3])
  })

  test('is refused when twice as much waits as may run', async () => {
    const admission = new Admission(1, 10_000)
    const { open, opened } = gate()
    const running = admission.run(waiting(), () => opened)
    await turn()
    const two = [1, 2].map(() => admission.run(waiting(), async () => 'done'))
    expect(() => admission.requireRoom()).toThrow(expect.objectContaining({ code: 'ERR_OVERLOADED' }))
    await expect(admission.run(waiting(), async () => 'done')).rejects.toMatchObject({ code: 'ERR_OVERLOADED' })
    open()
    await running
    expect(await Promise.all(two)).toEqual(['done', 'done'])
    admission.requireRoom()
  })

  test('is refused when it has waited too long, and there is room again afterwards', async () => {
    const admission = new Admission(1, 30)
    const { open, opened } = gate()
    const running = admission.run(waiting(), () => opened)
    await turn()
    await expect(admission.run(waiting(), async () => 'done')).rejects.toMatchObject({
      code: 'ERR_OVERLOADED',
      headers: { 'retry-after': '1' },
    })
    open()
    await running
    expect(await admission.run(waiting(), async () => 'done')).toBe('done')
  })

  test('is not begun when its sender has gone or its time is over', async () => {
    const admission = new Admission(1, 10_000)
    const { open, opened } = gate()
    const running = admission.run(waiting(), () => opened)
    await turn()
    const gone = new AbortController()
    const late = waiting()
    let begun = 0
    const count = async (): Promise<number> => begun++
    const two = Promise.allSettled([admission.run(waiting(gone.signal), count), admission.run(late, count)])
    gone.abort()
    late.late = true
    open()
    await running
    expect((await two).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(begun).toBe(0)
  })

  test('that fails, or never ends, gives its place back', async () => {
    const admission = new Admission(1, 10_000)
    await expect(admission.run(waiting(), () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    const endless = waiting()
    admission.run(endless, () => new Promise(() => {})).catch(() => {})
    await turn()
    // As the limit for a request does when its time is over.
    endless.leave!()
    endless.leave!()
    expect(await admission.run(waiting(), async () => 'done')).toBe('done')
  })
})

describe('a server above saturation', () => {
  test('answers 503 with Retry-After, leaves the challenge as it is, and serves on afterwards', async () => {
    const { open, opened } = gate()
    let put = 0
    const store = {
      put: () => {
        put += 1
        return opened
      },
      take: () => undefined,
    }
    const limits = { concurrency: 1, queueMs: 60_000, perTerminal: false } as const
    const handler = await handlerWith({ service: serve({ store }), limits })
    const served = [1, 2, 3].map(() => handler.fetch(askChallenge()))
    await expect.poll(() => put).toBe(1)
    await turn()
    const refused = await handler.fetch(askChallenge())
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await outcome(refused)).toBe('503 ERR_OVERLOADED')
    open()
    expect(await Promise.all(served.map(async (one) => (await one).status))).toEqual([201, 201, 201])
    expect((await handler.fetch(askChallenge())).status).toBe(201)
  })

  test('does nothing for senders that have gone before their turn', async () => {
    const { open, opened } = gate()
    let put = 0
    const store = {
      put: () => {
        put += 1
        return opened
      },
      take: () => undefined,
    }
    const limits = { concurrency: 1, queueMs: 60_000, perTerminal: false, perAddress: false } as const
    await using server = await listen(await handlerWith({ service: serve({ store }), limits }), { port: 0 })
    const connections = await Promise.all([1, 2, 3].map(() => RawConnection.open(server.port)))
    for (const one of connections) {
      one.write(postText('/v1/challenges', JSON.stringify(request)))
      await turn()
    }
    connections[1]!.socket.destroy()
    await turn()
    open()
    await connections[2]!.answers(1)
    expect(put).toBe(2)
  })

  test('is ready on the listener for operators while 512 connections wait on the other', async () => {
    const { open, opened } = gate()
    const service = serve({ store: { put: () => opened, take: () => undefined } })
    const limits = { perTerminal: false, perAddress: false } as const
    const handler = await handlerWith({ service, limits, probes: false })
    await using server = await listen(handler, { port: 0, maxConnections: 512 })
    await using admin = await listen(handler.admin, { port: 0 })
    const connections = await Promise.all(Array.from({ length: 512 }, () => RawConnection.open(server.port)))
    for (const one of connections) one.write(postText('/v1/challenges', JSON.stringify(request)))
    expect((await fetch(`${admin.url}/readyz`)).status).toBe(200)
    open()
    for (const one of connections) one.socket.destroy()
  })
})
