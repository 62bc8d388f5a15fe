import { escapeMarkup, htmlPage, localMoment, milliseconds, type ReportLanguage } from '../../report/index.ts'
import type { SmokeReport, SmokeStatus, SmokeStepReport } from '../smoke/report.ts'
import { smokeGroups } from '../smoke/step-ids.ts'
import { type CommandTiming, timingOf } from '../timing.ts'
import { machineRows, type SmokeTexts, smokeTexts } from './smoke-texts.ts'

const labelWidth = 250
const plotWidth = 480
const valueWidth = 190
const rowHeight = 30
const top = 26

/**
 * A chart of how long commands took, as SVG: a pale bar to the longest, a full one to the 95th percentile, a mark at the
 * median. Sizes and colours come from the style of the page; the numbers stand beside each bar.
 */
function timingChart(timings: readonly CommandTiming[], title: string): string {
  const longest = Math.max(...timings.map(({ maxMs }) => maxMs), 0.001)
  const step = niceStep(longest)
  const end = Math.ceil(longest / step) * step
  const x = (value: number): string => (labelWidth + (value / end) * plotWidth).toFixed(1)
  const height = top + timings.length * rowHeight + 8
  const ticks: string[] = []
  for (let i = 0; i * step <= end * 1.0001; i++)
    ticks.push(tick(x(i * step), `${Number((i * step).toPrecision(3))} ms`, height))
  const rows = timings.map((one, i) => row(one, x, top + i * rowHeight))
  const width = labelWidth + plotWidth + valueWidth
  return `<svg class="chart" role="img" viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">
<title>${escapeMarkup(title)}</title>
${ticks.join('\n')}
${rows.join('\n')}
</svg>`
}

function row({ command, medianMs, p95Ms, maxMs }: CommandTiming, x: (value: number) => string, y: number): string {
  const middle = y + rowHeight / 2
  const bar = (name: string, value: number, thickness: number): string => {
    const width = Math.max(1, Number(x(value)) - labelWidth).toFixed(1)
    return `<rect class="${name}" x="${labelWidth}" y="${middle - thickness / 2}" width="${width}" height="${thickness}" />`
  }
  const values = [medianMs, p95Ms, maxMs].map((value) => milliseconds(value).replace(' ms', '')).join(' / ')
  return [
    `<g class="command"><text x="${labelWidth - 10}" y="${middle + 5}" text-anchor="end">${escapeMarkup(command)}</text>`,
    bar('max', maxMs, 16),
    bar('p95', p95Ms, 16),
    `<rect class="median" x="${(Number(x(medianMs)) - 1.5).toFixed(1)}" y="${middle - 11}" width="3" height="22" />`,
    `<text class="values" x="${labelWidth + plotWidth + 10}" y="${middle + 5}">${values} ms</text></g>`,
  ].join('')
}

function tick(x: string, label: string, height: number): string {
  return `<line class="tick" x1="${x}" y1="${top - 4}" x2="${x}" y2="${height - 4}" /><text class="tick" x="${x}" y="14" text-anchor="middle">${label}</text>`
}

/** 1, 2 or 5 times a power of ten, so that there are three to six of them. */
function niceStep(longest: number): number {
  const rough = longest / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough)!
}

/** A report as one self-contained HTML page, also well-formed XML, without scripts and external resources. */
export function smokeToHtml(report: SmokeReport, language: ReportLanguage): string {
  const texts = smokeTexts(language)
  const parts = [summaryOf(report, texts), timingsOf(report, texts), stepsOf(report, texts), `<p>${texts.masked}</p>`]
  return htmlPage(language, texts.title, parts.map((part) => `${part}\n`).join(''))
}

function summaryOf(report: SmokeReport, texts: SmokeTexts): string {
  const { counts, reader, atr, kind, startedAt, durationMs, rounds, exchanges } = report
  const verdict: SmokeStatus = counts.failed > 0 ? 'failed' : counts.passed > 0 ? 'passed' : 'skipped'
  const rows = [
    [texts.reader, reader ?? '–'],
    [texts.card, kind === undefined ? '–' : texts.kinds[kind]],
    [texts.atr, atr ?? '–'],
    [texts.startedAt, localMoment(startedAt)],
    [texts.duration, `${(durationMs / 1000).toFixed(1)} s`],
    [texts.rounds, String(rounds)],
    [texts.exchanges, String(exchanges)],
    [texts.resets, String(report.resets)],
    ...machineRows(report, texts),
  ] as const
  const list = rows.map(([name, value]) => `<dt>${name}</dt><dd>${escapeMarkup(value)}</dd>`).join('')
  const warnings = [
    ...(report.cleared ? [] : [texts.notCleared]),
    ...(report.interrupted ? [texts.reasonOf('interrupted')] : []),
  ].map((text) => `<p class="failed">${text}</p>\n`)
  const sums = texts.sums(counts.passed, counts.failed, counts.skipped)
  return `<p id="verdict" class="verdict ${verdict}">${texts.verdicts[verdict]} – ${sums}</p>\n${warnings.join('')}<dl>${list}</dl>`
}

function timingsOf({ timings }: SmokeReport, texts: SmokeTexts): string {
  if (timings.length === 0) return ''
  const head = [texts.command, texts.times, texts.median, texts.p95, texts.max]
  return `<section><h2>${texts.timings}</h2>
<p>${texts.chartLegend}</p>
<div class="scroll">${timingChart(timings, texts.timings)}</div>
<div class="scroll"><table id="timings"><thead><tr>${head.map((text, i) => heading(text, i > 0)).join('')}</tr></thead>
<tbody>${timings.map(timingRow).join('\n')}</tbody></table></div></section>`
}

function timingRow({ command, count, medianMs, p95Ms, maxMs }: CommandTiming): string {
  const numbers = [String(count), ...[medianMs, p95Ms, maxMs].map(milliseconds)]
  return `<tr><th scope="row">${escapeMarkup(command)}</th>${numbers.map(numberCell).join('')}</tr>`
}

function stepsOf({ steps }: SmokeReport, texts: SmokeTexts): string {
  const head = [texts.step, texts.result, texts.finding, texts.time, texts.exchangesOfStep]
  const groups = smokeGroups.map((group) => {
    const own = steps.filter((step) => step.group === group)
    const title = `<tr class="group"><th colspan="5" scope="rowgroup">${texts.groups[group]}</th></tr>`
    return own.length === 0 ? '' : `<tbody>${title}\n${own.map((step) => stepRow(step, texts)).join('\n')}</tbody>`
  })
  return `<section><h2>${texts.stepsHeading}</h2>
<div class="scroll"><table id="steps"><thead><tr>${head.map((text, i) => heading(text, i > 2)).join('')}</tr></thead>
${groups.join('\n')}</table></div></section>`
}

function stepRow(step: SmokeStepReport, texts: SmokeTexts): string {
  const { id, status, runs } = step
  const { medianMs } = timingOf(runs.map(({ durationMs }) => durationMs))
  const most = Math.max(...runs.map(({ exchanges }) => exchanges))
  const result = `<td><span class="result ${status}">${texts.results[status]}</span></td>`
  const name = `<th scope="row">${texts.steps[id]} <code>${id}</code></th>`
  const done = status !== 'skipped'
  const numbers = [done ? milliseconds(medianMs) : '–', done ? String(most) : '–']
  return `<tr id="${id}" data-status="${status}">${name}${result}<td>${escapeMarkup(texts.findingOf(step))}</td>${numbers.map(numberCell).join('')}</tr>`
}

/** Heading of a column; right-aligned for numbers. */
const heading = (text: string, isNumber = false): string =>
  `<th scope="col"${isNumber ? ' class="number"' : ''}>${text}</th>`
const numberCell = (text: string): string => `<td class="number">${text}</td>`
