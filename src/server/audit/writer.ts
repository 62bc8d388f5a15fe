import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { AuditError } from '../../errors.ts'

interface Waiting {
  readonly bytes: Buffer
  readonly done: () => void
  readonly failed: (error: AuditError) => void
}

/** Bytes of one write call, at most. */
const batchLength = 1_048_576

/** Appends lines in order to one file. Lines that arrive while the disk is busy are written together (group commit). */
export class LineWriter {
  readonly #file: FileHandle
  readonly #sync: boolean
  readonly #beforeBatch: ((file: Stats) => Promise<void>) | undefined
  #length: number
  #incomplete = false
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #failure: AuditError | undefined

  /**
   * @param length bytes the file has.
   * @param beforeBatch called with the state of the file before lines are written; throws when they
   *   must not be written.
   */
  constructor(file: FileHandle, length: number, sync: boolean, beforeBatch?: (file: Stats) => Promise<void>) {
    this.#file = file
    this.#length = length
    this.#sync = sync
    this.#beforeBatch = beforeBatch
  }

  /** Bytes of the lines that were written. */
  get length(): number {
    return this.#length
  }

  /** Whether a write failed after it began, so that bytes of it may follow {@link length}. */
  get incomplete(): boolean {
    return this.#incomplete
  }

  /** @throws AuditError `ERR_AUDIT` when this or an earlier line could not be written. */
  write(bytes: Buffer): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise((done, failed) => {
      this.#waiting.push({ bytes, done, failed })
      this.#running ??= this.#run()
    })
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.#running
  }

  async close(): Promise<void> {
    await this.#running
    await this.#file.close()
  }

  async #run(): Promise<void> {
    // Lines of the same turn of the event loop are written together.
    await undefined
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch()
      try {
        await this.#append(Buffer.concat(batch.map(({ bytes }) => bytes)))
        for (const { done } of batch) done()
      } catch (cause) {
        const failure = new AuditError('the audit log cannot be written', { cause })
        this.#failure = failure
        for (const { failed } of [...batch, ...this.#waiting]) failed(failure)
        this.#waiting = []
      }
    }
    this.#running = undefined
  }

  #nextBatch(): readonly Waiting[] {
    let length = 0
    const end = this.#waiting.findIndex(({ bytes }) => {
      length += bytes.length
      return length > batchLength
    })
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end)
  }

  async #append(bytes: Buffer): Promise<void> {
    // A file removed, truncated or written by another program is no longer this log.
    const found = await this.#file.stat()
    const { size, nlink } = found
    await this.#beforeBatch?.(found)
    if (nlink === 0) throw new Error('the file was removed')
    if (size !== this.#length)
      throw new Error(`the file was ${size < this.#length ? 'truncated' : 'written'} by another program`)
    this.#incomplete = true
    let written = 0
    while (written < bytes.length) {
      written += (await this.#file.write(bytes, written, bytes.length - written)).bytesWritten
    }
    if (this.#sync) await this.#file.datasync()
    this.#incomplete = false
    this.#length += bytes.length
  }
}
