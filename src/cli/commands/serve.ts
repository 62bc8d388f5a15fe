import { once } from 'node:events'
import type { RequestEvent } from '../../http/index.ts'
import { withFile } from '../cli-error.ts'
import type { Command, Context } from '../context.ts'
import { writeServerSettings } from '../serve/prepare.ts'
import { readServeSettings } from '../serve/settings.ts'
import { startServer } from '../serve/start.ts'

/** `serve SETTINGS`: an issuance server until interrupted, which is how it is meant to end. */
export const serveCommand: Command = async (context) => {
  const { io, operands, options, messages } = context
  io.onHangup?.(reload)
  keepServing(context)
  const { settings, folder } = await readServeSettings(operands[0]!)
  const server = await startServer(settings, folder, (event) => tell(context, event, settings.accessLog))
  for (const warning of server.warnings) io.stderr.write(`${JSON.stringify({ event: 'condition', ...warning })}\n`)
  const { url } = server.listening
  const admin = server.admin?.url
  const listening = { event: 'listening', url, admin, origin: settings.origin, pid: process.pid }
  io.stdout.write(
    `${options.has('json') ? JSON.stringify(listening) : messages.serve.listening(url, settings.origin)}\n`,
  )
  if (!io.signal.aborted) await once(io.signal, 'abort')
  await server.close()
  const { dropped = 0 } = io.stdout
  const ended = { event: 'ended', ...(dropped > 0 && { linesDropped: dropped }) }
  io.stdout.write(`${options.has('json') ? JSON.stringify(ended) : messages.serve.ended}\n`)
  return undefined
}

/** SIGHUP: the place for reading the settings again. It never ends a server. */
function reload(): void {}

/** Standard output and error become logs: a full disk, a reader that is gone or that hangs, ends no server. */
function keepServing({ io, options, messages }: Context): void {
  for (const [name, other] of [
    ['stdout', 'stderr'],
    ['stderr', 'stdout'],
  ] as const) {
    io[name].becomeLog?.((reason) => {
      const lost = { event: 'log-lost', stream: name, reason }
      io[other].write(`${options.has('json') ? JSON.stringify(lost) : messages.serve.logLost(name, reason)}\n`)
    })
  }
}

/** `serve prepare DIR`: settings to begin with. */
export const prepareServerCommand: Command = async ({ operands, messages }) => {
  const folder = operands[0]!
  const settings = await withFile('cannot-write', () =>
    writeServerSettings(folder, {
      port: 8080,
      hierarchies: ['production'],
      purposes: ['residence-record', 'seal-registration', 'income', 'family-register'],
      challengeSeconds: 120,
      audit: true,
    }),
  )
  return { json: { settings }, text: `${messages.written(settings)}\n`, note: messages.serve.next }
}

/** One line a request. Of what nobody foresaw, the place in the code: its message may hold anything. */
function tell({ io }: Context, { error, ...event }: RequestEvent, accessLog: boolean): void {
  if (accessLog) io.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`)
  if (error === undefined) return
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const places = stack.split('\n').filter((line) => /^\s+at /.test(line))
  const head = JSON.stringify({ ...event, error: error instanceof Error ? error.name : typeof error })
  io.stderr.write(`${[head, ...places].join('\n')}\n`)
}
