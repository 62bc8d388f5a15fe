import { stat } from 'node:fs/promises'
import type { Io } from '../io.ts'
import type { Messages } from '../messages/catalogue.ts'

/** Shows how much of a large file was read. */
export interface Progress {
  /** @param bytes - read so far. */
  readonly at: (bytes: number) => void
  readonly end: () => void
}

/** Milliseconds between two lines; on a terminal, where a line replaces the one before. */
const intervals = { terminal: 500, other: 10_000 }

/** Progress on standard error; nothing for what takes less than a moment. */
export async function showProgress(io: Io, messages: Messages, source: string): Promise<Progress> {
  const size =
    source === '-'
      ? undefined
      : await stat(source).then(
          ({ size }) => size,
          () => undefined,
        )
  const isTerminal = io.stderr.isTTY === true
  const interval = isTerminal ? intervals.terminal : intervals.other
  let last = performance.now()
  let shown = false
  return {
    at(bytes) {
      const now = performance.now()
      if (now - last < interval) return
      last = now
      shown = true
      const text = messages.documents.read(mebibytes(bytes), size === undefined ? undefined : mebibytes(size))
      io.stderr.write(isTerminal ? `\r${text}` : `${text}\n`)
    },
    end() {
      if (shown && isTerminal) io.stderr.write('\n')
    },
  }
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 1_048_576)} MiB`
