import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StoreKind, Trial, type TrialCase } from '../../../scripts/lib/trial.mjs'
import { issuanceCases } from '../../../src/server-test/index.ts'
import { brokenInstallations } from './broken-installations.ts'

/** One throw-away PKI for all installations. */
let prepared: string
beforeAll(async () => {
  prepared = await Trial.prepare()
})
afterAll(() => rm(prepared, { recursive: true, force: true }))

const only = (ids: readonly string[]): readonly string[] => ids.flatMap((id) => ['--only', id])
const idsOf = (...families: readonly string[]): readonly string[] =>
  issuanceCases.filter(({ family }) => families.includes(family)).map(({ id }) => id)
const shown = (cases: readonly TrialCase[]): readonly string[] =>
  cases
    .filter(({ result }) => result !== 'passed')
    .map(({ id, result, reason, came }) => [id, result, reason, came].join(' '))

/** Evaluates an installation of the right server. @returns exit code, number of cases passed, what is not passed. */
async function evaluated(trial: Trial, ids: readonly string[], ...more: readonly string[]) {
  await trial.start()
  const { code, report } = await trial.evaluate('--cases', '60', ...only(ids), ...more)
  return { code, passed: report.counts['passed'], others: shown(report.cases) }
}

/** Every case has its end in the audit logs, which are whole. */
async function accounts(trial: Trial, atLeast: number): Promise<void> {
  const { opened, ...left } = await trial.accounted()
  expect(left).toEqual({ withoutEnd: [], releasedTwice: [] })
  expect(opened).toBeGreaterThan(atLeast)
  await trial.verifyLogs()
}

const ofProcesses = idsOf('restart', 'instances')
/** A whole visit, which is run in any case. */
const first = 'issue-to-the-end'

describe.concurrent('evaluate issuance against serve, with what evaluate prepare wrote', { timeout: 240_000 }, () => {
  test('every case passes with SQLite that needs no command', async () => {
    await using trial = await Trial.make('sqlite', { prepared })
    const all = issuanceCases.map(({ id }) => id).filter((id) => !ofProcesses.includes(id))
    const reports = ['--html', trial.file('report.html'), '--junit', trial.file('report.xml')]
    expect(await evaluated(trial, all, ...reports)).toEqual({ code: 0, passed: all.length, others: [] })
    expect(await trial.read('report.html')).toContain('I1, I3')
    expect(await trial.read('report.xml')).toContain('<testsuite name="simultaneous" tests="6" failures="0"')
    await accounts(trial, all.length)
  })

  // SQLite: all that have the file are killed. Redis: the redis-server is.
  test.each<StoreKind>(['sqlite', 'redis'])(
    'every case passes with %s in which processes are killed, the store is, or instances differ',
    async (kind) => {
      await using trial = await Trial.make(kind, { prepared })
      const all = [first, ...ofProcesses, ...(kind === 'redis' ? idsOf('release', 'request', 'load') : [])]
      expect(await evaluated(trial, all)).toEqual({ code: 0, passed: all.length, others: [] })
      await accounts(trial, ofProcesses.length)
    },
  )

  test('with a store in memory no document comes of what was forgotten, and what cannot hold is not passed', async () => {
    await using trial = await Trial.make('memory', { prepared })
    const restarts = idsOf('restart')
    const all = [first, ...ofProcesses]
    const { code, passed, others } = await evaluated(trial, all)
    const known = restarts.map((id) => `${id} warned forgotten 404 ERR_CASE_UNKNOWN`)
    // Where the token was not taken before the end, nothing is forgotten.
    const untaken = others.includes(known[0]!) ? 0 : 1
    expect(others).toEqual([...known.slice(untaken), 'instances-differ not-run not-applicable '])
    expect([code, passed]).toEqual([1, all.length - others.length])
    const inPart = issuanceCases.filter(({ forgetting }) => forgetting === 'in-part').map(({ id }) => id)
    expect(inPart).toEqual(restarts)
  })
})

describe.concurrent('an installation that is wrong in one respect', { timeout: 240_000 }, () => {
  test.each(Object.keys(brokenInstallations))('fails its cases: %s', async (name) => {
    const { store, arrange, fails, options = [] } = brokenInstallations[name]!
    // None of these cases waits for the end of its time.
    const issuance = { lifetimeSeconds: 60 }
    await using trial = await Trial.make(store, { prepared, alone: true, issuance, arrange })
    await trial.start()
    const { report } = await trial.evaluate('--cases', '20', ...options, ...only(Object.keys(fails)))
    const found = report.cases.map(({ id, result, reason }) => `${id} ${result} ${reason}`)
    const failed = Object.entries(fails).map(([id, reason]) => `${id} failed ${reason}`)
    // The first case passes, so that it is the other ones that fail.
    expect(found).toEqual([`${first} passed as-expected`, ...failed])
  })
})
