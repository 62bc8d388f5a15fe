import { once } from 'node:events'
import type { Condition, RequestEvent } from '../../server/index.ts'
import type { Context } from '../context.ts'
import { json } from '../options.ts'
import { readServeSettings } from './settings.ts'
import { type RunningServer, startServer } from './start.ts'
import { serveAsWorker, startWorkers, workerNumber } from './workers.ts'

/** Interval between comparisons of the conditions with the reported ones, milliseconds. */
const reportEvery = 1_000

/** `serve SETTINGS`: runs an issuance server until interrupted (the regular end). */
export async function serve(context: Context): Promise<undefined> {
  keepServing(context)
  const { settings } = await readServeSettings(context.operands[0]!)
  const isWorker = workerNumber(context.io.env) !== undefined
  return settings.workers > 1 && !isWorker ? serveWithWorkers(context) : serveHere(context)
}

async function serveHere(context: Context): Promise<undefined> {
  const { io, operands } = context
  const number = workerNumber(io.env)
  const server = await startServer(
    operands[0]!,
    (event) => logRequest(context, event, server.settings.accessLog),
    number,
  )
  const stopReporting = reportConditions(context, server)
  const reload = reloader(context, server)
  io.onHangup?.(reload)
  if (number === undefined) writeListening(context, server.listening.url, server.admin?.url, server.settings.origin)
  else serveAsWorker(server.listening.url, server.probes, reload)
  if (!io.signal.aborted) await once(io.signal, 'abort')
  await server.close()
  stopReporting()
  if (number === undefined) writeEnded(context)
  return undefined
}

async function serveWithWorkers(context: Context): Promise<undefined> {
  const { io, operands } = context
  const { settings } = await readServeSettings(operands[0]!)
  const workers = await startWorkers(settings, (event) => writeEvent(io.stderr, { event: 'worker-ended', ...event }))
  io.onHangup?.(() => workers.reload())
  writeListening(context, workers.url, workers.admin?.url, settings.origin)
  if (!io.signal.aborted) await once(io.signal, 'abort')
  await workers.close()
  writeEnded(context)
  return undefined
}

function writeListening(
  { io, options, messages }: Context,
  url: string,
  admin: string | undefined,
  origin: string,
): void {
  const listening = { event: 'listening', url, admin, origin, pid: process.pid }
  io.stdout.write(`${options.has(json) ? JSON.stringify(listening) : messages.serve.listening(url, origin)}\n`)
}

function writeEnded({ io, options, messages }: Context): void {
  const { dropped = 0 } = io.stdout
  const ended = { event: 'ended', ...(dropped > 0 && { linesDropped: dropped }) }
  io.stdout.write(`${options.has(json) ? JSON.stringify(ended) : messages.serve.ended}\n`)
}

/** SIGHUP: reloads everything, one reload at a time. An error leaves the former settings in force. */
function reloader({ io }: Context, server: RunningServer): () => void {
  let wanted = false
  let running = false
  const run = async (): Promise<void> => {
    running = true
    while (wanted) {
      wanted = false
      try {
        await server.reload()
        writeEvent(io.stderr, { event: 'reloaded' })
      } catch (error) {
        const { code, name, message } = error as Error & { readonly code?: unknown }
        writeEvent(io.stderr, { event: 'reload-failed', code: code ?? name, detail: message })
      }
    }
    running = false
  }
  return () => {
    wanted = true
    if (!running) void run()
  }
}

/** Logs the start and end of each condition. */
function reportConditions({ io }: Context, server: RunningServer): () => void {
  let known = new Map<string, Condition>()
  const look = (): void => {
    const now = new Map(
      server
        .conditions()
        .filter(({ state }) => state !== 'ok')
        .map((one) => [JSON.stringify([one.part, one.state, one.reason, one.detail]), one]),
    )
    for (const [key, condition] of now) if (!known.has(key)) writeEvent(io.stderr, { event: 'condition', ...condition })
    for (const [key, { part, reason }] of known) {
      if (!now.has(key)) writeEvent(io.stderr, { event: 'condition', part, state: 'ok', over: reason })
    }
    known = now
  }
  look()
  const timer = setInterval(look, reportEvery)
  return () => clearInterval(timer)
}

function writeEvent(stream: Context['io']['stderr'], event: object): void {
  stream.write(`${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`)
}

/**
 * Standard output and error become logs: a full disk, or a reader that has ended or hangs, must not stop the server.
 */
function keepServing({ io, options, messages }: Context): void {
  for (const [name, other] of [
    ['stdout', 'stderr'],
    ['stderr', 'stdout'],
  ] as const) {
    io[name].becomeLog?.((reason) => {
      const lost = { event: 'log-lost', stream: name, reason }
      io[other].write(`${options.has(json) ? JSON.stringify(lost) : messages.serve.logLost(name, reason)}\n`)
    })
  }
}

/** One line per request. For an unexpected error, its position in the code: its message may contain anything. */
function logRequest({ io }: Context, { error, ...event }: RequestEvent, accessLog: boolean): void {
  if (accessLog) io.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`)
  if (error === undefined) return
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const places = stack.split('\n').filter((line) => /^\s+at /.test(line))
  const head = JSON.stringify({ ...event, error: error instanceof Error ? error.name : typeof error })
  io.stderr.write(`${[head, ...places].join('\n')}\n`)
}
