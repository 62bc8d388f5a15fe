import { type JunitCase, junitXml, type ReportLanguage } from '../../report/index.ts'
import type { SmokeReport, SmokeStepReport } from '../smoke/report.ts'
import { smokeGroups } from '../smoke/step-ids.ts'
import type { SoakReport } from '../soak/report.ts'
import { smokeTexts } from './smoke-texts.ts'
import { soakTexts } from './soak-texts.ts'

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

/** A report as JUnit XML: a case for each check of the verdict, and one for each error code that occurred. */
export function soakToJunit(report: SoakReport, language: ReportLanguage): string {
  const texts = soakTexts(language)
  const { checks, errors, durationMs } = report
  const verdict = checks.map((check) => ({
    name: `${check.id}: ${texts.checks[check.id]}`,
    status: check.status,
    type: check.id,
    message: texts.measured(check),
    durationMs: check.id === 'sessions' ? durationMs : 0,
  }))
  const codes = errors.map(({ code, stage, count, unexpected }) => ({
    name: `${code} (${texts.stages[stage]})`,
    status: unexpected > 0 ? ('failed' as const) : ('passed' as const),
    type: code,
    message: texts.counted(count, unexpected),
    durationMs: 0,
  }))
  const suites = [
    { name: 'soak.verdict', cases: verdict },
    { name: 'soak.errors', cases: codes },
  ]
  return junitXml('jpki-card soak', suites, durationMs)
}
