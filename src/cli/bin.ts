#!/usr/bin/env node
/** The program `jpki-card`. Only this file ends the process; all but streams and signals is loaded on demand. */
import { closeLostTerminals, isHangupIgnored } from './hangup.ts'
import { outputFailed } from './io.ts'
import { ProcessOutput } from './process-output.ts'

const codes = { SIGINT: 130, SIGTERM: 143 }
const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The first signal lets the session clear the card; the second ends the process at once.
    if (controller.signal.aborted) process.exit(codes[signal])
    controller.abort(signal)
  })
}
const ignoresHangup = isHangupIgnored()
// Kernel and shell each send SIGHUP when a terminal is closed, so a second one is not a repeated request.
process.on('SIGHUP', () => ignoresHangup || controller.abort('SIGHUP'))
process.on('exit', closeLostTerminals())

function onHangup(reload: () => void): void {
  process.removeAllListeners('SIGHUP').on('SIGHUP', reload)
}

const stdout = new ProcessOutput(process.stdout, ({ code }) => {
  // EPIPE: the reader of the pipe has ended. Every other failure is reported by `main`.
  if (code === 'EPIPE') controller.abort(code)
  else controller.abort(code === 'EIO' && stdout.isTTY && !ignoresHangup ? 'SIGHUP' : outputFailed)
})
const stderr = new ProcessOutput(process.stderr, () => {})
const { stdin, env } = process
const { main } = await import('./main.ts')
const code = await main(process.argv.slice(2), { stdin, stdout, stderr, env, signal: controller.signal, onHangup })
process.exitCode = code
// A native binding that does not release its resources must not keep the process running.
setTimeout(() => process.exit(code), 2000).unref()
