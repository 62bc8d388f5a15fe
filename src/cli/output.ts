import { JpkiCardError, PinError } from '../errors.ts'
import { CliError, ReaderNameError } from './cli-error.ts'
import type { Result } from './context.ts'
import type { Io } from './io.ts'
import type { CatalogueCode, Messages } from './messages/catalogue.ts'

/** Characters of a technical reason shown to people. */
const mostDetail = 400

/** Columns a text takes on a terminal: East Asian wide characters take two. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) {
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
      character,
    )
      ? 2
      : 1
  }
  return width
}

/** Text of a card or file without what moves the cursor, breaks the line or turns the direction of writing. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')
}

/** Rows as aligned text, two spaces between columns, each line after `indent`. Ends with a line feed. */
export function table(cells: readonly (readonly string[])[], indent = '  '): string {
  const rows = cells.map((row) => row.map(printable))
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell))
    })
  }
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => cell + ' '.repeat(widths[i]! - displayWidth(cell))).join('  ')
  return rows.map((row) => `${indent}${line(row).trimEnd()}\n`).join('')
}

/** The day in Japan, `YYYY-MM-DD`: certificates of these cards end with a day there. */
export function dayInJapan(instant: Date): string {
  return momentInJapan(instant).split(' ')[0]!
}

/** The moment in Japan to the second, `YYYY-MM-DD HH:MM:SS JST`. */
export function momentInJapan(instant: Date): string {
  const text = new Date(instant.getTime() + 9 * 3_600_000).toISOString()
  return `${text.replace('T', ' ').replace(/\.\d+Z$/, '')} JST`
}

/** Writes what a command found out and, when it is refused, why. */
export function writeResult(io: Io, messages: Messages, json: boolean, result: Result): void {
  const { refused } = result
  if (json) {
    const head = refused === undefined ? { ok: true } : { ok: false, error: describeFailure(refused, messages) }
    io.stdout.write(`${JSON.stringify({ ...head, ...result.json })}\n`)
    return
  }
  io.stdout.write(result.text)
  if (result.note !== undefined) io.stderr.write(`${result.note}\n`)
  if (refused !== undefined) writeFailure(io, messages, refused, { json, notCleared: false })
}

/** A failure as the command line tells it. */
interface Failure {
  readonly code: CatalogueCode
  readonly message: string
  /** The technical reason, in English. */
  readonly detail?: string
  readonly pin?: string
  readonly triesLeft?: number
}

/** A failure in words. Messages of this package hold no PIN; those of other errors are kept to their first line. */
function describeFailure(error: unknown, messages: Messages): Failure {
  if (error instanceof CliError) {
    const { code, problem, subject, file } = error
    return { code, message: `${file === undefined ? '' : `${file}: `}${messages.problems[problem](subject)}` }
  }
  const code: CatalogueCode = error instanceof JpkiCardError ? error.code : 'ERR_INTERNAL'
  const detail = error instanceof Error ? error.message.split('\n')[0]! : 'unknown'
  const isName = error instanceof ReaderNameError
  return {
    code,
    message: isName ? messages.problems['no-such-reader'](error.names) : messages.errors[code].what,
    detail,
    ...(error instanceof PinError && { pin: error.pin }),
    ...(error instanceof PinError && error.triesLeft !== undefined && { triesLeft: error.triesLeft }),
  }
}

function shortened(text: string): string {
  return text.length <= mostDetail ? text : `${text.substring(0, mostDetail)}…`
}

/** Writes a failure: one JSON object on standard output, or what happened and what to do on standard error. */
export function writeFailure(
  io: Io,
  messages: Messages,
  error: unknown,
  state: { readonly json: boolean; readonly notCleared: boolean },
): void {
  const failure = describeFailure(error, messages)
  if (state.json) {
    const cleared = state.notCleared ? { cleared: false } : {}
    io.stdout.write(`${JSON.stringify({ ok: false, error: failure, ...cleared })}\n`)
  } else {
    const todo = error instanceof ReaderNameError ? messages.nameReader : messages.errors[failure.code].todo
    const tries = failure.triesLeft === undefined ? '' : messages.triesLeft(failure.triesLeft)
    const detail = failure.detail === undefined ? '' : `: ${shortened(printable(failure.detail))}`
    io.stderr.write(
      `${messages.error}: ${failure.message}${tries}\n${messages.todo}: ${todo}\n(${failure.code}${detail})\n`,
    )
  }
  if (state.notCleared) io.stderr.write(`\n*** ${messages.notCleared} ***\n`)
}
