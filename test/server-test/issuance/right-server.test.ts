import { describe, expect, test } from 'vitest'
import { issuanceCases, parseControl } from '../../../src/server-test/index.ts'
import { prepared } from '../shared.ts'
import { notPassed, startDesk } from './server.ts'

/** Cases that take long, and those that need commands of an operator: `installations.test.ts`. */
const long = ['simultaneous-500-ms', 'simultaneous-1000-ms', 'slow-composer', 'late-result']
const short = issuanceCases.filter(({ id }) => !long.includes(id)).map(({ id }) => id)
const controlled = issuanceCases.filter(({ family }) => family === 'restart' || family === 'instances')

describe('a right server', () => {
  test('passes every case; those without a command that they need are not run', async () => {
    await using server = await startDesk(prepared)
    const report = await server.evaluate({ only: short, cases: 100 })
    const others = notPassed(report)
    expect(others.filter((one) => !one.includes(' not-run not-configured '))).toEqual([])
    expect(others).toHaveLength(controlled.length)
    expect(report.outcomes).toHaveLength(short.length)
  }, 120_000)

  test('may refuse what it cannot process now: the request is repeated', async () => {
    let count = 0
    const overloaded = () => {
      const headers = { 'retry-after': '0' }
      return Response.json({ code: 'ERR_OVERLOADED' }, { status: 503, headers })
    }
    await using server = await startDesk(prepared, {
      http: async (request, next) => (++count % 5 === 0 ? overloaded() : next(request)),
    })
    const only = ['release-replayed', 'high-load']
    const report = await server.evaluate({ only, cases: 40 })
    expect(notPassed(report)).toEqual([])
    expect(report.outcomes).toHaveLength(only.length + 1)
  })

  test('without a clerk passes what needs none, and is evaluated until it stops', async () => {
    await using server = await startDesk(prepared)
    const only = ['release-replayed', 'stopped-by-a-clerk', 'page-of-another-person', 'issue-at-the-end']
    const { outcomes } = await server.evaluate({ only, clerk: undefined })
    expect(outcomes.map(({ case: { id }, result, came }) => `${id} ${result} ${came}`)).toEqual([
      'issue-to-the-end passed 200',
      'page-of-another-person passed refused ERR_DOCUMENT',
      'release-replayed not-run 503 ERR_ISSUING_STOPPED',
      'stopped-by-a-clerk not-run --clerk',
      'issue-at-the-end not-run 503 ERR_ISSUING_STOPPED',
    ])
  })
})

test('commands of an operator are named, and nothing else is with them', () => {
  const commands = { kill: 'kill 7', forgets: true }
  expect(parseControl(JSON.stringify(commands))).toEqual(commands)
  for (const wrong of ['', '[]', '{}', '{"kill":""}', '{"kill":true}', '{"forgets":"yes"}', '{"restart":"now"}']) {
    expect(() => parseControl(wrong), wrong).toThrow(TypeError)
  }
})
