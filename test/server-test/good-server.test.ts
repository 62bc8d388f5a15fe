import { describe, expect, test } from 'vitest'
import { evaluate, evaluationCases, type Family } from '../../src/server-test/index.ts'
import { startServer, terminals } from './server.ts'
import { prepared } from './shared.ts'

const families: readonly Family[] = ['good', 'nonce', 'claims', 'signature']

describe('a right server', () => {
  test('passes every case', async () => {
    await using server = await startServer(prepared)
    const report = await evaluate({ url: server.url, pki: prepared.pki, terminals })
    const notPassed = report.outcomes.filter(({ result }) => result !== 'passed')
    expect(notPassed.map(({ case: { id }, result, reason, came }) => `${id} ${result} ${reason} ${came}`)).toEqual([])
    expect(report.outcomes).toHaveLength(evaluationCases.length)
    expect(report.counts).toEqual({ passed: evaluationCases.length, warned: 0, failed: 0, 'not-run': 0 })
  }, 120_000)

  test.each([
    [['jpki-card-token:1']],
    [['jpki-card-token:1', 'jpki-card-token:2']],
    [['jpki-card-token:2', 'jpki-card-token:1']],
  ] as const)('of %j passes, with a remark on format 1', async (formats) => {
    await using server = await startServer(prepared, { formats })
    const only = evaluationCases.filter(({ family, waits }) => !waits && families.includes(family)).map(({ id }) => id)
    const { outcomes } = await evaluate({ url: server.url, pki: prepared.pki, terminals, only })
    const remarks = outcomes.filter(({ result }) => result !== 'passed')
    expect(remarks.map(({ case: { id }, result, reason }) => [id, result, reason])).toEqual([
      ['format-1-not-served', 'warned', 'older-format'],
    ])
    expect(outcomes).toHaveLength(only.length)
  })

  test('of format 1 that predates the field `format` passes too', async () => {
    await using server = await startServer(prepared, {
      formats: ['jpki-card-token:1'],
      mutate: async (incoming, next) =>
        incoming.body.includes('"format":"jpki-card-token:2"') && incoming.path === '/v1/challenges'
          ? { status: 400, body: { code: 'ERR_REQUEST' } }
          : next(incoming),
    })
    const only = evaluationCases.filter(({ id }) => id.startsWith('visit-key-')).map(({ id }) => id)
    const { counts } = await evaluate({ url: server.url, pki: prepared.pki, terminals, only })
    expect(counts).toEqual({ passed: only.length + 1, warned: 0, failed: 0, 'not-run': 0 })
  })
})
