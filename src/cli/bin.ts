#!/usr/bin/env node
/** The program `jpki-card`. It alone may end the process; everything but streams and signals is loaded when needed. */
import { isHangupIgnored, letGoOfLostTerminals } from './hangup.ts'
import { outputFailed } from './io.ts'
import { ProcessOutput } from './process-output.ts'

const codes = { SIGINT: 130, SIGTERM: 143 }
const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The first one lets the session clear the card; a second one ends the process at once.
    if (controller.signal.aborted) process.exit(codes[signal])
    controller.abort(signal)
  })
}
const ignoresHangup = isHangupIgnored()
// The system and the shell each send one when a terminal is closed, so a second one is no second wish.
process.on('SIGHUP', () => ignoresHangup || controller.abort('SIGHUP'))
process.on('exit', letGoOfLostTerminals())

function onHangup(reload: () => void): void {
  process.removeAllListeners('SIGHUP').on('SIGHUP', reload)
}

const stdout = new ProcessOutput(process.stdout, ({ code }) => {
  // A reader that went away wants no more; every other failure is reported by `main`.
  if (code === 'EPIPE') controller.abort(code)
  else controller.abort(code === 'EIO' && stdout.isTTY && !ignoresHangup ? 'SIGHUP' : outputFailed)
})
const stderr = new ProcessOutput(process.stderr, () => {})
const { stdin, env } = process
const { main } = await import('./main.ts')
const code = await main(process.argv.slice(2), { stdin, stdout, stderr, env, signal: controller.signal, onHangup })
process.exitCode = code
// A native binding that does not let go must not keep the person waiting.
setTimeout(() => process.exit(code), 2000).unref()
