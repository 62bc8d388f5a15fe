import type { SoakProgress, SoakTable } from '../../reader-test/index.ts'
import type { OutputStream } from '../io.ts'

/** Update interval, milliseconds: on a terminal one line is rewritten, else a new line is added. */
const everyMs = { terminal: 500, other: 30_000 }

/** Shows the progress of a soak test on standard error. */
export function startProgress(
  stream: OutputStream,
  texts: SoakTable,
): { show(progress: SoakProgress): void; stop(): void } {
  const isTerminal = stream.isTTY === true
  let next = 0
  return {
    show({ fraction, sessions, failed, waitingFor }) {
      const now = performance.now()
      if (now < next) return
      next = now + (isTerminal ? everyMs.terminal : everyMs.other)
      const waiting = waitingFor === undefined ? '' : `, ${texts.waitingFor[waitingFor]}`
      const line = texts.progress(Math.floor(fraction * 100), sessions, failed) + waiting
      stream.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`)
    },
    stop() {
      if (isTerminal) stream.write('\r\x1b[K')
    },
  }
}
