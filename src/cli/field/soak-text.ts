import { type ReportLanguage, type SoakReport, type SoakTenth, soakTexts } from '../../reader-test/index.ts'
import { table } from '../output.ts'

/** The report of a soak test for people. */
export function soakText(report: SoakReport, language: ReportLanguage): string {
  const texts = soakTexts(language)
  const { tenths, errors, checks, outages, waitedMs } = report
  const { headings, columns, stages } = texts
  const parts = [`${headings.tenths}\n${table([columns, ...tenths.map(tenthRow)])}`]
  if (errors.length > 0) {
    const rows = errors.map(({ code, stage, count, unexpected }) => [
      code,
      stages[stage],
      texts.counted(count, unexpected),
    ])
    parts.push(`${headings.errors}\n${table(rows)}`)
  }
  const rows = checks.map((check) => [texts.results[check.status], texts.checks[check.id], texts.measured(check)])
  parts.push(`${headings.verdict}\n${table(rows)}`)
  const last = [
    texts.sums(report),
    texts.outages(outages, waitedMs / 1000),
    `${texts.verdicts[report.verdict]} – ${texts.ends[report.ended]}`,
  ]
  return `${parts.join('\n')}\n${last.join('\n')}\n`
}

function tenthRow({ sessions, failed, sessionMs, exchangeMs, sample }: SoakTenth, i: number): string[] {
  const { heapBytes, resources, descriptors } = sample
  return [
    String(i + 1),
    String(sessions),
    String(failed),
    sessionMs?.toFixed(2) ?? '–',
    exchangeMs?.toFixed(3) ?? '–',
    (heapBytes / 1e6).toFixed(2),
    String(Object.values(resources).reduce((sum, count) => sum + count, 0)),
    descriptors === undefined ? '–' : String(descriptors),
  ]
}
