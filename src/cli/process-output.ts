import { fstatSync, writeSync } from 'node:fs'
import type { OutputStream } from './io.ts'

/** Bytes a log may buffer for its reader; further lines are dropped. */
const mostWaiting = 262_144
const lineFeed = 0x0a

/**
 * A standard stream of this process. It reports when all is written, keeps an error instead of throwing it, and can be
 * switched to log mode, which never fails and never buffers more than {@link mostWaiting} bytes.
 */
export class ProcessOutput implements OutputStream {
  readonly isTTY: boolean
  readonly #stream: NodeJS.WriteStream & { readonly fd: number }
  /** Files are written here directly: Node treats a partial write (disk full) as complete. */
  readonly #isFile: boolean
  readonly #failed: (error: NodeJS.ErrnoException) => void
  #waiting = 0
  #idle: (() => void)[] = []
  #failure: NodeJS.ErrnoException | undefined
  /** The last line was written partially. */
  #torn = false
  #log: Log | undefined

  /** @param failed - called once with the first failure, unless the stream is a log. */
  constructor(stream: NodeJS.WriteStream & { readonly fd: number }, failed: (error: NodeJS.ErrnoException) => void) {
    this.isTTY = stream.isTTY === true
    this.#stream = stream
    this.#isFile = !this.isTTY && isFile(stream.fd)
    this.#failed = failed
    // Each write reports its own error.
    stream.on('error', () => {})
  }

  /** Width of the terminal, now. */
  get columns(): number | undefined {
    return this.isTTY ? this.#stream.columns : undefined
  }

  /** The first write error; none in log mode. */
  get failure(): NodeJS.ErrnoException | undefined {
    return this.#failure
  }

  /** Lines a log has dropped so far. */
  get dropped(): number {
    return this.#log?.dropped ?? 0
  }

  write(chunk: string | Uint8Array): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    if (this.#log === undefined) {
      if (this.#failure === undefined) this.#send(bytes, (error) => this.#fail(error))
      return
    }
    const log = this.#log
    if (this.#waiting + bytes.length > mostWaiting) {
      log.drop(bytes, 'EAGAIN')
      return
    }
    const gap = log.takeGap()
    this.#send(gap === 0 ? bytes : afterGap(gap, bytes), (error) => log.drop(bytes, error.code ?? 'EIO', gap))
  }

  /** Resolves when everything is written, however slow the reader, or writing failed; at once in log mode. */
  async flushed(): Promise<void> {
    if (this.#waiting === 0 || this.#log !== undefined) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /**
   * Switches to log mode, for a program that must continue whatever happens to its output: lines that cannot be
   * written, or that a slow reader leaves buffered, are dropped and counted; the count is written in their place once
   * there is room.
   *
   * @param lost - called when the first line is dropped, with the system's error name; `EAGAIN` for a reader that does
   *   not read.
   */
  becomeLog(lost: (reason: string) => void): void {
    this.#log = new Log(lost)
    this.#failure = undefined
    for (const resolve of this.#idle.splice(0)) resolve()
    // A terminal with stopped output (Ctrl-S) would block this process.
    const { _handle: handle } = this.#stream as { _handle?: { setBlocking?(blocking: boolean): void } }
    handle?.setBlocking?.(false)
  }

  #send(bytes: Uint8Array, failed: (error: NodeJS.ErrnoException) => void): void {
    if (this.#isFile) {
      try {
        this.#writeFile(bytes)
      } catch (error) {
        failed(error as NodeJS.ErrnoException)
      }
      return
    }
    this.#waiting += bytes.length
    this.#stream.write(bytes, (error) => {
      this.#waiting -= bytes.length
      if (error) failed(error)
      if (this.#waiting === 0) for (const resolve of this.#idle.splice(0)) resolve()
    })
  }

  #writeFile(bytes: Uint8Array): void {
    if (this.#torn && this.#log !== undefined) writeSync(this.#stream.fd, '\n')
    this.#torn = false
    for (let at = 0; at < bytes.length; ) {
      at += writeSync(this.#stream.fd, bytes, at)
      this.#torn = at < bytes.length
    }
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    this.#failed(error)
  }
}

/** Dropped lines of a log. */
class Log {
  readonly #lost: (reason: string) => void
  dropped = 0
  /** Of those, not yet reported in the log itself. */
  #gap = 0

  constructor(lost: (reason: string) => void) {
    this.#lost = lost
  }

  /** @param gap - lines dropped earlier whose count was to be written before these. */
  drop(bytes: Uint8Array, reason: string, gap = 0): void {
    const lines = Math.max(1, bytes.filter((byte) => byte === lineFeed).length)
    const isFirst = this.dropped === 0
    this.dropped += lines
    this.#gap += lines + gap
    if (isFirst) this.#lost(reason)
  }

  /** Number of dropped lines to report before the next one. */
  takeGap(): number {
    const gap = this.#gap
    this.#gap = 0
    return gap
  }
}

function afterGap(count: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ event: 'lines-dropped', count })}\n`), bytes])
}

function isFile(fd: number): boolean {
  const found = fstatSync(fd)
  return found.isFile() || found.isCharacterDevice() || found.isBlockDevice()
}
