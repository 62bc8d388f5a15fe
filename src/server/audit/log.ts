import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, readdir, readlink, realpath, rename, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { AuditError } from '../../errors.ts'
import type { Condition, HealthSource } from '../health.ts'
import type { HeadKeeper } from './head-keeper.ts'
import {
  type AuditEnd,
  type AuditEvent,
  type AuditHead,
  type AuditSink,
  checkEvent,
  endMissingEvent,
  headerEvent,
  isHash,
  makeLine,
  newLogId,
  noLine,
  recoveredEvent,
} from './line.ts'
import { defaultLeaseMs, type Lock, takeLock } from './lock.ts'
import { type Scan, scan } from './verify.ts'
import { LineWriter } from './writer.ts'

/** Options of {@link openAuditLog}. */
export interface AuditLogOptions {
  /** Whether a write resolves only after `fdatasync`. Default false: it resolves when the kernel has the line. */
  readonly sync?: boolean | undefined
  /** Time of the lines. Default: the system's clock. */
  readonly clock?: (() => Date) | undefined
  /**
   * End of the log this one continues. Written into the first line of a new file; ignored for an existing one. Default:
   * the end of the newest former file beside it (`FILE.*`), else what `heads` kept.
   */
  readonly continues?: AuditEnd | undefined
  /** File length in bytes, 65 536 or more, at which the log is rotated. Default: never. */
  readonly rotateBytes?: number | undefined
  /** Keeps the end of the log apart from it: written on opening, each minute, and on closing. */
  readonly heads?: HeadKeeper | undefined
  /**
   * How long, in milliseconds, the lock file of another container or machine must be untouched before it counts as
   * stale. Default 15 000.
   */
  readonly lockLeaseMs?: number | undefined
}

/** An audit log that is open for writing. */
export interface AuditLog extends AuditSink, HealthSource {
  /** The end of the log: last line that was written. */
  readonly head: AuditHead
  /** Identifier of the file, from its first line. */
  readonly id: string
  /**
   * Writes one line, in the order of the calls. Resolves when the kernel, or with `sync` the disk, has it.
   *
   * @throws AuditError `ERR_AUDIT` when it cannot be written. Later lines fail too until writing works again, which is
   * retried each second and on each write; a failed write leaves no incomplete line and no gap in the hash chain.
   * @throws TypeError, RangeError for an invalid event or one longer than 64 KiB. The log is unchanged.
   */
  write(event: AuditEvent): Promise<void>
  /**
   * Renames the file to `FILE.<time>` and starts a new one, whose first line names the end of the former.
   *
   * @returns path of the former file.
   * @throws AuditError `ERR_AUDIT` when that fails; the log then continues in the present file.
   */
  rotate(): Promise<string>
  /** `failed` while lines cannot be written; `warning` when an operator has to act although writing works. */
  conditions(): readonly Condition[]
  /** Waits for pending writes, then releases the file. */
  close(): Promise<void>
}

/**
 * Opens an audit log for writing, or creates one. The whole hash chain is verified first. An incomplete last line is
 * cut off, and a line of type `recovered` records its length. Only one process writes a file: `FILE.lock` names it.
 * `FILE` may be a symbolic link; lock and rotated files are beside its target.
 *
 * @throws AuditError `ERR_AUDIT` when the chain is broken (with its line), another process writes the log, the file has
 *   a hard link, or cannot be read and written.
 * @throws TypeError, RangeError for an option that is not as described.
 */
export async function openAuditLog(file: string, options: AuditLogOptions = {}): Promise<AuditLog> {
  const { continues, rotateBytes, lockLeaseMs = defaultLeaseMs } = options
  if (continues !== undefined && (!isHash(continues.hash) || !Number.isSafeInteger(continues.count))) {
    throw new TypeError('continues must be the end of a log: count and hash')
  }
  if (rotateBytes !== undefined && (!Number.isSafeInteger(rotateBytes) || rotateBytes < 65_536)) {
    throw new RangeError('rotateBytes must be 65 536 or more')
  }
  if (!Number.isInteger(lockLeaseMs) || lockLeaseMs < 1) throw new RangeError('lockLeaseMs must be 1 or more')
  let log: OpenLog | undefined
  try {
    log = new OpenLog(await realFile(file), { ...options, lockLeaseMs })
    await log.open()
    return log
  } catch (cause) {
    await log?.abandon()
    throw cause instanceof AuditError ? cause : new AuditError('the audit log cannot be opened', { cause })
  }
}

/** Why lines cannot be written. */
interface Failure {
  readonly error: AuditError
  readonly reason: string
  readonly since: Date
}

/** The repair that ends a failure. */
type Repair = 'none' | 'cut' | 'begin-in-place' | 'set-aside' | 'new-file'

const retryMs = 1_000
const keepMs = 60_000

class OpenLog implements AuditLog {
  readonly #path: string
  readonly #options: AuditLogOptions & { readonly lockLeaseMs: number }
  readonly #clock: () => Date
  #handle: FileHandle | undefined
  #writer: LineWriter | undefined
  #lock: Lock | undefined
  #id = ''
  /** Head after the last line that was made; it may still wait to be written. */
  #made: AuditHead = noLine
  #written: AuditHead = noLine
  #failure: Failure | undefined
  readonly #warnings = new Map<string, Condition>()
  /** A rotation or repair under way; no line is made meanwhile. */
  #exchange: Promise<unknown> | undefined
  #renamed = false
  #tried = Number.NEGATIVE_INFINITY
  #kept: string | undefined
  #timers: NodeJS.Timeout[] = []
  #closed: Promise<void> | undefined

  constructor(path: string, options: AuditLogOptions & { readonly lockLeaseMs: number }) {
    this.#path = path
    this.#options = options
    this.#clock = options.clock ?? (() => new Date())
  }

  get head(): AuditHead {
    return this.#written
  }

  get id(): string {
    return this.#id
  }

  async open(): Promise<void> {
    const { heads, continues, lockLeaseMs } = this.#options
    this.#lock = await takeLock(`${this.#path}.lock`, lockLeaseMs)
    const kept = await this.#readKept()
    let keptIsThere = kept === undefined
    this.#handle = await openFile(this.#path)
    const found = await scan(this.#handle, ({ count, hash }) => {
      keptIsThere ||= count === kept!.count && hash === kept!.hash
    })
    if (found.head !== noLine) {
      const former = found.header?.continues
      // Kept before this file was started: the file then names the same end, or a later one.
      keptIsThere ||= kept!.log !== found.header?.log && former !== undefined && former.count >= kept!.count
      await this.#goOn(found)
    } else {
      const former = continues ?? (await formerEnd(this.#path)) ?? kept
      keptIsThere ||= former !== undefined && former.count >= kept!.count
      await this.#begin(former, found.tail)
    }
    if (!keptIsThere) {
      this.#warn('end-missing', `lines were removed: the kept end of the log, line ${kept!.count}, is missing`)
      await this.#append(endMissingEvent(kept!))
    }
    if (this.#options.sync === true) await syncFolder(this.#path)
    const every = (ms: number, work: () => void): void => {
      this.#timers.push(setInterval(work, ms).unref())
    }
    // A server that is not ready receives no requests, so recovery must not depend on one.
    every(retryMs, () => void this.#recover().catch(() => {}))
    if (heads !== undefined) {
      every(keepMs, () => void this.#keep())
      await this.#keep()
    }
  }

  /** Releases what a failed opening has acquired. */
  async abandon(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.#handle?.close()
    await this.#lock?.release()
  }

  async write(event: AuditEvent): Promise<void> {
    if (this.#closed !== undefined) throw new AuditError('the audit log is closed')
    checkEvent(event)
    while (this.#exchange !== undefined) await this.#exchange.catch(() => {})
    if (this.#failure !== undefined) await this.#recover()
    await this.#append(event)
    const { rotateBytes = Number.POSITIVE_INFINITY } = this.#options
    if (this.#renamed) this.#exchangeSoon(() => this.#reopen())
    else if (this.#writer!.length >= rotateBytes) this.#exchangeSoon(() => this.#moveOn())
  }

  rotate(): Promise<string> {
    if (this.#closed !== undefined) return Promise.reject(new AuditError('the audit log is closed'))
    return this.#exclusively(async () => {
      if (this.#failure !== undefined) throw this.#failure.error
      return this.#moveOn()
    })
  }

  conditions(): readonly Condition[] {
    const warnings = [...this.#warnings.values()]
    if (this.#failure === undefined) return warnings.length > 0 ? warnings : [{ part: 'audit', state: 'ok' }]
    const { error, reason, since } = this.#failure
    const { code, message } = (error.cause ?? error) as { code?: unknown; message?: string }
    const detail = `${error.message}: ${code === undefined ? message : String(code)}`
    return [{ part: 'audit', state: 'failed', reason, detail, since }, ...warnings]
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    while (this.#exchange !== undefined) await this.#exchange.catch(() => {})
    try {
      await this.#writer!.close()
      await this.#keep()
    } finally {
      await this.#lock!.release()
    }
  }

  async #append(event: AuditEvent): Promise<void> {
    const { bytes, head } = makeLine(this.#made, this.#clock(), event)
    this.#made = head
    const writer = this.#writer!
    try {
      await writer.write(bytes)
    } catch (error) {
      // The lines of one batch fail together; the first failure is kept.
      if (writer === this.#writer) this.#failure ??= failureOf(error as AuditError, this.#clock())
      throw error
    }
    this.#written = head
  }

  /** Continues in a file that has a log. */
  async #goOn({ head, header, length, tail }: Scan): Promise<void> {
    if (tail > 0) await this.#handle!.truncate(length)
    this.#use(length, header!.log, head)
    if (tail > 0) await this.#append(recoveredEvent(tail))
  }

  /** Writes the first line of an empty file. */
  async #begin(continues: AuditEnd | undefined, tail = 0): Promise<void> {
    if (tail > 0) await this.#handle!.truncate(0)
    this.#use(0, newLogId(), noLine)
    await this.#append(headerEvent(this.#id, continues))
    if (tail > 0) await this.#append(recoveredEvent(tail))
  }

  #use(length: number, id: string, head: AuditHead): void {
    this.#writer = new LineWriter(this.#handle!, length, this.#options.sync === true, (own) => this.#look(own))
    this.#id = id
    this.#made = head
    this.#written = head
  }

  /** Before each batch: whether the lock is still held, and the file still has its name. */
  async #look(own: Stats): Promise<void> {
    const [held, named] = await Promise.all([this.#lock!.isHeld(), this.#named()])
    if (!held) throw new LockLost('another process took over this audit log')
    // A renamed file (rotated by another program) still takes lines; the next file names its end.
    this.#renamed = !isSameFile(named, own)
  }

  /** The file at the log's path; `undefined`: missing. */
  #named(): Promise<Stats | undefined> {
    return stat(this.#path).catch((error: { code?: unknown }) => {
      if (error.code !== 'ENOENT') throw error
      return undefined
    })
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    while (this.#exchange !== undefined) await this.#exchange.catch(() => {})
    const running = work().finally(() => {
      this.#exchange = undefined
    })
    this.#exchange = running
    return running
  }

  #exchangeSoon(work: () => Promise<unknown>): void {
    if (this.#exchange !== undefined || this.#closed !== undefined) return
    this.#exclusively(work).catch(() => {})
  }

  /** Renames the file to a name with the time, and continues in a new one. */
  async #moveOn(): Promise<string> {
    await this.#writer!.idle()
    if (this.#failure !== undefined) throw this.#failure.error
    const former = await freeName(this.#path, this.#clock())
    try {
      await rename(this.#path, former)
      try {
        await this.#next()
      } catch (error) {
        await rename(former, this.#path)
        throw error
      }
    } catch (cause) {
      this.#warn(
        'rotation-failed',
        `no new file could be created: ${String((cause as { code?: unknown }).code ?? cause)}`,
      )
      throw new AuditError('the audit log cannot create a new file', { cause })
    }
    this.#warnings.delete('rotation-failed')
    await this.#keep()
    return former
  }

  /** After another program renamed the file: continues in a new one at the old path. */
  async #reopen(): Promise<void> {
    await this.#writer!.idle()
    if (this.#failure !== undefined) return
    try {
      await this.#next()
      this.#renamed = false
    } catch (cause) {
      const error =
        cause instanceof AuditError ? cause : new AuditError('the audit log cannot create a new file', { cause })
      this.#failure = failureOf(error, this.#clock())
      return
    }
    await this.#keep()
  }

  /** Creates the file that continues this one. The present file stays open until the new one has its first line. */
  async #next(event?: AuditEvent): Promise<void> {
    const former = {
      handle: this.#handle,
      writer: this.#writer,
      id: this.#id,
      made: this.#written,
      written: this.#written,
    }
    const handle = await openFile(this.#path)
    if ((await handle.stat()).size > 0) {
      await handle.close()
      throw new AuditError('a file of this name exists already', { cause: { code: 'EEXIST' } })
    }
    try {
      this.#handle = handle
      await this.#begin({ log: former.id, ...former.written })
      if (event !== undefined) await this.#append(event)
      if (this.#options.sync === true) await syncFolder(this.#path)
    } catch (error) {
      this.#handle = former.handle
      this.#writer = former.writer
      this.#id = former.id
      this.#made = former.made
      this.#written = former.written
      // Truncated, so that the next attempt finds an empty file.
      await handle.truncate(0).catch(() => {})
      await handle.close()
      throw error
    }
    await former.handle?.close().catch(() => {})
  }

  /** @throws AuditError when lines still cannot be written. */
  #recover(): Promise<void> {
    return this.#exclusively(async () => {
      if (this.#failure === undefined || this.#closed !== undefined) return
      // Many waiting writes must not each retry on a disk that just failed.
      if (performance.now() - this.#tried < retryMs / 4) throw this.#failure.error
      this.#tried = performance.now()
      await this.#repair(this.#failure)
    })
  }

  async #repair(failure: Failure): Promise<void> {
    await this.#writer!.idle()
    try {
      if (!(await this.#lock!.isHeld())) {
        this.#lock = await takeLock(`${this.#path}.lock`, this.#options.lockLeaseMs)
      }
      const length = this.#writer!.length
      const { repair, cut } = await this.#whatToDo(length)
      const others = repair === 'set-aside' ? await this.#continuation() : undefined
      this.#failure = undefined
      const event = recoveredEvent(cut, failure)
      if (repair === 'cut') await this.#handle!.truncate(length)
      if (others !== undefined) {
        await this.#goOn(others)
        await this.#append(event)
      } else if (repair === 'new-file' || repair === 'set-aside') {
        if (repair === 'set-aside') await this.#setAside()
        await this.#next(event)
      } else {
        if (repair === 'begin-in-place') await this.#begin({ log: this.#id, ...this.#written })
        else this.#use(length, this.#id, this.#written)
        await this.#append(event)
      }
      this.#renamed = false
    } catch (cause) {
      const error = cause instanceof AuditError ? cause : new AuditError('the audit log cannot be written', { cause })
      this.#failure = { ...failureOf(error, failure.since), since: failure.since }
      throw error
    }
    await this.#keep()
  }

  async #whatToDo(length: number): Promise<{ readonly repair: Repair; readonly cut: number }> {
    const [own, named] = await Promise.all([this.#handle!.stat(), this.#named()])
    if (!isSameFile(named, own)) return { repair: 'new-file', cut: 0 }
    if (own.size === length) return { repair: 'none', cut: 0 }
    // Bytes of our own failed write.
    if (own.size > length && this.#writer!.incomplete) return { repair: 'cut', cut: own.size - length }
    return { repair: own.size === 0 ? 'begin-in-place' : 'set-aside', cut: 0 }
  }

  /**
   * Lines another process that held the lock meanwhile wrote after ours. `undefined`: the file is not such a
   * continuation.
   */
  async #continuation(): Promise<Scan | undefined> {
    let known = false
    try {
      const found = await scan(this.#handle!, ({ count, hash }) => {
        known ||= count === this.#written.count && hash === this.#written.hash
      })
      return known ? found : undefined
    } catch (error) {
      if (error instanceof AuditError) return undefined
      throw error
    }
  }

  /** Renames a file that another program altered, with its content unchanged. */
  async #setAside(): Promise<void> {
    const name = await freeName(this.#path, this.#clock(), 'altered-')
    await rename(this.#path, name)
    this.#warn('file-altered', `another program changed the audit log; it is kept as ${basename(name)}`)
  }

  #warn(reason: string, detail: string): void {
    this.#warnings.set(reason, { part: 'audit', state: 'warning', reason, detail, since: this.#clock() })
  }

  async #readKept(): Promise<AuditEnd | undefined> {
    try {
      return await this.#options.heads?.read()
    } catch (error) {
      this.#warn('head-unknown', `the kept end of the log cannot be read: ${nameOf(error)}`)
      return undefined
    }
  }

  /** A head keeper that fails does not stop the log: it is a warning. */
  async #keep(): Promise<void> {
    const { heads } = this.#options
    const end = { log: this.#id, ...this.#written }
    if (heads === undefined || this.#kept === end.hash) return
    try {
      await heads.keep(end)
      this.#kept = end.hash
      this.#warnings.delete('head-not-kept')
    } catch (error) {
      this.#warn('head-not-kept', `the end of the log cannot be kept: ${nameOf(error)}`)
    }
  }
}

const isSameFile = (one: Stats | undefined, other: Stats): boolean =>
  one !== undefined && one.ino === other.ino && one.dev === other.dev

class LockLost extends Error {
  readonly code = 'ELOCKLOST'
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'read-only',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
  ELOCKLOST: 'lock-lost',
  EEXIST: 'file-replaced',
}

function failureOf(error: AuditError, since: Date): Failure {
  const { code } = (error.cause ?? {}) as { code?: unknown }
  return { error, reason: (typeof code === 'string' ? reasons[code] : undefined) ?? 'write-failed', since }
}

const nameOf = (error: unknown): string => String((error as { code?: unknown })?.code ?? (error as Error)?.name)

async function openFile(path: string): Promise<FileHandle> {
  const { O_RDWR, O_APPEND, O_CREAT } = constants
  const handle = await open(path, O_RDWR | O_APPEND | O_CREAT, 0o600)
  try {
    const found = await handle.stat()
    if (!found.isFile()) throw new AuditError('the audit log is not a regular file')
    if (found.nlink > 1) throw new AuditError('the audit log has a hard link')
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Target of a path, so that a log has one lock whatever symbolic link names it. The file may be missing. */
async function realFile(file: string, depth = 0): Promise<string> {
  try {
    return await realpath(file)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT' || depth > 32) throw error
  }
  const folder = await realpath(dirname(file))
  const target = await readlink(join(folder, basename(file))).catch(() => undefined)
  return target === undefined ? join(folder, basename(file)) : realFile(resolve(folder, target), depth + 1)
}

/** A free name for a rotated file: the time, and a number to make it unique. */
async function freeName(path: string, at: Date, prefix = ''): Promise<string> {
  const stamp = at.toISOString().replace(/[-:]|\.\d+/g, '')
  for (let n = 1; ; n++) {
    const name = `${path}.${prefix}${stamp}${n === 1 ? '' : `-${n}`}`
    const there = await stat(name).then(
      () => true,
      () => false,
    )
    if (!there) return name
  }
}

/**
 * The end of the newest rotated file beside a log: needed when a rotation was interrupted before the new first line.
 */
async function formerEnd(path: string): Promise<AuditEnd | undefined> {
  const ends: {
    readonly end: AuditEnd
    readonly log: string
    readonly continues: AuditEnd | undefined
    readonly mtimeMs: number
  }[] = []
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || /\.lock(\.|$)/.test(name) || name.endsWith('.new')) continue
    const file = join(dirname(path), name)
    const found = await stat(file)
    if (!found.isFile()) continue
    const handle = await open(file, 'r')
    try {
      const { head, header } = await scan(handle)
      if (header !== undefined) {
        ends.push({
          end: { log: header.log, ...head },
          log: header.log,
          continues: header.continues,
          mtimeMs: found.mtimeMs,
        })
      }
    } catch (error) {
      // Compressed or altered: it cannot be continued, and `audit verify` reports it.
      if (!(error instanceof AuditError)) throw error
    } finally {
      await handle.close()
    }
  }
  const continued = new Set(ends.map(({ continues }) => continues?.hash))
  const last = ends.filter(({ end }) => !continued.has(end.hash))
  return last.sort((a, b) => b.mtimeMs - a.mtimeMs)[0]?.end
}

/** Makes the directory entry of a new file durable. */
async function syncFolder(file: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
