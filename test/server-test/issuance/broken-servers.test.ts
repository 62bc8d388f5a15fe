import { describe, expect, test } from 'vitest'
import { issuanceCases } from '../../../src/server-test/index.ts'
import { prepared } from '../shared.ts'
import { broken } from './broken.ts'
import { brokenInstallations } from './broken-installations.ts'
import { startDesk } from './server.ts'

describe('a server that is wrong in one respect', () => {
  test('there is one for each case', () => {
    const ofProcesses = Object.values(brokenInstallations).flatMap(({ fails }) => Object.keys(fails))
    expect([...Object.keys(broken), ...ofProcesses].sort()).toEqual(issuanceCases.map(({ id }) => id).sort())
  })

  // They mostly wait, and share no state.
  test.concurrent.each(Object.keys(broken))(
    'fails %s',
    async (id) => {
      await using server = await startDesk(prepared, broken[id]!())
      const { outcomes } = await server.evaluate({ cases: 40, only: [id] })
      const found = outcomes.find((one) => one.case.id === id)!
      expect([found.case.id, found.result, found.reason, found.came]).toEqual([id, 'failed', found.reason, found.came])
      // The first case passes, so that it is the other one that fails.
      expect(outcomes.filter(({ result }) => result === 'passed')).toHaveLength(id === 'issue-to-the-end' ? 0 : 1)
    },
    60_000,
  )
})

test('a server that issues nothing proves nothing by refusing', async () => {
  await using server = await startDesk(prepared, broken['issue-to-the-end']!())
  const { counts } = await server.evaluate()
  expect(counts).toEqual({ passed: 0, warned: 0, failed: 1, 'not-run': issuanceCases.length - 1 })
})
