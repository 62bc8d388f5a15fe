import { setMaxListeners } from 'node:events'
import { bodyCases } from './cases/body.ts'
import type { EvaluationCase } from './cases/case.ts'
import { certificateCases } from './cases/certificate.ts'
import { claimCases } from './cases/claims.ts'
import { concurrencyCases } from './cases/concurrency.ts'
import { connectionCases } from './cases/connection.ts'
import { control, goodCases, lastCase } from './cases/good.ts'
import { nonceCases } from './cases/nonce.ts'
import { privacyCase } from './cases/privacy.ts'
import { signatureCases } from './cases/signature.ts'
import { visitKeyCases } from './cases/visit-key.ts'
import type { EvaluateOptions } from './options.ts'
import { Probe } from './probe.ts'
import { CaseAborted, type Verdict } from './verdict.ts'

/** Every case, in the order of the reports. */
export const evaluationCases: readonly EvaluationCase[] = [
  ...goodCases,
  ...nonceCases,
  ...claimCases,
  ...visitKeyCases,
  ...certificateCases,
  ...signatureCases,
  ...bodyCases,
  ...connectionCases,
  ...concurrencyCases,
  privacyCase,
  lastCase,
]

/** A case and its result. */
export interface CaseOutcome extends Verdict {
  readonly case: EvaluationCase
  readonly durationMs: number
}

/** Result of an evaluation. */
export interface EvaluationReport {
  /** Address and origin evaluated. */
  readonly url: string
  readonly startedAt: Date
  readonly durationMs: number
  readonly outcomes: readonly CaseOutcome[]
  /** Number of cases by result. */
  readonly counts: Readonly<Record<Verdict['result'], number>>
}

/** Cases that examine the results of the others. */
const closing: readonly EvaluationCase[] = [privacyCase, lastCase]

/**
 * Runs cases against a server: those that wait in parallel, the rest in order. A good token is sent first;
 * when it is refused, refusals of other tokens are inconclusive, and reported as not run.
 *
 * @returns every case with its outcome; a server that hangs, crashes or returns malformed answers is an outcome.
 * @throws TypeError for an invalid address or an unknown case id.
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluationReport> {
  const wanted = chosen(options.only)
  const probe = new Probe({ ...options, signal: manyListeners(options.signal) })
  const startedAt = options.now ?? new Date()
  const begun = performance.now()
  const outcomes = new Map<EvaluationCase, CaseOutcome>()
  const run = async (one: EvaluationCase): Promise<void> => {
    if (!outcomes.has(one)) outcomes.set(one, await outcomeOf(one, probe))
  }

  await run(control)
  const believable = ['passed', 'warned'].includes(outcomes.get(control)!.result)
  for (const one of wanted) {
    if (one === control || believable || one.expected === 'accept') continue
    outcomes.set(one, { case: one, result: 'not-run', reason: 'proves-nothing', came: '', durationMs: 0 })
  }
  const others = wanted.filter((one) => one !== control)
  const waiting = others.filter(({ waits }) => waits).map(run)
  for (const one of others) if (!one.waits && !closing.includes(one)) await run(one)
  await Promise.all(waiting)
  for (const one of closing) if (others.includes(one)) await run(one)

  const inOrder = evaluationCases.flatMap((one) => outcomes.get(one) ?? [])
  const count = (result: Verdict['result']): number => inOrder.filter((one) => one.result === result).length
  return {
    url: options.url,
    startedAt,
    durationMs: Math.round(performance.now() - begun),
    outcomes: inOrder,
    counts: { passed: count('passed'), warned: count('warned'), failed: count('failed'), 'not-run': count('not-run') },
  }
}

function chosen(only: readonly string[] | undefined): readonly EvaluationCase[] {
  const unknown = only?.find((id) => !evaluationCases.some((one) => one.id === id))
  if (unknown !== undefined) throw new TypeError('only: unknown case')
  return evaluationCases.filter(({ id }) => only === undefined || only.includes(id))
}

async function outcomeOf(one: EvaluationCase, probe: Probe): Promise<CaseOutcome> {
  const begun = performance.now()
  const verdict = await runCase(one, probe)
  return { ...verdict, case: one, durationMs: Math.round(performance.now() - begun) }
}

async function runCase(one: EvaluationCase, probe: Probe): Promise<Verdict> {
  const interrupted: Verdict = { result: 'not-run', reason: 'interrupted', came: '' }
  if (probe.signal?.aborted) return interrupted
  try {
    const verdict = await one.run(probe)
    return probe.signal?.aborted ? interrupted : verdict
  } catch (error) {
    if (error instanceof CaseAborted) return error.verdict
    const came = error instanceof Error ? error.name : 'unknown'
    return { result: 'failed', reason: 'tool-failed', came }
  }
}

/** The same signal without a limit of listeners: each request at once adds one. */
function manyListeners(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined) return undefined
  const own = AbortSignal.any([signal])
  setMaxListeners(0, own)
  return own
}
