import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import { RefusalError } from '../../errors.ts'
import { missingFile, missingPackages } from '../../optional-package.ts'
import type { Condition, HealthSource } from '../health.ts'
import type {
  SqliteAnswer,
  SqliteFaultReason,
  SqliteMessage,
  SqliteOperation,
  SqliteResult,
  SqliteTask,
} from './sqlite-worker.ts'
import type { CaseStore, NonceStore } from './store.ts'

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /** Path of the database; created with mode 0600. On a local disk, in a folder that the server can write. */
  readonly file: string
  /** Open nonces (issued, not yet taken or expired), at most, from 1. Default 100 000. */
  readonly maxNonces?: number | undefined
  /** Size of the database, at most, MiB, 1 to 1 048 576. Default 4 096. */
  readonly maxMegabytes?: number | undefined
  /** Longest wait for the lock of another process, and for the disk, milliseconds, 10 to 60 000. Default 2 000. */
  readonly timeoutMs?: number | undefined
  /** The wall clock, milliseconds since 1970; the same for all processes. Default `Date.now`. */
  readonly clock?: (() => number) | undefined
  /** Where `server/stores/sqlite-worker.js` of this package is, for applications that were bundled: `docs/bundling.md`. */
  readonly worker?: URL | string | undefined
}

/** Details for an operator. */
const details: Readonly<Record<SqliteFaultReason, string>> = {
  busy: 'the database is locked by another process for too long, or the disk does not respond',
  full: 'no space left on the disk of the database, or it has its largest size: free space',
  'read-only': 'the database, its folder or the file system is read-only, or belongs to another user',
  unreachable: 'the database cannot be opened: check that its folder exists and is accessible',
  'io-error': 'the disk of the database reports an error',
  corrupt: 'the database is damaged: stop the server, keep the file, and restore a backup',
  'unexpected-file': 'the file is not a database, or that of another application: it is left unchanged',
  'newer-version': 'the database was written by a later version of jpki-card',
  replaced: 'the file of the database was removed or replaced while in use: restart all processes',
  'unexpected-answer': 'SQLite reports an unexpected error',
  closed: 'the store was closed',
}

/** The database is not usable. Its cause has the message of SQLite, which holds no data. */
export class SqliteFault extends Error {
  readonly reason: SqliteFaultReason
  constructor(reason: SqliteFaultReason, options: ErrorOptions = {}) {
    super(details[reason], options)
    this.name = new.target.name
    this.reason = reason
  }
}

/** Operations in one transaction, at most. */
const mostTogether = 1_000
/** Operations waiting, at most. Further ones fail at once. */
const mostWaiting = 10_000
/** Interval at which expired entries are removed while nothing else is written, milliseconds. */
const sweepMs = 10_000

/**
 * A durable store for the processes of one machine: SQLite with a write-ahead log and full synchronisation, by the
 * package `libsql`. A call returns after its change is on the disk. Nonces, counters and texts survive the end of every
 * process and a power failure; a nonce is taken once across all processes. Operations that arrive while others are
 * written are committed together; they run in a worker thread.
 *
 * Lifetimes are of the wall clock. A nonce that has expired at any transaction of the store is removed by it, so it
 * stays refused when the clock is set back. The file holds the SHA-256 of nonces, never a nonce.
 *
 * `conditions` reports, with a {@link SqliteFaultReason} as `reason`, why the database cannot serve.
 *
 * @throws RefusalError `ERR_STORE_UNAVAILABLE`, `ERR_STORE_FULL` when the database cannot be used; it is not changed then.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` when the package `libsql` is not installed.
 * @throws TypeError, RangeError for options that are not as described.
 */
export async function sqliteStore(
  options: SqliteStoreOptions,
): Promise<NonceStore & CaseStore & HealthSource & { close(): Promise<void> }> {
  const { file, maxNonces = 100_000, maxMegabytes = 4_096, timeoutMs = 2_000, clock = Date.now, worker } = options
  // Empty and `:memory:` are temporary databases of SQLite, `file:` is an address.
  if (typeof file !== 'string' || file === '') throw new TypeError('file must be a path')
  if (!Number.isSafeInteger(maxNonces) || maxNonces < 1) throw new RangeError('maxNonces must be an integer from 1')
  if (!Number.isSafeInteger(maxMegabytes) || maxMegabytes < 1 || maxMegabytes > 1_048_576) {
    throw new RangeError('maxMegabytes must be from 1 to 1048576')
  }
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 10 || timeoutMs > 60_000) {
    throw new RangeError('timeoutMs must be from 10 to 60000')
  }
  const task = { file: resolve(file), maxNonces, maxMegabytes, busyMs: timeoutMs }
  const thread = new SqliteThread(task, clock, worker)
  await thread.opened()
  const sweep = setInterval(() => void thread.run({ kind: 'sweep' }).catch(() => {}), sweepMs).unref()
  const run = async (operation: SqliteOperation): Promise<unknown> => {
    const result = await thread.run(operation)
    if ('value' in result) return result.value
    if ('fault' in result) throw refusal(result.fault, result.message)
    if (result.refused === 'too-many') throw new RefusalError('ERR_STORE_FULL', 'too many challenges are open')
    throw new RefusalError('ERR_STORE_UNAVAILABLE', 'duplicate nonce')
  }
  const idOf = (nonce: Uint8Array): string => createHash('sha256').update(nonce).digest('base64url')
  return {
    scope: 'machine',
    put: async (nonce, record, lifetimeMs) =>
      void (await run({ kind: 'put', id: idOf(nonce), record, lifetimeMs: Math.ceil(lifetimeMs) })),
    take: async (nonce) => (await run({ kind: 'take', id: idOf(nonce) })) as string | undefined,
    announce: async (text, lifetimeMs) =>
      (await run({ kind: 'announce', text, lifetimeMs: Math.ceil(lifetimeMs) })) as readonly string[],
    increment: async (key) => (await run({ kind: 'increment', key })) as number,
    count: async (key) => (await run({ kind: 'count', key })) as number,
    reset: async (key) => void (await run({ kind: 'reset', key })),
    read: async (key) => (await run({ kind: 'read', key })) as string | undefined,
    write: async (key, value) => void (await run({ kind: 'write', key, value })),
    remove: async (key) => void (await run({ kind: 'remove', key })),
    async compareAndSet(changes) {
      const whole = (value: number | undefined): number | undefined => value && Math.ceil(value)
      const rounded = changes.map(({ key, expected, next, lifetimeMs, dueAt }) => {
        return { key, expected, next, lifetimeMs: whole(lifetimeMs), dueAt: whole(dueAt) }
      })
      return (await run({ kind: 'change', changes: rounded })) as boolean
    },
    due: async (before, limit) => (await run({ kind: 'due', before: Math.floor(before), limit })) as readonly string[],
    conditions: () => thread.conditions(),
    async close() {
      clearInterval(sweep)
      await thread.close()
    },
  }
}

function refusal(reason: SqliteFaultReason, message: string): RefusalError {
  const cause = new SqliteFault(reason, { cause: new Error(message) })
  return new RefusalError(reason === 'full' ? 'ERR_STORE_FULL' : 'ERR_STORE_UNAVAILABLE', cause.message, { cause })
}

interface Waiting {
  readonly operation: SqliteOperation
  readonly done: (result: SqliteResult) => void
}

/** The worker thread: one list of operations at a time; those that arrive meanwhile are the next list. */
class SqliteThread {
  readonly #worker: Worker
  readonly #clock: () => number
  readonly #timeoutMs: number
  readonly #opening: Promise<SqliteAnswer>
  #waiting: Waiting[] = []
  /** The list that is being written; undefined while the thread is idle. */
  #running: readonly Waiting[] | undefined
  #sendsSoon = false
  /** Why nothing is sent: the thread has ended, or does not answer. */
  #fault: { readonly reason: SqliteFaultReason; readonly message: string } | undefined
  #closing: Promise<void> | undefined
  #condition: Condition = { part: 'store', state: 'ok', since: new Date() }
  #late: NodeJS.Timeout | undefined

  constructor(task: SqliteTask, clock: () => number, program: URL | string | undefined) {
    this.#clock = clock
    // The thread waits for the lock first, and then writes.
    this.#timeoutMs = 2 * task.busyMs
    this.#worker = startWorker(program, { workerData: task, execArgv: [] })
    this.#opening = new Promise((done, failed) => {
      this.#worker.once('message', done)
      this.#worker.once('error', (cause) => failed(withoutWorker(cause)))
      this.#worker.once('exit', () => failed(withoutWorker(undefined)))
    })
  }

  /** @throws RefusalError, DependencyError when the database cannot be used; the thread has ended then. */
  async opened(): Promise<void> {
    const answer = await this.#opening
    if ('missing' in answer || 'fault' in answer) {
      await this.#worker.terminate()
      if ('missing' in answer) throw missingPackages(['libsql'], new Error(answer.missing))
      throw refusal(answer.fault, answer.message)
    }
    this.#worker.on('message', (message: SqliteAnswer) => this.#answered(message))
    const ended = (cause: unknown): void => this.#fail('closed', String(cause))
    this.#worker.on('error', ended)
    this.#worker.on('exit', () => ended('the thread has ended'))
    this.#worker.unref()
  }

  conditions(): readonly Condition[] {
    return [this.#condition]
  }

  run(operation: SqliteOperation): Promise<SqliteResult> {
    const fault = this.#closing === undefined ? this.#fault : { reason: 'closed' as const, message: 'closed' }
    if (fault !== undefined) return Promise.resolve({ fault: fault.reason, message: fault.message })
    if (this.#waiting.length >= mostWaiting) {
      return Promise.resolve({ fault: 'busy', message: 'too many operations are waiting' })
    }
    return new Promise((done) => {
      this.#waiting.push({ operation, done })
      if (this.#running !== undefined || this.#sendsSoon) return
      this.#sendsSoon = true
      // After the other calls of this turn of the event loop.
      setImmediate(() => {
        this.#sendsSoon = false
        this.#send()
      })
    })
  }

  /** Completes what was called before, then ends the thread. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    while (this.#fault === undefined && (this.#running !== undefined || this.#waiting.length > 0)) {
      await new Promise((done) => setImmediate(done))
    }
    if (this.#fault === undefined) {
      const ended = new Promise((done) => this.#worker.once('exit', done))
      this.#worker.ref()
      this.#post({ close: true })
      await ended
    } else await this.#worker.terminate()
    this.#fail('closed', 'closed')
  }

  #send(): void {
    if (this.#running !== undefined || this.#fault !== undefined || this.#waiting.length === 0) return
    this.#running = this.#waiting.slice(0, mostTogether)
    this.#waiting = this.#waiting.slice(mostTogether)
    this.#worker.ref()
    this.#late = setTimeout(() => this.#fail('busy', `no answer within ${this.#timeoutMs} ms`), this.#timeoutMs)
    this.#post({ now: this.#clock(), operations: this.#running.map(({ operation }) => operation) })
  }

  #post(message: SqliteMessage): void {
    this.#worker.postMessage(message)
  }

  #answered(answer: SqliteAnswer): void {
    if (!('results' in answer)) return
    clearTimeout(this.#late)
    const { results } = answer
    const running = this.#running
    this.#running = undefined
    // After a late answer, too: the operations were refused, and the thread serves again.
    this.#fault = undefined
    const fault = results.find((result) => 'fault' in result)
    this.#report(fault && 'fault' in fault ? fault.fault : undefined)
    for (const [i, one] of (running ?? []).entries()) one.done(results[i]!)
    if (this.#waiting.length > 0) this.#send()
    else this.#worker.unref()
  }

  /** Refuses what waits, and what is called from now on. What is being written may still be carried out. */
  #fail(reason: SqliteFaultReason, message: string): void {
    clearTimeout(this.#late)
    const failed = [...(this.#running ?? []), ...this.#waiting]
    this.#fault = { reason, message }
    // A list that is being written stays: its answer ends the fault.
    if (this.#running !== undefined) this.#running = []
    this.#waiting = []
    this.#report(reason)
    this.#worker.unref()
    for (const { done } of failed) done({ fault: reason, message })
  }

  #report(reason: SqliteFaultReason | undefined): void {
    if (this.#condition.reason === reason) return
    this.#condition =
      reason === undefined
        ? { part: 'store', state: 'ok', since: new Date() }
        : { part: 'store', state: 'failed', reason, detail: details[reason], since: new Date() }
  }
}

/** The pair of `Worker` and `URL` is what bundlers look for. */
function startWorker(program: URL | string | undefined, options: WorkerOptions): Worker {
  if (program !== undefined) return new Worker(program, options)
  try {
    return new Worker(new URL('./sqlite-worker.js', import.meta.url), options)
  } catch (cause) {
    // A bundle of CommonJS has no address of its own to begin from.
    throw withoutWorker(cause)
  }
}

function withoutWorker(cause: unknown): Error {
  return missingFile('sqlite-worker.js', 'name its place with options.worker', cause)
}
