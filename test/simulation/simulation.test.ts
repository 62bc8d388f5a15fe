import { describe, expect, test } from 'vitest'
import { caseEnds, caseStates } from '../../src/issuance/case.ts'
import type { Invariant } from './oracle.ts'
import { faultNames } from './plan.ts'
import { runSchedule, type ScheduleResult } from './run.ts'
import { withoutRealTime } from './scheduler.ts'
import { argumentsOf, shrink } from './shrink.ts'
import { type Variant, variantNames } from './variants.ts'
import type { Counts } from './world.ts'

/** Schedules of the sample; `npm run simulate` runs a million. */
const sample = 2_500

/** Seeds within which a broken variant must be found. */
const most = 10_000

/** The first schedule in which a variant violates an invariant, or any. */
async function foundAt(variant: Variant, invariant?: Invariant): Promise<ScheduleResult | undefined> {
  for (let seed = 1; seed <= most; seed++) {
    const result = await runSchedule(seed, { variant })
    const { violation } = result
    if (violation !== undefined && (invariant ?? violation.invariant) === violation.invariant) return result
  }
  return undefined
}

describe('the simulation of issuance', () => {
  test('finds no violation, and exercises every fault, state and refusal', { timeout: 120_000 }, async () => {
    const counts: Counts = new Map()
    for (let seed = 1; seed <= sample; seed++) {
      const { violation } = await runSchedule(seed, { counts })
      expect(violation, `npm run simulate -- --seed ${seed} --trace`).toBeUndefined()
    }
    const expected = [
      ...faultNames.map((fault) => `fault:${fault}`),
      ...[...caseStates, ...caseEnds].map((state) => `state:${state}`),
      ...['AUDIT', 'CASE_EXPIRED', 'CASE_STATE', 'CASE_UNKNOWN', 'ISSUING_STOPPED', 'STORE_UNAVAILABLE'].map(
        (code) => `refusal:ERR_${code}`,
      ),
      ...['composer-mixed', 'composer-earlier', 'composer-page-count', 'terminal-mismatch', 'terminal-received'].map(
        (mismatch) => `mismatch:${mismatch}`,
      ),
      ...['case', 'page-count', 'subject', 'register-contradiction', 'late-answer', 'terminal-mismatch', 'clerk'].map(
        (reason) => `stop:${reason}`,
      ),
      'stop:resumed',
      ...['stale', 'gap', 'went-back', 'unavailable', 'malformed', 'composer-failed', 'protected'].map(
        (reason) => `reason:${reason}`,
      ),
      ...['collected', 'released', 'printed', 'holder left', 'switched off'].map((end) => `visit:${end}`),
      ...['CASE_EXPIRED', 'ISSUING_STOPPED', 'NOT_ISSUABLE', 'REGISTER', 'DOCUMENT', 'SEAL', 'PRINTER', 'SERVER'].map(
        (code) => `visit:ERR_${code}`,
      ),
    ]
    expect(expected.filter((name) => !counts.has(name))).toEqual([])
  })

  // The invariant that tells what the arrangement breaks; others may be violated at earlier seeds.
  const telling: Record<Variant, Invariant> = {
    'no-fence': 'fence',
    'no-seal': 'wrong-person',
    'names-by-second': 'refused-as-known',
    'lock-freed': 'wrong-person',
    'per-process-state': 'released-while-stopped',
  }

  test.each(variantNames)('finds the broken variant %s', { timeout: 120_000 }, async (variant) => {
    const found = await foundAt(variant, telling[variant])
    expect(found?.violation?.invariant).toBe(telling[variant])
  })

  test('replays a seed event by event, also with the AbortController of Node.js', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const first = await runSchedule(seed, { isTraced: true })
      expect(first.trace.length).toBeGreaterThan(5)
      expect((await runSchedule(seed, { isTraced: true })).trace).toEqual(first.trace)
      expect((await runSchedule(seed, { isTraced: true, abortKind: 'real' })).trace).toEqual(first.trace)
    }
  })

  test('shrinks a failing schedule to one that fails the same way', { timeout: 60_000 }, async () => {
    const { plan, violation } = (await foundAt('lock-freed', 'wrong-person'))!
    const options = { variant: 'lock-freed' } as const
    const reduction = await shrink(plan.seed, violation!.invariant, options)
    const smallest = await runSchedule(plan.seed, { ...options, reduction })
    expect(smallest.violation?.invariant).toBe(violation!.invariant)
    const sizeOf = ({ instances, terminals, visitsPerTerminal, rates }: typeof plan): number => {
      return instances + terminals + visitsPerTerminal + faultNames.filter((fault) => rates[fault] > 0).length
    }
    expect(sizeOf(smallest.plan)).toBeLessThan(sizeOf(plan))
    expect(argumentsOf(reduction)).toMatch(/^( --[a-z]+ [\w,-]+)+$/)
  })

  test('reports timers, clocks and randomness of the system, and rejections without a handler', async () => {
    const used: string[] = []
    await withoutRealTime(
      'light',
      (one) => used.push(one),
      async () => {
        setTimeout(() => {}, 1)
        setInterval(() => {}, 1)
        Date.now()
        Math.random()
        performance.now()
        setImmediate(() => {})
      },
    )
    expect(used).toEqual(['setTimeout', 'setInterval', 'Date.now', 'Math.random', 'performance.now', 'setImmediate'])
  })
})
