import type { OutputStream } from './io.ts'
import type { Messages } from './messages/catalogue.ts'
import { displayWidth } from './output.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Whether text on a stream may be coloured: on a terminal, unless `NO_COLOR` is set (no-color.org) or the terminal is
 * dumb.
 */
export function isColoured({ isTTY }: OutputStream, env: Environment): boolean {
  return isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

const red = (text: string): string => `\x1b[31m${text}\x1b[39m`
const redLabel = (text: string): string => `\x1b[1;31m${text}\x1b[0m`

/** The labels of failures in red, for a terminal. */
export function colouredLabels(messages: Messages): Messages {
  return { ...messages, error: redLabel(messages.error), notCleared: redLabel(messages.notCleared) }
}

/** The cells of a table that are one of `alarms`, in red. */
export function markAlarms(text: string, alarms: readonly string[]): string {
  return alarms.reduce((marked, alarm) => {
    const cell = alarm.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return marked.replaceAll(new RegExp(`(?<=^|^ {1,8}| {2})${cell}(?=$| {2})`, 'gm'), red(alarm))
  }, text)
}

/** Available columns: those of the terminal, else `COLUMNS`, else 80; at least 40 and at most 120. */
export function columnsOf({ columns }: OutputStream, env: Environment): number {
  const wanted = columns ?? (/^\d{2,4}$/.test(env['COLUMNS'] ?? '') ? Number(env['COLUMNS']) : 80)
  return Math.min(120, Math.max(40, wanted))
}

/**
 * Unbreakable units: a word, or one Japanese character together with characters that must not end a line before it or
 * begin one after it (行頭禁則、行末禁則).
 */
const units =
  /[「『（【〔〈《]*(?:[!-~\u00a0-\u00ff]+|[^\s])[、。，．・：；？！」』）】〕〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…]*|\s+/gu

/**
 * Wraps a text into lines of at most `width` columns, between words and between Japanese characters; a longer word gets
 * a line of its own.
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const [unit] of text.matchAll(units)) {
    if (line === '' || displayWidth(line + unit.trimEnd()) <= width) line += line === '' ? unit.trimStart() : unit
    else {
      lines.push(line.trimEnd())
      line = unit.trimStart()
    }
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()]
}

/**
 * Two columns within `width`: names and descriptions; descriptions are wrapped, and start on the next line after a long
 * name. Ends with a line feed.
 */
export function columns(rows: readonly (readonly [string, string])[], width: number): string {
  const most = Math.min(28, Math.floor(width / 2) - 4)
  const left = Math.max(0, ...rows.map(([name]) => displayWidth(name)).filter((one) => one <= most))
  const indent = ' '.repeat(left + 4)
  return rows
    .map(([name, text]) => {
      const [first = '', ...rest] = wrap(text, Math.max(20, width - indent.length))
      const gap = displayWidth(name) <= left ? ' '.repeat(left - displayWidth(name) + 2) : `\n${indent}`
      return [`  ${name}${gap}${first}`.trimEnd(), ...rest.map((line) => indent + line)].join('\n')
    })
    .map((entry) => `${entry}\n`)
    .join('')
}
