import { concat } from '../bytes.ts'
import { TransportError } from '../errors.ts'
import { usageError } from './cli-error.ts'
import type { InputStream } from './io.ts'

const longest = 256
/** Milliseconds. */
const graceMs = 200
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Reads secrets from standard input, one a line, as bytes. What was read is wiped. */
export class SecretLines {
  readonly #input: InputStream
  readonly #signal: AbortSignal
  #held: Uint8Array = new Uint8Array()
  #first = true

  constructor(input: InputStream, signal: AbortSignal) {
    this.#input = input
    this.#signal = signal
  }

  /**
   * The next line without its end; the caller wipes it. The last line needs no line feed.
   *
   * @throws CliError `ERR_USAGE` when the input has ended, or the line is too long to be a PIN.
   */
  async next(): Promise<Uint8Array> {
    for (;;) {
      const end = this.#held.indexOf(lineFeed)
      if (end >= 0) return this.#take(end, end + 1)
      if (this.#held.length > longest) throw usageError('line-too-long')
      const chunk = await this.#read()
      if (chunk === undefined) break
      const joined = concat(this.#held, chunk)
      this.#held.fill(0)
      chunk.fill(0)
      this.#held = joined
    }
    if (this.#held.length === 0) throw usageError('stdin-ended')
    return this.#take(this.#held.length, this.#held.length)
  }

  /**
   * Makes sure that nothing is left: another line would mean that the caller takes the lines for something else than they
   * are. Line ends alone are passed over. The end of the input is waited for {@link graceMs} at most, since it may stay open.
   *
   * @throws CliError `ERR_USAGE`.
   */
  async requireEnd(): Promise<void> {
    const until = performance.now() + graceMs
    for (;;) {
      if (this.#held.some((byte) => byte !== lineFeed && byte !== carriageReturn)) throw usageError('stdin-left-over')
      this.#held = new Uint8Array()
      const chunk = await this.#read(until)
      if (chunk === undefined) return
      this.#held = chunk
    }
  }

  /** Wipes what is held and lets go of the input, so that the process can end. */
  close(): void {
    this.#held.fill(0)
    this.#held = new Uint8Array()
    this.#input.pause()
  }

  #take(end: number, next: number): Uint8Array {
    const byteOrderMark = this.#first && this.#held[0] === 0xef && this.#held[1] === 0xbb && this.#held[2] === 0xbf
    const stop = end > 0 && this.#held[end - 1] === carriageReturn ? end - 1 : end
    const line = this.#held.slice(byteOrderMark ? 3 : 0, stop)
    const rest = this.#held.slice(next)
    this.#held.fill(0)
    this.#held = rest
    this.#first = false
    return line
  }

  /** One chunk, or `undefined` at the end. @param until - when to take what has not come for the end. */
  async #read(until?: number): Promise<Uint8Array | undefined> {
    const input = this.#input
    for (;;) {
      const chunk = input.read() as Uint8Array | string | null
      if (chunk !== null) return typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      if (input.readableEnded || !input.readable) return undefined
      if (until !== undefined && performance.now() >= until) return undefined
      await this.#untilReadable(until)
    }
  }

  #untilReadable(until: number | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = until === undefined ? undefined : setTimeout(() => done(), until - performance.now())
      const done = (): void => {
        clearTimeout(timer)
        this.#input.off('readable', done).off('end', done).off('close', done)
        this.#signal.removeEventListener('abort', done)
        if (this.#signal.aborted) reject(new TransportError('ERR_ABORTED', 'interrupted while a PIN was read'))
        else resolve()
      }
      this.#input.on('readable', done).on('end', done).on('close', done)
      this.#signal.addEventListener('abort', done, { once: true })
      if (this.#signal.aborted) done()
    })
  }
}
