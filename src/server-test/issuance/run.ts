import type { CaseDescription } from '../cases/case.ts'
import { chosen, type EvaluationReport, manyListeners, Run } from '../run.ts'
import { composerCases } from './cases/composer.ts'
import type { DeskCase } from './cases/desk-case.ts'
import { control, issueCases, lastIssue } from './cases/issue.ts'
import { loadCase } from './cases/load.ts'
import { registerCases } from './cases/register.ts'
import { releaseCases } from './cases/release.ts'
import { requestCases } from './cases/request.ts'
import { instanceCases, restartCases } from './cases/restart.ts'
import { DeskProbe } from './desk-probe.ts'
import type { EvaluateIssuanceOptions } from './options.ts'
import { Town } from './town.ts'

const cases: readonly DeskCase[] = [
  control,
  ...issueCases,
  ...composerCases,
  ...registerCases,
  ...releaseCases,
  ...requestCases,
  loadCase,
  ...restartCases,
  ...instanceCases,
  lastIssue,
]

/** Every case, in the order of the reports. */
export const issuanceCases: readonly CaseDescription[] = cases

/**
 * Evaluates the issuing of documents from outside: serves the town that the server under evaluation is configured with,
 * and replays published incidents with residents who do not exist. Cases run one after the other; when the first one
 * is not passed, the others prove nothing, and are reported as not run.
 *
 * @returns every case with its outcome; a server that hangs, crashes or returns malformed answers is an outcome.
 * @throws TypeError for an invalid address or an unknown case id. @throws RangeError for an option out of range. @throws
 *   the system's error when the address of the town cannot be used.
 */
export async function evaluateIssuance(options: EvaluateIssuanceOptions): Promise<EvaluationReport> {
  const wanted = chosen(cases, options.only)
  const signal = manyListeners(options.signal)
  const town = await Town.open(options.town)
  try {
    const probe = new DeskProbe({ ...options, signal }, town)
    const run = new Run(options, signal)
    const isApplicable = ({ forgetting }: DeskCase): boolean =>
      !probe.control.forgets || forgetting !== 'not-applicable'
    run.skip(
      wanted.filter((one) => !isApplicable(one)),
      'not-applicable',
    )
    const others = wanted.filter((one) => one !== control && isApplicable(one))
    if (await run.control(control, probe)) for (const one of others) await run.one(one, probe)
    else run.skip(others)
    return run.report(cases)
  } finally {
    await town.close()
  }
}
