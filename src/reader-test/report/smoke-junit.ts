import type { ReportLanguage } from '../../report/index.ts'
import { type JunitCase, junitXml } from '../../report/index.ts'
import type { SmokeReport, SmokeStepReport } from '../smoke/report.ts'
import { smokeGroups } from '../smoke/step-ids.ts'
import { smokeTexts } from './smoke-texts.ts'

/** A report as JUnit XML: a suite for each group, a case for each step, its time the sum over all rounds. */
export function smokeToJunit(report: SmokeReport, language: ReportLanguage): string {
  const suites = smokeGroups.map((group) => ({
    name: `smoke.${group}`,
    cases: report.steps.filter((step) => step.group === group).map((step) => caseOf(step, language)),
  }))
  return junitXml('jpki-card smoke', suites, report.durationMs)
}

function caseOf({ id, status, reason, runs }: SmokeStepReport, language: ReportLanguage): JunitCase {
  const texts = smokeTexts(language)
  return {
    name: `${id}: ${texts.steps[id]}`,
    status,
    type: reason,
    message: reason && `${reason}: ${texts.reasonOf(reason)}`,
    durationMs: runs.reduce((sum, { durationMs }) => sum + durationMs, 0),
  }
}
