import { describe, expect, test } from 'vitest'
import { issuanceCases } from '../../../src/server-test/index.ts'
import { prepared } from '../shared.ts'
import { notPassed, startDesk } from './server.ts'

/** Cases that need commands of an operator: `test/cli/evaluate-issuance.test.ts`. */
const controlled = issuanceCases.filter(({ family }) => family === 'restart' || family === 'instances')

describe('a right server', () => {
  test('passes every case that needs no command', async () => {
    await using server = await startDesk(prepared)
    const report = await server.evaluate({ cases: 100 })
    const others = notPassed(report)
    expect(others.filter((one) => !one.includes(' not-run not-configured '))).toEqual([])
    expect(others).toHaveLength(controlled.length)
    expect(report.outcomes).toHaveLength(issuanceCases.length)
  }, 120_000)
})
