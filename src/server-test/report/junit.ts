import { escapeMarkup } from '../../report/index.ts'
import type { Language } from '../cases/case.ts'
import type { CaseOutcome, EvaluationReport } from '../run.ts'
import { reportTexts } from './texts.ts'

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3)

/** A report as JUnit XML, one suite for each family. Cases not run are `skipped`. */
export function reportToJunit(report: EvaluationReport, language: Language): string {
  const { outcomes, durationMs, counts } = report
  const families = [...new Set(outcomes.map((one) => one.case.family))]
  const suites = families.map((family) => {
    const own = outcomes.filter((one) => one.case.family === family)
    const count = (result: string): number => own.filter((one) => one.result === result).length
    const time = seconds(own.reduce((sum, one) => sum + one.durationMs, 0))
    const head = `tests="${own.length}" failures="${count('failed')}" errors="0" skipped="${count('not-run')}" time="${time}"`
    return `  <testsuite name="${family}" ${head}>\n${own.map((one) => testCase(one, language)).join('')}  </testsuite>\n`
  })
  const head = `tests="${outcomes.length}" failures="${counts.failed}" errors="0" time="${seconds(durationMs)}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="jpki-card evaluate" ${head}>\n${suites.join('')}</testsuites>\n`
}

function testCase({ case: one, result, reason, came, excerpt, durationMs }: CaseOutcome, language: Language): string {
  const name = `${one.id}: ${one.title[language]}`
  const open = `    <testcase classname="${one.family}" name="${escapeMarkup(name)}" time="${seconds(durationMs)}"`
  const message = escapeMarkup(`${reportTexts(language).reasons[reason]} (${came})`)
  if (result === 'passed') return `${open} />\n`
  if (result === 'not-run') return `${open}><skipped message="${message}" /></testcase>\n`
  if (result === 'warned') return `${open}><system-out>${message}</system-out></testcase>\n`
  const body = escapeMarkup(`${one.why[language]}\n${excerpt ?? ''}`)
  return `${open}><failure type="${reason}" message="${message}">${body}</failure></testcase>\n`
}
