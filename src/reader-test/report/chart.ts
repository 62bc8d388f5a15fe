import { escapeMarkup, milliseconds } from '../../report/index.ts'
import type { CommandTiming } from '../timing.ts'

const labelWidth = 250
const plotWidth = 480
const valueWidth = 190
const rowHeight = 30
const top = 26

/**
 * A chart of how long commands took, as SVG: a pale bar to the longest, a full one to the 95th percentile, a mark at the
 * median. Sizes and colours come from the style of the page; the numbers stand beside each bar.
 */
export function timingChart(timings: readonly CommandTiming[], title: string): string {
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
