import { escapeMarkup, htmlPage } from '../../report/index.ts'
import type { Language } from '../cases/case.ts'
import type { CaseOutcome, EvaluationReport } from '../run.ts'
import type { Verdict } from '../verdict.ts'
import { type ReportTexts, reportTexts } from './texts.ts'

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
