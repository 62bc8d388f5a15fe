import type { ReportLanguage } from '../../report/index.ts'
import { junitXml } from '../../report/index.ts'
import type { SoakReport } from '../soak/report.ts'
import { soakTexts } from './soak-texts.ts'

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
