import type { Worker } from 'node:cluster'
import { once } from 'node:events'
import { basename, dirname, extname, join } from 'node:path'
import { ServerError } from '../../errors.ts'
import { isRecord } from '../../json.ts'
import { createProbeRoutes, type HttpRoutes, type ListeningServer, listen, type Probes } from '../../server/index.ts'
import { Backoff } from '../../waiting.ts'
import type { Io } from '../io.ts'
import type { ServeSettings } from './settings.ts'

/** Environment variable with the number of the worker, from 1; absent with a single process. */
const numberName = 'JPKI_CARD_WORKER'
/** Delay before an ended worker is restarted, milliseconds; doubled each time, up to 30 000. */
const firstPause = 500
const longestPause = 30_000
/** Time limit of a worker for a probe, milliseconds. */
const probeTimeoutMs = 2_000

/** The paths of probes, as requested by the primary process. */
type Probe = '/readyz' | '/metrics'

type FromPrimary = { readonly kind: 'reload' } | { readonly kind: 'probe'; readonly id: number; readonly path: Probe }
type FromWorker =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'probe'; readonly id: number; readonly status: number; readonly text: string }

/** Number of this worker process; `undefined` in any other process. */
export function workerNumber(env: Io['env']): number | undefined {
  const number = Number(env[numberName])
  return Number.isInteger(number) && number > 0 ? number : undefined
}

/** The settings of one worker: its own audit log, and no probe listener, which belongs to the primary process. */
export function settingsOfWorker(settings: ServeSettings, number: number): ServeSettings {
  const own = (path: string): string => {
    const extension = extname(path)
    return join(dirname(path), `${basename(path, extension)}-${number}${extension}`)
  }
  const { audit } = settings
  return {
    ...settings,
    adminListen: undefined,
    probes: settings.adminListen === undefined,
    audit: audit && {
      ...audit,
      file: own(audit.file),
      endFile: audit.endFile && own(audit.endFile),
      name: audit.name && `${audit.name}-${number}`,
    },
  }
}

/** Worker part: reports that it listens, and answers probes of the primary process. */
export function serveAsWorker(url: string, admin: HttpRoutes, reload: () => void): void {
  const send = (message: FromWorker): void => void process.send?.(message)
  process.on('message', async (message: FromPrimary) => {
    if (message.kind === 'reload') reload()
    if (message.kind !== 'probe') return
    const response = await admin.fetch(new Request(`http://localhost${message.path}`))
    send({ kind: 'probe', id: message.id, status: response.status, text: await response.text() })
  })
  send({ kind: 'listening', url })
}

/** Worker processes that share one listening address. */
export interface Workers {
  readonly url: string
  readonly admin: ListeningServer | undefined
  reload(): void
  /** Resolves when all have ended. */
  close(): Promise<void>
}

/**
 * Starts worker processes of this program with the same arguments, and restarts each that ends.
 *
 * @param report - called when a worker ended unexpectedly.
 * @returns when all listen. @throws ServerError `ERR_SERVER` when one cannot start; it has written the reason.
 */
export async function startWorkers(
  settings: ServeSettings,
  report: (event: { readonly worker: number; readonly code: number | null; readonly signal: string | null }) => void,
): Promise<Workers> {
  const { default: cluster } = await import('node:cluster')
  const workers = new Map<number, Worker>()
  const listening = new Map<number, string>()
  const pauses = new Map<number, NodeJS.Timeout>()
  const probes = new Map<number, (answer: { readonly status: number; readonly text: string }) => void>()
  let ending = false
  let nextProbe = 0

  const pausesOf = new Map<number, Backoff>()
  const start = (number: number): Promise<string> => {
    const isFirst = !pausesOf.has(number)
    const again = pausesOf.get(number) ?? new Backoff(firstPause, longestPause)
    pausesOf.set(number, again)
    const worker = cluster.fork({ [numberName]: String(number) })
    workers.set(number, worker)
    const startedAt = performance.now()
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'probe') probes.get(message.id)?.(message)
        if (message.kind !== 'listening') return
        listening.set(number, message.url)
        resolve(message.url)
      })
      worker.on('error', () => {})
      worker.on('exit', (code, signal) => {
        const wasListening = listening.delete(number)
        workers.delete(number)
        reject(new ServerError('a worker process ended before listening; see its output for the reason'))
        if (ending) return
        report({ worker: number, code, signal })
        if (!wasListening && isFirst) return
        // A worker that ran for a while is restarted without the longer delay.
        if (performance.now() - startedAt > longestPause) again.reset()
        const timer = setTimeout(() => start(number).catch(() => {}), again.next())
        pauses.set(number, timer)
      })
    })
  }

  const close = async (): Promise<void> => {
    ending = true
    for (const pause of pauses.values()) clearTimeout(pause)
    await Promise.all(
      [...workers.values()].map(async (worker) => {
        const ended = once(worker, 'exit')
        worker.process.kill('SIGTERM')
        await ended
      }),
    )
  }

  const ask = (worker: Worker, path: Probe): Promise<{ readonly status: number; readonly text: string }> =>
    new Promise((resolve) => {
      const id = nextProbe++
      const settle = (answer: { readonly status: number; readonly text: string }): void => {
        clearTimeout(timer)
        probes.delete(id)
        resolve(answer)
      }
      const timer = setTimeout(() => settle({ status: 503, text: '' }), probeTimeoutMs)
      probes.set(id, settle)
      worker.send(
        { kind: 'probe', id, path } satisfies FromPrimary,
        (error) => error && settle({ status: 503, text: '' }),
      )
    })
  const askAll = (path: Probe) =>
    Promise.all(
      [...listening.keys()]
        .sort((a, b) => a - b)
        .map(async (number) => ({ number, ...(await ask(workers.get(number)!, path)) })),
    )

  const numbers = Array.from({ length: settings.workers }, (_, i) => i + 1)
  try {
    const [url] = await Promise.all(numbers.map((number) => start(number)))
    const { adminListen } = settings
    const admin =
      adminListen && (await listen(await createProbeRoutes(probesOver(askAll, settings.workers)), adminListen))
    return {
      url: url!,
      admin,
      reload() {
        for (const worker of workers.values()) worker.send({ kind: 'reload' } satisfies FromPrimary, () => {})
      },
      async close() {
        await close()
        await admin?.close({ graceMs: 0 })
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

type Answer = { readonly number: number; readonly status: number; readonly text: string }

/** Probes over all processes. Ready when at least one listens and all that listen are ready. */
function probesOver(askAll: (path: Probe) => Promise<readonly Answer[]>, count: number): Probes {
  return {
    async ready() {
      const answers = await askAll('/readyz')
      const isReady = answers.length > 0 && answers.every(({ status }) => status === 200)
      const workers = answers.map(({ number, status, text }) => ({ worker: number, status, ...parsed(text) }))
      return { isReady, more: { processes: { listening: answers.length, of: count }, workers } }
    },
    async metrics() {
      const answers = (await askAll('/metrics')).filter(({ status }) => status === 200)
      return { type: 'text/plain; version=0.0.4; charset=utf-8', text: mergeMetrics(answers) }
    },
  }
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? { conditions: value['conditions'] } : {}
  } catch {
    return {}
  }
}

/** Merges the metrics of several processes: each sample gets the number of its process as label `worker`. */
export function mergeMetrics(texts: readonly { readonly number: number; readonly text: string }[]): string {
  const families = new Map<string, { head: string[]; samples: string[] }>()
  for (const { number, text } of texts) {
    let family = ''
    for (const line of text.split('\n')) {
      const [, name] = /^# (?:HELP|TYPE) (\S+)/.exec(line) ?? []
      if (name !== undefined) family = name
      if (line === '') continue
      const known = families.get(family) ?? { head: [], samples: [] }
      families.set(family, known)
      if (line.startsWith('#')) {
        if (!known.head.includes(line)) known.head.push(line)
        continue
      }
      known.samples.push(
        line.replace(
          /^([A-Za-z_:][\w:]*)(\{)?/,
          (_, metric: string, brace) => `${metric}{worker="${number}"${brace ? ',' : '}'}`,
        ),
      )
    }
  }
  return `${[...families.values()].flatMap(({ head, samples }) => [...head, ...samples]).join('\n')}\n`
}
