import { describe, expect, test } from 'vitest'
import { RevocationList } from '../../../src/pki/revocation/index.ts'
import { crlSource } from '../../../src/pki/trust/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { createHttpHandler } from '../../../src/server/http/handler.ts'
import { listen } from '../../../src/server/http/listen.ts'
import { memoryStore, type NonceStore, TokenService } from '../../../src/server/index.ts'
import { redisStore } from '../../../src/server/stores/redis-store.ts'
import { createEvaluationPki, evaluate, evaluationCases } from '../../../src/server-test/index.ts'
import { startRedis } from '../../support/redis.ts'

const prepared = await createEvaluationPki()
const origin = 'https://issue.example'
const terminals = [
  { name: 'evaluation-1', headers: { authorization: 'Bearer one' } },
  { name: 'evaluation-2', headers: { authorization: 'Bearer two' } },
] as const

/** What is not passed, of every case there is. */
async function notPassed(store: NonceStore): Promise<readonly string[]> {
  const { pki, lists } = prepared
  const anchors = (['first', 'second', 'stale', 'signature'] as const).map((name) =>
    Certificate.fromDer(pki.issued[name].certificate),
  )
  const source = crlSource({ lists: Object.values(lists).map((list) => RevocationList.fromDer(list)), anchors })
  const service = new TokenService({
    origin,
    store,
    anchors,
    hierarchies: ['virtual'],
    revocation: { mode: 'required', sources: [source] },
    challengeLifetimeMs: 5_000,
    pseudonymKey: new Uint8Array(32).fill(7),
  })
  const handler = await createHttpHandler({
    service,
    terminalOf: ({ headers }) =>
      terminals.find((one) => one.headers.authorization === headers.get('authorization'))?.name,
  })
  await using server = await listen(handler, { port: 0 })
  const { outcomes } = await evaluate({ url: server.url, origin, pki, terminals })
  expect(outcomes).toHaveLength(evaluationCases.length)
  return outcomes
    .filter(({ result }) => result !== 'passed')
    .map(({ case: { id }, result, reason, came }) => `${id} ${result} ${reason} ${came}`)
}

describe.concurrent('the evaluation of this server', { timeout: 120_000 }, () => {
  test('passes every case with a store in its process', async () => {
    expect(await notPassed(memoryStore())).toEqual([])
  })

  test('passes every case with a store in Redis', async () => {
    const redis = await startRedis()
    try {
      const store = await redisStore({ url: redis.url })
      expect(await notPassed(store)).toEqual([])
      await store.close?.()
    } finally {
      await redis.remove()
    }
  })
})
