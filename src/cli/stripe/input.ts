import { addAbortSignal, type Readable } from 'node:stream'
import { concat } from '../../bytes.ts'
import { TransportError } from '../../errors.ts'
import { readText, strictText } from '../bounded-file.ts'
import { CliError, withFile } from '../cli-error.ts'
import type { InputStream, Io } from '../io.ts'

/** Longest input, bytes: above any swipe in any form. */
const longest = 65_536
/** Idle time that ends a swipe, milliseconds; no reader pauses so long between two keys. */
const quietMs = 300
/** Longest time for which the rest of an unwanted swipe is discarded, milliseconds. */
const longestRestMs = 5_000
const keys = { ctrlC: 0x03, ctrlD: 0x04, tab: 0x09, lineFeed: 0x0a, return: 0x0d, quit: 0x1c, endSentinel: 0x3f }

/**
 * Text of a swipe: from a file or standard input; at a terminal everything until the reader has been idle, so that
 * nothing is left for the shell, which would execute it.
 *
 * @throws CliError `ERR_FILE`; TransportError `ERR_ABORTED`, at a terminal once the reader is idle.
 */
export async function readSwipeText(io: Io, file: string | undefined): Promise<string> {
  if (file !== undefined && file !== '-') return readText(file, longest)
  return strictText(await withFile('cannot-read', () => (io.stdin.isTTY ? readTerminal(io) : readPipe(io, longest))))
}

/** Discards terminal input until the reader is idle: a swipe that is not going to be used. */
export async function swallowSwipe(io: Io): Promise<void> {
  if (!io.stdin.isTTY) return
  await readTerminal({ ...io, signal: AbortSignal.abort() }).catch(() => undefined)
}

/** Reads standard input completely. @throws CliError `ERR_FILE` beyond `mostBytes`; TransportError `ERR_ABORTED`. */
export async function readPipe({ stdin, signal }: Io, mostBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of addAbortSignal<Readable>(signal, stdin)) {
      const part = bytesOf(chunk)
      length += part.length
      if (length > mostBytes) throw tooLarge(mostBytes)
      parts.push(part)
    }
  } catch (error) {
    if (signal.aborted) throw interrupted()
    throw error
  }
  return concat(...parts)
}

/** A swipe at a terminal without echo; the terminal mode is restored in any case. */
async function readTerminal({ stdin, signal }: Io): Promise<Uint8Array> {
  setRawMode(stdin, true)
  const swipe = new TypedSwipe(stdin)
  const abort = (): void => swipe.refuse(interrupted())
  signal.addEventListener('abort', abort, { once: true })
  try {
    if (signal.aborted) abort()
    return await swipe.whole
  } finally {
    signal.removeEventListener('abort', abort)
    swipe.close()
    setRawMode(stdin, false)
  }
}

/** Terminal input until no key arrives for a while. */
class TypedSwipe {
  /** All input; rejected with the refusal once the rest is discarded. */
  readonly whole: Promise<Uint8Array>
  readonly #input: InputStream
  readonly #parts: Uint8Array[] = []
  #length = 0
  #complete = false
  #refusal: Error | undefined
  #quiet: NodeJS.Timeout | undefined
  #limit: NodeJS.Timeout | undefined
  #settle: { readonly resolve: (bytes: Uint8Array) => void; readonly reject: (error: Error) => void } | undefined

  constructor(input: InputStream) {
    this.#input = input
    this.whole = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    input.on('data', this.#take).on('end', this.#end).on('close', this.#end).on('error', this.#fail)
    input.resume()
  }

  /** Discards further input for a limited time. A second call ends at once. */
  refuse(error: Error): void {
    if (this.#refusal !== undefined) {
      this.#end()
      return
    }
    this.#refusal = error
    this.#limit = setTimeout(this.#end, longestRestMs)
    this.#wait()
  }

  close(): void {
    clearTimeout(this.#quiet)
    clearTimeout(this.#limit)
    this.#input.off('data', this.#take).off('end', this.#end).off('close', this.#end).off('error', this.#fail)
    this.#input.pause()
  }

  readonly #take = (chunk: Uint8Array | string): void => {
    const bytes = bytesOf(chunk)
    if (bytes.includes(keys.ctrlC) || bytes.includes(keys.quit)) this.refuse(interrupted())
    else if (this.#refusal === undefined) this.#keep(bytes)
    this.#wait()
  }

  #keep(bytes: Uint8Array): void {
    const stop = bytes.indexOf(keys.ctrlD)
    const part = stop < 0 ? bytes : bytes.subarray(0, stop)
    this.#length += part.length
    this.#parts.push(part)
    // A person typing may pause anywhere else.
    this.#complete ||= stop >= 0 || part.some((byte) => ends.has(byte))
    if (this.#length > longest) this.refuse(tooLarge(longest))
  }

  /** Ends once no key has arrived for a while, if allowed. */
  #wait(): void {
    clearTimeout(this.#quiet)
    if (this.#complete || this.#refusal !== undefined) this.#quiet = setTimeout(this.#end, quietMs)
  }

  readonly #end = (): void => {
    if (this.#refusal === undefined) this.#settle?.resolve(concat(...this.#parts))
    else this.#settle?.reject(this.#refusal)
  }

  readonly #fail = (error: Error): void => this.#settle?.reject(this.#refusal ?? error)
}

/** Bytes that end a track. */
const ends: ReadonlySet<number> = new Set([keys.endSentinel, keys.return, keys.lineFeed, keys.tab])

/** A closed terminal has no mode. */
function setRawMode(input: InputStream, raw: boolean): void {
  try {
    input.setRawMode?.(raw)
  } catch (error) {
    if (raw) throw error
  }
}

function bytesOf(chunk: Uint8Array | string): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

function tooLarge(bytes: number): CliError {
  return new CliError('ERR_FILE', 'too-large', String(bytes))
}

function interrupted(): TransportError {
  return new TransportError('ERR_ABORTED', 'interrupted while a swipe was read')
}
