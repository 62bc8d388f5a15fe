import { openSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import { concat } from '../bytes.ts'
import { TransportError } from '../errors.ts'
import { usageError } from './cli-error.ts'
import type { InputStream, Io, Terminal } from './io.ts'

const longestLine = 256
/** Milliseconds. */
const graceMs = 200
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Reads secrets from standard input, one per line, as bytes. Its buffers are wiped. */
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
      if (this.#held.length > longestLine) throw usageError('line-too-long')
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
   * Requires that no line is left: a further line would mean that the caller misunderstands the meaning of the lines.
   * Empty lines are ignored. Waits {@link graceMs} at most for the end of the input, since it may stay open.
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

  /** Wipes the buffers and releases the input, so that the process can end. */
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

  /** One chunk, or `undefined` at the end. @param until - time at which missing input counts as the end. */
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

/** The controlling terminal, used when standard input carries a file; `undefined` without one. */
export function openTerminal(): Terminal | undefined {
  try {
    return new ReadStream(openSync(process.platform === 'win32' ? '\\\\.\\CONIN$' : '/dev/tty', 'r+'))
  } catch {
    return undefined
  }
}

const longest = 128
const keys = {
  ctrlC: 0x03,
  ctrlD: 0x04,
  backspace: 0x08,
  lineFeed: 0x0a,
  return: 0x0d,
  ctrlU: 0x15,
  escape: 0x1b,
  delete: 0x7f,
}

/**
 * Prompts for a secret on the terminal and shows asterisks only. The terminal mode is restored in any case.
 *
 * @param input - the terminal.
 * @returns UTF-8 bytes typed before Enter; the caller wipes them.
 * @throws TransportError `ERR_ABORTED` for Ctrl-C, Ctrl-D and an aborted signal; with the cause `SIGHUP` when the
 *   terminal was closed.
 */
export async function promptHidden(io: Io, input: InputStream, label: string): Promise<Uint8Array> {
  const { stderr, signal } = io
  const line = new HiddenLine()
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined
  const stop = (): void => settle?.reject(new TransportError('ERR_ABORTED', 'interrupted while a PIN was asked for'))
  const closed = (): void =>
    settle?.reject(new TransportError('ERR_ABORTED', 'the terminal was closed while a PIN was asked for', hungUp))
  // A closed terminal rejects mode changes, later ones too.
  if (input.listenerCount('error', ignoreFailure) === 0) input.on('error', ignoreFailure)
  const onData = (chunk: Uint8Array | string): void => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    const before = line.characters
    const outcome = line.type(bytes)
    bytes.fill(0)
    const change = line.characters - before
    stderr.write(change >= 0 ? '*'.repeat(change) : '\b \b'.repeat(-change))
    if (outcome === 'done') settle?.resolve()
    if (outcome === 'stop') stop()
  }
  stderr.write(label)
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      settle = { resolve: () => resolve(line.take()), reject }
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
      input.on('data', onData)
      for (const event of ends) input.on(event, closed)
      input.setRawMode?.(true)
      input.resume()
    })
  } finally {
    line.wipe()
    signal.removeEventListener('abort', stop)
    input.off('data', onData)
    for (const event of ends) input.off(event, closed)
    input.pause()
    if (!input.destroyed) input.setRawMode?.(false)
    stderr.write('\n')
  }
}

/** Events of a closed terminal. */
const ends = ['end', 'close', 'error'] as const
const hungUp = { cause: 'SIGHUP' }
const ignoreFailure = (): void => {}

/** The bytes of one typed line, edited in place. */
class HiddenLine {
  readonly #bytes = new Uint8Array(longest)
  #length = 0

  /** Characters so far; continuation bytes of UTF-8 do not count. */
  get characters(): number {
    return this.#bytes.subarray(0, this.#length).filter((byte) => (byte & 0xc0) !== 0x80).length
  }

  /** Processes one chunk of key bytes. */
  type(chunk: Uint8Array): 'more' | 'done' | 'stop' {
    for (let at = 0; at < chunk.length; at++) {
      const key = chunk[at]!
      if (key === keys.escape) at = endOfSequence(chunk, at)
      else if (key === keys.return || key === keys.lineFeed) return 'done'
      else if (key === keys.ctrlC || key === keys.ctrlD) return 'stop'
      else if (key === keys.backspace || key === keys.delete) this.#erase()
      else if (key === keys.ctrlU) this.wipe()
      else if (key >= 0x20 && this.#length < longest) this.#bytes[this.#length++] = key
    }
    return 'more'
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  wipe(): void {
    this.#bytes.fill(0)
    this.#length = 0
  }

  #erase(): void {
    while (this.#length > 0) {
      const byte = this.#bytes[--this.#length]!
      this.#bytes[this.#length] = 0
      if ((byte & 0xc0) !== 0x80) return
    }
  }
}

/** Last byte of the escape sequence of an arrow or function key, ECMA-48 5.4; it arrives in one chunk. */
function endOfSequence(chunk: Uint8Array, at: number): number {
  const introducer = chunk[at + 1]
  if (introducer === 0x4f) return at + 2
  if (introducer !== 0x5b) return at
  let end = at + 2
  while (end < chunk.length && (chunk[end]! < 0x40 || chunk[end]! > 0x7e)) end++
  return end
}
