import { addAbortSignal, type Readable } from 'node:stream'
import { concat } from '../../bytes.ts'
import { TransportError } from '../../errors.ts'
import { readText, strictText } from '../bounded-file.ts'
import { CliError, withFile } from '../cli-error.ts'
import type { InputStream, Io } from '../io.ts'

/** Longest input, bytes: more than a swipe in any form. */
const longest = 65_536
/** No reader rests so long between two keys; milliseconds. */
const quietMs = 300
/** Longest time for which the rest of a swipe that is not wanted any more is swallowed, milliseconds. */
const longestRestMs = 5_000
const keys = { ctrlC: 0x03, ctrlD: 0x04, tab: 0x09, lineFeed: 0x0a, return: 0x0d, quit: 0x1c, endSentinel: 0x3f }

/**
 * Text of a swipe: of a file, or of standard input; at a terminal all that comes until the reader has come to an end, so that
 * nothing of it is left for the shell, which would run it.
 *
 * @throws CliError `ERR_FILE`; TransportError `ERR_ABORTED`, at a terminal once the reader rests.
 */
export async function readSwipeText(io: Io, file: string | undefined): Promise<string> {
  if (file !== undefined && file !== '-') return readText(file, longest)
  return strictText(await withFile('cannot-read', () => (io.stdin.isTTY ? readTerminal(io) : readPipe(io, longest))))
}

/** Swallows what is typed at a terminal until the reader rests: a swipe that no one is going to read. */
export async function swallowSwipe(io: Io): Promise<void> {
  if (!io.stdin.isTTY) return
  await readTerminal({ ...io, signal: AbortSignal.abort() }).catch(() => undefined)
}

/** Everything of standard input. @throws CliError `ERR_FILE` beyond `mostBytes`; TransportError `ERR_ABORTED`. */
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

/** A swipe at a terminal, which echoes nothing meanwhile and is as before afterwards, whatever happens. */
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

/** What is typed until no key has come for a while. */
class TypedSwipe {
  /** Everything typed; rejected with the refusal once the rest is swallowed. */
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

  /** Takes no more: what still comes is swallowed, for a while at most. Refused again it ends at once. */
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
    // A person may rest anywhere else.
    this.#complete ||= stop >= 0 || part.some((byte) => ends.has(byte))
    if (this.#length > longest) this.refuse(tooLarge(longest))
  }

  /** Ends once no key has come for a while, if it may. */
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

/** What a track ends with. */
const ends: ReadonlySet<number> = new Set([keys.endSentinel, keys.return, keys.lineFeed, keys.tab])

/** A terminal that is gone has no mode any more. */
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
