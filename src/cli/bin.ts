#!/usr/bin/env node
/** The program `jpki-card`. It alone may end the process; everything but the version is loaded when needed. */
import { packageVersion } from './version.ts'

if (process.argv[2] === '--version') {
  process.stdout.write(`${packageVersion()}\n`)
} else {
  await run()
}

async function run(): Promise<void> {
  const controller = new AbortController()
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // The first one lets the session clear the card; who insists gets out at once.
      if (controller.signal.aborted) process.exit(codes[signal])
      controller.abort(signal)
    })
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      controller.abort('EPIPE')
    })
  }
  const { main } = await import('./main.ts')
  const { stdin, stdout, stderr, env } = process
  const code = await main(process.argv.slice(2), { stdin, stdout, stderr, env, signal: controller.signal })
  process.exitCode = code
  // A native binding that does not let go must not keep the person waiting.
  setTimeout(() => process.exit(code), 2000).unref()
}
