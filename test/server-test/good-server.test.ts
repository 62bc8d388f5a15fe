import { describe, expect, test } from 'vitest'
import { evaluate, evaluationCases } from '../../src/server-test/index.ts'
import { startServer, terminals } from './server.ts'
import { prepared } from './shared.ts'

describe('a right server', () => {
  test('passes every case', async () => {
    await using server = await startServer(prepared)
    const report = await evaluate({ url: server.url, pki: prepared.pki, terminals })
    const notPassed = report.outcomes.filter(({ result }) => result !== 'passed')
    expect(notPassed.map(({ case: { id }, result, reason, came }) => `${id} ${result} ${reason} ${came}`)).toEqual([])
    expect(report.outcomes).toHaveLength(evaluationCases.length)
    expect(report.counts).toEqual({ passed: evaluationCases.length, warned: 0, failed: 0, 'not-run': 0 })
  })
})
