import { escapeMarkup, htmlPage } from '../report/index.ts'
import type { Language } from './cases/case.ts'
import { type ReportTexts, reportTexts } from './report-texts.ts'
import type { CaseOutcome, EvaluationReport } from './run.ts'
import type { Verdict } from './verdict.ts'

/** A report as plain data, for `JSON.stringify`. Times: ISO 8601 UTC and milliseconds. */
export function reportToJson({ url, startedAt, durationMs, counts, outcomes }: EvaluationReport): {
  readonly [name: string]: unknown
} {
  return {
    format: 'jpki-card-evaluation-report:1',
    url,
    startedAt: startedAt.toISOString(),
    durationMs,
    counts,
    cases: outcomes.map(({ case: one, result, reason, came, excerpt, durationMs: took }) => ({
      id: one.id,
      family: one.family,
      title: one.title,
      why: one.why,
      expected: one.expected,
      codes: one.codes,
      ...(one.incidents !== undefined && { incidents: one.incidents }),
      result,
      reason,
      came,
      ...(excerpt !== undefined && { excerpt }),
      durationMs: took,
    })),
  }
}

const results: readonly Verdict['result'][] = ['failed', 'not-run', 'warned', 'passed']

/** A report as one self-contained HTML page, also well-formed XML, without scripts and external resources. */
export function reportToHtml(report: EvaluationReport, language: Language): string {
  const texts = reportTexts(language)
  const families = [...new Set(report.outcomes.map((one) => one.case.family))]
  const sections = families.map((family) => {
    const own = report.outcomes.filter((one) => one.case.family === family)
    const cases = own.map((one) => caseOf(one, texts, language)).join('')
    return `<section><h2>${texts.families[family]}</h2>\n${cases}</section>\n`
  })
  return htmlPage(language, texts.title, `${summaryOf(report, texts)}\n${sections.join('')}`)
}

function summaryOf({ url, startedAt, durationMs, counts }: EvaluationReport, texts: ReportTexts): string {
  const numbers = results.map((result) => row(resultOf(result, texts), String(counts[result])))
  const facts = [
    row(texts.server, escapeMarkup(url)),
    row(texts.startedAt, startedAt.toISOString()),
    row(texts.duration, `${(durationMs / 1000).toFixed(1)} s`),
  ]
  return `<section><h2>${texts.summary}</h2>\n<dl>${facts.join('')}${numbers.join('')}</dl></section>`
}

/** Failed cases and those not run are initially expanded. */
function caseOf(outcome: CaseOutcome, texts: ReportTexts, language: Language): string {
  const { case: one, result, reason, came, excerpt, durationMs } = outcome
  const title = escapeMarkup(one.title[language])
  const codes = one.codes.length === 0 ? '' : ` (${one.codes.join(', ')})`
  const rows = [
    row(texts.sent, title),
    row(texts.expected, `${texts.expectations[one.expected]}${codes}`),
    row(texts.came, escapeMarkup(came) || '–'),
    row(texts.finding, texts.reasons[reason]),
    row(texts.why, escapeMarkup(one.why[language])),
    one.incidents === undefined ? '' : row(texts.incidents, one.incidents.join(', ')),
    row(texts.duration, `${(durationMs / 1000).toFixed(2)} s`),
    excerpt === undefined ? '' : row(texts.excerpt, `<pre>${escapeMarkup(excerpt)}</pre>`),
  ]
  const open = result === 'failed' || result === 'not-run' ? ' open="open"' : ''
  const head = `${resultOf(result, texts)} ${title} <code>${one.id}</code>`
  return `<details id="${one.id}"${open}><summary>${head}</summary>\n<dl>${rows.join('')}</dl></details>\n`
}

function resultOf(result: Verdict['result'], texts: ReportTexts): string {
  return `<span class="result ${result}">${texts.results[result]}</span>`
}

function row(name: string, value: string): string {
  return `<dt>${name}</dt><dd>${value}</dd>`
}

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
