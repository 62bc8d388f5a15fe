#!/usr/bin/env node
/** The program `jpki-card`. It alone may end the process; everything but streams and signals is loaded when needed. */
import { isHangupIgnored } from './hangup.ts'
import { outputFailed } from './io.ts'
import { ProcessOutput } from './process-output.ts'

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }
const controller = new AbortController()
const interrupt = (signal: keyof typeof codes): void => {
  // The first one lets the session clear the card; who insists gets out at once.
  if (controller.signal.aborted) process.exit(codes[signal])
  controller.abort(signal)
}
process.on('SIGINT', interrupt)
process.on('SIGTERM', interrupt)
if (isHangupIgnored()) process.on('SIGHUP', () => {})
else process.on('SIGHUP', interrupt)

function onHangup(reload: () => void): void {
  process.removeAllListeners('SIGHUP').on('SIGHUP', reload)
}

// A reader that went away wants no more; every other failure is told by `main`.
const stdout = new ProcessOutput(process.stdout, ({ code }) => controller.abort(code === 'EPIPE' ? code : outputFailed))
const stderr = new ProcessOutput(process.stderr, () => {})
const { stdin, env } = process
const { main } = await import('./main.ts')
const code = await main(process.argv.slice(2), { stdin, stdout, stderr, env, signal: controller.signal, onHangup })
process.exitCode = code
// A native binding that does not let go must not keep the person waiting.
setTimeout(() => process.exit(code), 2000).unref()
