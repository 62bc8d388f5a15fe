import { type Code, JpkiCardError, PinError } from '../errors.ts'
import { CliError, ReaderNameError } from './cli-error.ts'
import type { Result } from './context.ts'
import type { Io } from './io.ts'
import type { Messages } from './messages/catalogue.ts'

/** Longest technical detail shown, characters. */
const mostDetail = 400

const graphemes = new Intl.Segmenter()

/** East_Asian_Width W and F (Unicode UAX 11), except pictographs, see {@link picture}. */
const wide =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]/u

/** Zero-width characters: combining marks, variation selectors, vowels and finals of decomposed Hangul syllables. */
const zero = /[\p{M}\p{Cf}\p{Cc}\u1160-\u11ff\ud7b0-\ud7ff]/gu

/** A cluster shown as a pictograph: an emoji, or a symbol with an emoji variation selector. */
const picture = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u

/**
 * Columns a text takes on a terminal: East Asian wide characters and pictographs take two, combining characters none (か
 * and a combining voiced mark, 葛 and its variation selector).
 */
export function displayWidth(text: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += picture.test(segment) ? 2 : widthOfCluster(segment)
  return width
}

function widthOfCluster(cluster: string): number {
  let width = 0
  for (const character of cluster.replaceAll(zero, '')) width += wide.test(character) ? 2 : 1
  return width
}

/** Text of a card or file without control characters, line breaks and bidirectional overrides. */
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

/** The day in Japan, `YYYY-MM-DD`: the validity of these certificates ends with a day in Japan. */
export function dayInJapan(instant: Date): string {
  return momentInJapan(instant).split(' ')[0]!
}

/** The moment in Japan to the second, `YYYY-MM-DD HH:MM:SS JST`. */
export function momentInJapan(instant: Date): string {
  // From year 10000, which adding nine hours can reach, ISO 8601 has a sign and six digits.
  const text = new Date(instant.getTime() + 9 * 3_600_000).toISOString().replace(/^\+0*/, '')
  return `${text.replace('T', ' ').replace(/\.\d+Z$/, '')} JST`
}

/** Writes the result of a command and, when it is negative, the reason. */
export async function writeResult(io: Io, messages: Messages, json: boolean, result: Result): Promise<void> {
  const { refused } = result
  if (json) {
    const head =
      refused === undefined ? { ok: true } : { ok: false, error: (await describeFailure(refused, messages)).failure }
    io.stdout.write(`${JSON.stringify({ ...head, ...result.json })}\n`)
    return
  }
  io.stdout.write(result.text)
  if (result.note !== undefined) io.stderr.write(`${result.note}\n`)
  if (refused !== undefined) await writeFailure(io, messages, refused, { json, notCleared: false })
}

/** A failure in the JSON of the command line. */
interface Failure {
  readonly code: Code
  readonly message: string
  /** The technical reason, in English. */
  readonly detail?: string
  readonly pin?: string
  /** Tries left on the card. */
  readonly triesLeft?: number
  /** How many more times the same command accepts this PIN. */
  readonly entriesLeft?: number
}

/**
 * A failure in words, and the next step: the operator text of its code, or the exact problem of a usage or file error.
 * Messages of this package contain no PIN; those of other errors are cut to their first line. The texts are loaded
 * here, since most commands need none.
 */
async function describeFailure(error: unknown, messages: Messages): Promise<{ failure: Failure; todo: string }> {
  const { messageFor } = await import('../messages/index.ts')
  const isOwn = error instanceof CliError || error instanceof JpkiCardError
  const code = isOwn ? error.code : 'ERR_INTERNAL'
  const { pin, triesLeft, entriesLeft } = error instanceof PinError ? error : {}
  const known = { pin, triesLeft, entriesLeft }
  const { text, next } = messageFor(code, { audience: 'operator', language: messages.language, ...known })
  if (error instanceof CliError) {
    const { problem, subject, file } = error
    const message = `${file === undefined ? '' : `${file}: `}${messages.problems[problem](subject)}`
    return { failure: { code, message }, todo: next }
  }
  const isName = error instanceof ReaderNameError
  const failure = {
    code,
    message: isName ? messages.problems['no-such-reader'](error.names) : text,
    detail: error instanceof Error ? error.message.split('\n')[0]! : 'unknown',
    ...(pin !== undefined && { pin }),
    ...(triesLeft !== undefined && { triesLeft }),
    ...(entriesLeft !== undefined && { entriesLeft }),
  }
  return { failure, todo: isName ? messages.nameReader : next }
}

function shortened(text: string): string {
  const shown = [...graphemes.segment(text.substring(0, 4 * mostDetail))].slice(0, mostDetail)
  const whole = shown.map(({ segment }) => segment).join('')
  return whole.length === text.length ? text : `${whole}…`
}

/** Writes a failure: one JSON object on standard output, or the problem and the next step on standard error. */
export async function writeFailure(
  io: Io,
  messages: Messages,
  error: unknown,
  state: { readonly json: boolean; readonly notCleared: boolean },
): Promise<void> {
  const { failure, todo } = await describeFailure(error, messages)
  if (state.json) {
    const cleared = state.notCleared ? { cleared: false } : {}
    io.stdout.write(`${JSON.stringify({ ok: false, error: failure, ...cleared })}\n`)
  } else {
    const detail = failure.detail === undefined ? '' : `: ${shortened(printable(failure.detail))}`
    io.stderr.write(`${messages.error}: ${failure.message}\n${messages.todo}: ${todo}\n(${failure.code}${detail})\n`)
  }
  if (state.notCleared) io.stderr.write(`\n*** ${messages.notCleared} ***\n`)
}
