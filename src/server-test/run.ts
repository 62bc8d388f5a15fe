import { setMaxListeners } from 'node:events'
import { bodyCases } from './cases/body.ts'
import type { CaseDescription, EvaluationCase } from './cases/case.ts'
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
import { CaseAborted, type Reason, type Verdict } from './verdict.ts'

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
  readonly case: CaseDescription
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
  const wanted = chosen(evaluationCases, options.only)
  const probe = new Probe({ ...options, signal: manyListeners(options.signal) })
  const run = new Run(options, probe.signal)

  const believable = await run.control(control, probe)
  const others = wanted.filter((one) => one !== control && (believable || one.expected === 'accept'))
  run.skip(believable ? [] : wanted.filter((one) => one !== control && one.expected === 'refuse'))
  const waiting = others.filter(({ waits }) => waits).map((one) => run.one(one, probe))
  for (const one of others) if (!one.waits && !closing.includes(one)) await run.one(one, probe)
  await Promise.all(waiting)
  for (const one of closing) if (others.includes(one)) await run.one(one, probe)
  return run.report(evaluationCases)
}

/** The cases with these ids, all without; in the order of the reports. @throws TypeError for an unknown id. */
export function chosen<C extends CaseDescription>(
  all: readonly C[],
  only: readonly string[] | undefined,
): readonly C[] {
  const unknown = only?.find((id) => !all.some((one) => one.id === id))
  if (unknown !== undefined) throw new TypeError('only: unknown case')
  return all.filter(({ id }) => only === undefined || only.includes(id))
}

/** The outcomes of a run. */
export class Run {
  readonly #url: string
  readonly #startedAt: Date
  readonly #begun = performance.now()
  readonly #signal: AbortSignal | undefined
  readonly #outcomes = new Map<CaseDescription, CaseOutcome>()

  constructor({ url, now = new Date() }: Pick<EvaluateOptions, 'url' | 'now'>, signal: AbortSignal | undefined) {
    this.#url = url
    this.#startedAt = now
    this.#signal = signal
  }

  /** Runs a case, and keeps its outcome. */
  async one<P>(one: CaseDescription & { run(probe: P): Promise<Verdict> }, probe: P): Promise<CaseOutcome> {
    const begun = performance.now()
    const verdict = await this.#verdict(one, probe)
    const outcome = { ...verdict, case: one, durationMs: Math.round(performance.now() - begun) }
    this.#outcomes.set(one, outcome)
    return outcome
  }

  /** Runs the case without which refusals prove nothing. @returns whether it was passed. */
  async control<P>(control: CaseDescription & { run(probe: P): Promise<Verdict> }, probe: P): Promise<boolean> {
    const { result } = await this.one(control, probe)
    return result === 'passed' || result === 'warned'
  }

  /** Records cases that are not run. */
  skip(cases: readonly CaseDescription[], reason: Reason = 'proves-nothing'): void {
    for (const one of cases) {
      this.#outcomes.set(one, { case: one, result: 'not-run', reason, came: '', durationMs: 0 })
    }
  }

  /** @param all - in the order of the report. */
  report(all: readonly CaseDescription[]): EvaluationReport {
    const inOrder = all.flatMap((one) => this.#outcomes.get(one) ?? [])
    const count = (result: Verdict['result']): number => inOrder.filter((one) => one.result === result).length
    return {
      url: this.#url,
      startedAt: this.#startedAt,
      durationMs: Math.round(performance.now() - this.#begun),
      outcomes: inOrder,
      counts: {
        passed: count('passed'),
        warned: count('warned'),
        failed: count('failed'),
        'not-run': count('not-run'),
      },
    }
  }

  async #verdict<P>(one: { run(probe: P): Promise<Verdict> }, probe: P): Promise<Verdict> {
    const interrupted: Verdict = { result: 'not-run', reason: 'interrupted', came: '' }
    if (this.#signal?.aborted) return interrupted
    try {
      const verdict = await one.run(probe)
      return this.#signal?.aborted ? interrupted : verdict
    } catch (error) {
      if (error instanceof CaseAborted) return error.verdict
      const came = error instanceof Error ? error.name : 'unknown'
      return { result: 'failed', reason: 'tool-failed', came }
    }
  }
}

/** The same signal without a limit of listeners: each request at once adds one. */
export function manyListeners(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined) return undefined
  const own = AbortSignal.any([signal])
  setMaxListeners(0, own)
  return own
}
