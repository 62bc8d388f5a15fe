import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { evaluate, evaluationCases } from '../../src/server-test/index.ts'
import { type Handler, type Mutation, type Reply, startServer, terminals } from './server.ts'
import { prepared } from './shared.ts'

const now = new Date()
const cases = evaluationCases.filter(({ family }) => family === 'concurrency').map(({ id }) => id)

/** A server that does something to acceptances, given the one before. */
const mixing = (mix: (reply: Reply, before: Reply, count: number) => Reply): (() => Mutation) => {
  return () => {
    let before: Reply | undefined
    let count = 0
    return async (incoming, next) => {
      const reply = await next(incoming)
      if (incoming.path !== '/v1/verifications' || reply.status !== 200) return reply
      // Only those that are received are counted.
      await sleep(20)
      if (incoming.gone()) return reply
      count += 1
      const mixed = mix(reply, before ?? reply, count)
      before = reply
      return mixed
    }
  }
}
const named = (reply: Reply, { body }: Reply): Reply => ({
  ...reply,
  body: { ...(reply.body as object), holder: (body as { holder: string }).holder },
})

/** Keeps who is asking in one place for all, as a global variable would, while it waits for something. */
function oneVariable(): Mutation {
  let current: Reply
  return async (incoming, next: Handler) => {
    const reply = await next(incoming)
    if (incoming.path !== '/v1/verifications' || reply.status !== 200) return reply
    current = reply
    await sleep(5)
    return named(reply, current)
  }
}

/** Gives the whole answers to two that are worked on at the same time to the wrong one of both. */
function crossed(): Mutation {
  let waiting: ((reply: Reply) => void) | undefined
  let theirs: Reply | undefined
  return async (incoming, next) => {
    const reply = await next(incoming)
    if (incoming.path !== '/v1/verifications' || reply.status !== 200) return reply
    if (waiting !== undefined) {
      waiting(reply)
      waiting = undefined
      return theirs!
    }
    theirs = reply
    return new Promise((resolve) => {
      waiting = resolve
      setTimeout(() => {
        if (waiting !== resolve) return
        waiting = undefined
        resolve(reply)
      }, 50)
    })
  }
}

/** Gives each who asks for a challenge the last one that was made when several are asked for at once. */
function mixedChallenges(): Mutation {
  let last: Reply
  return async (incoming, next) => {
    if (incoming.path !== '/v1/challenges') return next(incoming)
    last = await next(incoming)
    await sleep(20)
    return last
  }
}

const servers: Readonly<Record<string, () => Mutation>> = {
  'names the holder before in half of its answers': mixing((reply, before, n) =>
    n % 2 === 0 ? named(reply, before) : reply,
  ),
  'names the holder before in one answer of a hundred': mixing((reply, before, n) =>
    n % 100 === 0 ? named(reply, before) : reply,
  ),
  'repeats the whole answer before in one of a hundred': mixing((reply, before, n) => (n % 100 === 0 ? before : reply)),
  'names one holder for two cards': mixing((reply) => ({
    ...reply,
    body: { ...(reply.body as object), holder: 'all' },
  })),
  'keeps who is asking in one variable': oneVariable,
  'crosses the answers to two at once': crossed,
  'mixes up challenges that are asked for at once': mixedChallenges,
}

describe('a server that mixes people up', () => {
  test.each(Object.keys(servers).flatMap((name) => cases.map((id) => [name, id] as const)))(
    'and %s fails %s',
    async (name, id) => {
      await using server = await startServer(prepared, { mutate: servers[name]!() })
      const { outcomes } = await evaluate({ url: server.url, pki: prepared.pki, terminals, now, only: [id] })
      const found = outcomes.find((one) => one.case.id === id)!
      expect([found.case.id, found.result]).toEqual([id, 'failed'])
      expect(['other-holder', 'other-transaction', 'repeated-nonce']).toContain(found.reason)
    },
  )
})

test('a run looks at as many acceptances as it is asked to, at least one', async () => {
  await using server = await startServer(prepared)
  const run = (transactions: number) =>
    evaluate({ url: server.url, pki: prepared.pki, terminals, now, transactions, only: ['mix-two-purposes'] })
  const { outcomes } = await run(1)
  expect(outcomes.map(({ case: { id }, came }) => [id, came])).toContainEqual(['mix-two-purposes', '1'])
  for (const wrong of [0, 1.5, 1_000_001]) await expect(run(wrong)).rejects.toThrow(RangeError)
})
