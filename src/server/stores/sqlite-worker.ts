/**
 * The worker thread of `sqliteStore`: owns the connections to the database, so that neither an fsync nor the wait for the
 * lock of another process holds up the event loop. Each message is a list of operations, carried out in one transaction
 * and answered after its COMMIT.
 */
import { closeSync, fsyncSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import type Database from 'libsql'
import { DependencyError } from '../../errors.ts'
import { load } from '../../optional-package.ts'
import { Backoff } from '../../waiting.ts'
import type { TextChange } from './store.ts'

/** What the parent passes when it starts the thread. */
export interface SqliteTask {
  readonly file: string
  /** Open nonces, at most. */
  readonly maxNonces: number
  /** Size of the database, at most, MiB. */
  readonly maxMegabytes: number
  /** Longest wait for the lock of another process, milliseconds. */
  readonly busyMs: number
}

/** One call of the store. Times are milliseconds since 1970, lifetimes milliseconds, both integers. */
export type SqliteOperation =
  | { readonly kind: 'put'; readonly id: string; readonly record: string; readonly lifetimeMs: number }
  | { readonly kind: 'take'; readonly id: string }
  | { readonly kind: 'announce'; readonly text: string; readonly lifetimeMs: number }
  | { readonly kind: 'increment' | 'count' | 'reset' | 'read' | 'remove'; readonly key: string }
  | { readonly kind: 'write'; readonly key: string; readonly value: string }
  | { readonly kind: 'change'; readonly changes: readonly TextChange[] }
  | { readonly kind: 'due'; readonly before: number; readonly limit: number }
  | { readonly kind: 'sweep' }

/** A list of operations, and the wall clock. The thread ends after `close`. */
export type SqliteMessage =
  | { readonly now: number; readonly operations: readonly SqliteOperation[] }
  | { readonly close: true }

/** Why the database cannot serve. Stable: `reason` of the conditions of the store. */
export type SqliteFaultReason =
  /** Locked by another process for too long, or the disk does not respond. */
  | 'busy'
  /** No space on the disk, or the database has its largest size. */
  | 'full'
  /** The file, its folder or the file system is read-only, or belongs to another user. */
  | 'read-only'
  /** The file or its folder cannot be opened. */
  | 'unreachable'
  /** A read or write failed. */
  | 'io-error'
  /** Content damaged. */
  | 'corrupt'
  /** Not a database, or that of another application. */
  | 'unexpected-file'
  /** Written by a later version of this package. */
  | 'newer-version'
  /** Removed, or replaced by another file, while in use. */
  | 'replaced'
  /** Any other error of SQLite. */
  | 'unexpected-answer'
  /** The store was closed. */
  | 'closed'

/** The result of one operation. `duplicate`, `full`: the nonce was not stored; `full` by {@link SqliteTask.maxNonces}. */
export type SqliteResult =
  | { readonly value: string | number | boolean | readonly string[] | undefined }
  | { readonly refused: 'duplicate' | 'too-many' }
  | { readonly fault: SqliteFaultReason; readonly message: string }

/** `opened` or a fault first, then the results of each list of operations, in order. */
export type SqliteAnswer =
  | { readonly opened: true }
  | { readonly missing: string }
  | { readonly fault: SqliteFaultReason; readonly message: string }
  | { readonly results: readonly SqliteResult[] }
  | { readonly closed: true }

/** Texts are stored as JSON: the package cuts what it reads at the first NUL. */
const written = (text: string): string => JSON.stringify(text)
const textOf = (row: Row, column: string): string => JSON.parse(String(row[column])) as string

type Databases = typeof Database
type Connection = Database.Database
type Value = string | number | null
type Row = Readonly<Record<string, string | number | null>>

/** "JPKC": marks the file as a store of this package. */
const applicationId = 0x4a504b43
const schemaVersion = 1
const schema = `
CREATE TABLE nonces (id TEXT PRIMARY KEY, record TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_until ON nonces (until);
CREATE TABLE counters (key TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE texts (key TEXT PRIMARY KEY, value TEXT NOT NULL, until INTEGER, due INTEGER) STRICT, WITHOUT ROWID;
CREATE INDEX texts_until ON texts (until) WHERE until IS NOT NULL;
CREATE INDEX texts_due ON texts (due) WHERE due IS NOT NULL;
CREATE TABLE announcements (text TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${schemaVersion};
`

/** Length of the write-ahead log at which it is copied into the database, bytes. */
const checkpointBytes = 4 * 1_048_576
const pageBytes = 4_096
/** Pauses of the wait for a lock, milliseconds. */
const firstPause = 0.5
const longestPause = 4
const never = new Int32Array(new SharedArrayBuffer(4))

/** By primary result code of SQLite, https://www.sqlite.org/rescode.html; an extended code has it in its low byte. */
const faults: Readonly<Record<number, SqliteFaultReason>> = {
  5: 'busy',
  6: 'busy',
  15: 'busy',
  3: 'read-only',
  8: 'read-only',
  23: 'read-only',
  10: 'io-error',
  11: 'corrupt',
  13: 'full',
  14: 'unreachable',
  26: 'unexpected-file',
}

/** A database that cannot serve. */
class Fault extends Error {
  readonly reason: SqliteFaultReason
  constructor(reason: SqliteFaultReason, message: string) {
    super(message)
    this.reason = reason
  }
}

function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error
  const { rawCode, code, message } = error as { rawCode?: unknown; code?: unknown; message?: unknown }
  if (typeof rawCode === 'number') return new Fault(faults[rawCode & 0xff] ?? 'unexpected-answer', String(message))
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return new Fault('read-only', String(message))
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Fault('full', String(message))
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return new Fault('unreachable', String(message))
  return new Fault('unexpected-answer', String(message))
}

const { file, maxNonces, maxMegabytes, busyMs } = workerData as SqliteTask
const port = parentPort!

/**
 * Creates the file with mode 0600, which SQLite gives to its -wal and -shm files too. A new name is on the disk only
 * once its folder is synchronised.
 */
function createFile(): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    // An existing file is not opened here: closing it would release the locks of other connections of this process.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw error
  }
  if (process.platform === 'win32') return
  const folder = openSync(dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** A connection to the database, which is not changed when it is not a store. */
function connect(Databases: Databases): Connection {
  let db: Connection
  try {
    db = new Databases(file, { timeout: 0 })
  } catch (error) {
    throw new Fault('unreachable', String((error as Error).message))
  }
  retried(() => contentOf(db))
  const [mode] = retried(() => pragma(db, 'journal_mode = WAL'))
  if (mode?.['journal_mode'] !== 'wal') throw new Fault('read-only', 'no write-ahead log on this file system')
  // Each COMMIT returns after the write-ahead log is on the disk.
  pragma(db, 'synchronous = FULL')
  // See Store.checkpoint.
  pragma(db, 'wal_autocheckpoint = 0')
  pragma(db, `journal_size_limit = ${checkpointBytes}`)
  pragma(db, `max_page_count = ${(maxMegabytes * 1_048_576) / pageBytes}`)
  pragma(db, 'trusted_schema = OFF')
  return db
}

const pragma = (db: Connection, text: string): readonly Row[] => db.prepare(`PRAGMA ${text}`).all([]) as readonly Row[]

/** @throws Fault for the database of another application, or of a later version. */
function contentOf(db: Connection): 'empty' | 'store' {
  const [{ tables }] = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').all([]) as unknown as [Row]
  const [{ application_id: application }] = pragma(db, 'application_id') as [Row]
  const [{ user_version: version }] = pragma(db, 'user_version') as [Row]
  if (tables === 0 && application === 0 && version === 0) return 'empty'
  if (application !== applicationId) {
    throw new Fault('unexpected-file', 'the file is the database of another application')
  }
  if (Number(version) > schemaVersion) {
    throw new Fault('newer-version', `schema version ${version}; this package supports up to ${schemaVersion}`)
  }
  return 'store'
}

/**
 * Waits for the lock of another process, which holds it for the time of an fsync. The own waiting of SQLite has pauses of
 * up to 100 ms, and none at all while another process recovers the log.
 */
function retried<T>(action: () => T): T {
  const end = performance.now() + busyMs
  for (const pauses = new Backoff(firstPause, longestPause); ; ) {
    try {
      return action()
    } catch (error) {
      if (faultOf(error).reason !== 'busy' || performance.now() >= end) throw error
      Atomics.wait(never, 0, 0, pauses.next() * (0.5 + Math.random() / 2))
    }
  }
}

class Store {
  readonly #db: Connection
  /** Holds the write lock during a checkpoint. */
  readonly #guard: Connection
  readonly #opened: { readonly dev: number; readonly ino: number }
  readonly #statements = new Map<string, Database.Statement>()

  /** Nonces in the database; undefined when it must be counted. */
  #open: number | undefined

  constructor(Databases: Databases) {
    createFile()
    const { dev, ino } = statSync(file)
    this.#opened = { dev, ino }
    this.#db = connect(Databases)
    this.#guard = connect(Databases)
    this.#transaction(() => {
      if (contentOf(this.#db) === 'empty') this.#db.exec(schema)
    })
    const [found] = this.#all('PRAGMA quick_check(1)')
    if (found?.['quick_check'] !== 'ok') throw new Fault('corrupt', 'quick_check of SQLite failed')
  }

  /** Carries out operations in one transaction. @returns their results, in order; never throws. */
  run(now: number, operations: readonly SqliteOperation[]): SqliteResult[] {
    const received = performance.now()
    const alike = (error: unknown): SqliteResult[] => {
      const { reason, message } = faultOf(error)
      return operations.map(() => ({ fault: reason, message }))
    }
    try {
      this.#checkFile()
      this.#open = undefined
      return this.#transaction(() => {
        // The wait for the lock counts.
        const at = Math.ceil(now + performance.now() - received)
        this.#sweep(at)
        return operations.map((operation) => this.#tried(operation, at))
      })
    } catch (error) {
      // Where the disk is full, what needs no more space may still be possible.
      if (faultOf(error).reason !== 'full' || operations.length === 1) return alike(error)
      return operations.flatMap((one) => this.run(now + performance.now() - received, [one]))
    }
  }

  /**
   * Copies the write-ahead log into the database when it is long.
   *
   * SQLite before 3.51.3, the one of this package among them, may lose committed transactions when a checkpoint of one
   * connection runs while another connection starts the log from its beginning: the WAL-reset bug,
   * https://www.sqlite.org/wal.html#walresetbug. Only a writer does that. So checkpoints run only here, while a second
   * connection holds the write lock: no writer and no other checkpoint runs meanwhile. The checkpoint of the last
   * connection that closes has the database to itself.
   */
  checkpoint(): void {
    const log = statSync(`${file}-wal`, { throwIfNoEntry: false })
    if (log === undefined || log.size < checkpointBytes) return
    try {
      this.#guard.exec('BEGIN IMMEDIATE')
    } catch {
      // Another process writes; the next call tries again.
      return
    }
    try {
      this.#all('PRAGMA wal_checkpoint(PASSIVE)')
    } catch {
      // The log grows until a later checkpoint succeeds.
    } finally {
      this.#guard.exec('ROLLBACK')
    }
  }

  close(): void {
    for (const db of [this.#guard, this.#db]) {
      try {
        db.close()
      } catch {
        // It ends with the process.
      }
    }
  }

  /** SQLite goes on using a file that was removed, while other processes would create a new one. */
  #checkFile(): void {
    const now = statSync(file, { throwIfNoEntry: false })
    if (now?.dev !== this.#opened.dev || now.ino !== this.#opened.ino) {
      throw new Fault('replaced', 'the file was removed or replaced while in use')
    }
  }

  #transaction<T>(work: () => T): T {
    retried(() => this.#db.exec('BEGIN IMMEDIATE'))
    try {
      const result = work()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      // SQLite has ended the transaction itself after some errors.
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  /** An operation that fails leaves nothing, and the others as they are. */
  #tried(operation: SqliteOperation, now: number): SqliteResult {
    this.#run('SAVEPOINT operation')
    try {
      const result = this.#perform(operation, now)
      this.#run('RELEASE operation')
      return result
    } catch (error) {
      // SQLite has ended the whole transaction: none of its operations happened.
      if (!this.#db.inTransaction) throw error
      this.#db.exec('ROLLBACK TO operation; RELEASE operation')
      this.#open = undefined
      const { reason, message } = faultOf(error)
      return { fault: reason, message }
    }
  }

  #perform(operation: SqliteOperation, now: number): SqliteResult {
    switch (operation.kind) {
      case 'put': {
        const { id, record, lifetimeMs } = operation
        const [found] = this.#all('SELECT 1 FROM nonces WHERE id = ?', id)
        if (found !== undefined) return { refused: 'duplicate' }
        this.#open ??= Number(this.#all('SELECT count(*) AS open FROM nonces')[0]!['open'])
        if (this.#open >= maxNonces) return { refused: 'too-many' }
        this.#run('INSERT INTO nonces VALUES (?, ?, ?)', id, written(record), now + lifetimeMs)
        this.#open += 1
        return { value: undefined }
      }
      case 'take': {
        const [found] = this.#all('SELECT record FROM nonces WHERE id = ? AND until > ?', operation.id, now)
        if (found === undefined) return { value: undefined }
        this.#run('DELETE FROM nonces WHERE id = ?', operation.id)
        if (this.#open !== undefined) this.#open -= 1
        return { value: textOf(found, 'record') }
      }
      case 'announce': {
        const { text, lifetimeMs } = operation
        if (lifetimeMs > 0)
          this.#run('INSERT OR REPLACE INTO announcements VALUES (?, ?)', written(text), now + lifetimeMs)
        else this.#run('DELETE FROM announcements WHERE text = ?', written(text))
        const all = this.#all('SELECT text FROM announcements WHERE until > ? ORDER BY until DESC LIMIT 1000', now)
        return { value: all.map((row) => textOf(row, 'text')) }
      }
      case 'increment': {
        const sql = `INSERT INTO counters VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count`
        return { value: Number(this.#all(sql, written(operation.key))[0]!['count']) }
      }
      case 'count': {
        const [found] = this.#all('SELECT count FROM counters WHERE key = ?', written(operation.key))
        return { value: Number(found?.['count'] ?? 0) }
      }
      case 'reset':
        this.#run('DELETE FROM counters WHERE key = ?', written(operation.key))
        return { value: undefined }
      case 'read':
        return { value: this.#text(operation.key, now) }
      case 'write':
        this.#run(
          'INSERT OR REPLACE INTO texts VALUES (?, ?, NULL, NULL)',
          written(operation.key),
          written(operation.value),
        )
        return { value: undefined }
      case 'remove':
        this.#run('DELETE FROM texts WHERE key = ?', written(operation.key))
        return { value: undefined }
      case 'change':
        return { value: this.#change(operation.changes, now) }
      case 'due': {
        const { before, limit } = operation
        const sql = 'SELECT key FROM texts WHERE due <= ? AND (until IS NULL OR until > ?) ORDER BY due LIMIT ?'
        return { value: this.#all(sql, before, now, limit).map((row) => textOf(row, 'key')) }
      }
      case 'sweep':
        return { value: undefined }
    }
  }

  #text(key: string, now: number): string | undefined {
    const [found] = this.#all(
      'SELECT value FROM texts WHERE key = ? AND (until IS NULL OR until > ?)',
      written(key),
      now,
    )
    return found && textOf(found, 'value')
  }

  #change(changes: readonly TextChange[], now: number): boolean {
    if (!changes.every(({ key, expected }) => this.#text(key, now) === expected)) return false
    for (const { key, expected, next, lifetimeMs, dueAt } of changes) {
      if (next === expected) continue
      if (next === undefined) this.#run('DELETE FROM texts WHERE key = ?', written(key))
      else {
        const until = lifetimeMs === undefined ? null : now + lifetimeMs
        this.#run('INSERT OR REPLACE INTO texts VALUES (?, ?, ?, ?)', written(key), written(next), until, dueAt ?? null)
      }
    }
    return true
  }

  /**
   * Removes what has expired, in every transaction: so a nonce that had expired at any transaction stays refused, also
   * after the clock is set back.
   */
  #sweep(now: number): void {
    this.#run('DELETE FROM nonces WHERE until <= ?', now)
    this.#run('DELETE FROM texts WHERE until <= ?', now)
    this.#run('DELETE FROM announcements WHERE until <= ?', now)
  }

  // Values are passed as one array of texts and integers: the package takes a single object, such as bytes, for named
  // values, and then ends the process.

  #run(sql: string, ...values: readonly Value[]): void {
    this.#statement(sql).run([...values])
  }

  #all(sql: string, ...values: readonly Value[]): readonly Row[] {
    return this.#statement(sql).all([...values]) as readonly Row[]
  }

  #statement(sql: string): Database.Statement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const made = this.#db.prepare(sql) as Database.Statement
    this.#statements.set(sql, made)
    return made
  }
}

async function start(): Promise<void> {
  const answer = (message: SqliteAnswer): void => port.postMessage(message)
  let store: Store
  try {
    const { default: Database } = await load('libsql', () => import('libsql'))
    store = new Store(Database)
  } catch (error) {
    if (error instanceof DependencyError) return answer({ missing: String(error.cause) })
    const { reason, message } = faultOf(error)
    return answer({ fault: reason, message })
  }
  port.on('message', (message: SqliteMessage) => {
    if ('close' in message) {
      store.close()
      answer({ closed: true })
      port.close()
      return
    }
    answer({ results: store.run(message.now, message.operations) })
    store.checkpoint()
  })
  answer({ opened: true })
}

// No `await` at the top level: this file can be bundled as CommonJS.
void start()
