import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AuditError } from '../errors.ts'
import type { AuditEvent, AuditSink } from './event.ts'
import { type AuditHead, checkEvent, headerEvent, isHash, makeLine, recoveredEvent } from './line.ts'
import { type Lock, takeLock } from './lock.ts'
import { scan } from './scan.ts'
import { LineWriter } from './writer.ts'

/** Options of {@link openAuditLog}. */
export interface AuditLogOptions {
  /** Whether a write waits until its line is on the disk (`fdatasync`). Default: until the kernel has it. */
  readonly sync?: boolean | undefined
  /** Time of the lines. Default: the system's clock. */
  readonly clock?: (() => Date) | undefined
  /** End of the log this one goes on from. Written into the first line of a new file; not looked at in another. */
  readonly continues?: AuditHead | undefined
}

/** An audit log that is open for writing. */
export interface AuditLog extends AuditSink {
  /** The end of the log: last line that was written. */
  readonly head: AuditHead
  /**
   * Writes one line, in the order of the calls. Resolves when the kernel, or with `sync` the disk, has it.
   *
   * @throws AuditError `ERR_AUDIT` when it cannot be written; then no later write is accepted, so there is never a gap.
   * @throws TypeError, RangeError for an event that is misshapen or longer than 64 KiB. The log is as before.
   */
  write(event: AuditEvent): Promise<void>
  /** Waits for what is being written, then lets go of the file. */
  close(): Promise<void>
}

/**
 * Opens an audit log for writing, or begins one. The whole chain is followed first. A last line that was not written to its
 * end is cut off, and a line of type `recovered` tells its length. One process writes a file: `FILE.lock` names it.
 *
 * @throws AuditError `ERR_AUDIT` when the chain is broken (with its line), another process writes the log, or the file
 * cannot be read and written.
 * @throws TypeError for a `continues` that cannot be an end.
 */
export async function openAuditLog(file: string, options: AuditLogOptions = {}): Promise<AuditLog> {
  const { sync = false, clock = () => new Date(), continues } = options
  if (continues !== undefined && (!isHash(continues.hash) || !Number.isSafeInteger(continues.count))) {
    throw new TypeError('continues must be the head of a log')
  }
  let lock: Lock | undefined
  let handle: FileHandle | undefined
  try {
    lock = await takeLock(`${file}.lock`)
    const { O_RDWR, O_APPEND, O_CREAT } = constants
    handle = await open(file, O_RDWR | O_APPEND | O_CREAT, 0o600)
    if (!(await handle.stat()).isFile()) throw new AuditError('the audit log is not a regular file')
    const { head, length, tail } = await scan(handle)
    if (tail > 0) await handle.truncate(length)
    const log = new OpenLog(new LineWriter(handle, length, sync), head, clock, lock)
    if (head.count === 0) await log.append(headerEvent(continues))
    if (tail > 0) await log.append(recoveredEvent(tail))
    if (sync) await syncFolder(file)
    return log
  } catch (cause) {
    await handle?.close()
    await lock?.release()
    throw cause instanceof AuditError ? cause : new AuditError('the audit log cannot be opened', { cause })
  }
}

class OpenLog implements AuditLog {
  readonly #writer: LineWriter
  readonly #clock: () => Date
  readonly #lock: Lock
  /** After the last line that was made; those behind it may still be waiting. */
  #made: AuditHead
  #written: AuditHead
  #closed: Promise<void> | undefined

  constructor(writer: LineWriter, head: AuditHead, clock: () => Date, lock: Lock) {
    this.#writer = writer
    this.#made = head
    this.#written = head
    this.#clock = clock
    this.#lock = lock
  }

  get head(): AuditHead {
    return this.#written
  }

  async write(event: AuditEvent): Promise<void> {
    if (this.#closed !== undefined) throw new AuditError('the audit log is closed')
    checkEvent(event)
    await this.append(event)
  }

  async append(event: AuditEvent): Promise<void> {
    const { bytes, head } = makeLine(this.#made, this.#clock(), event)
    this.#made = head
    await this.#writer.write(bytes)
    this.#written = head
  }

  close(): Promise<void> {
    this.#closed ??= this.#writer.close().finally(() => this.#lock.release())
    return this.#closed
  }
}

/** Makes the name of a new file last. */
async function syncFolder(file: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
