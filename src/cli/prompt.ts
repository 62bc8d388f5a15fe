import { TransportError } from '../errors.ts'
import type { InputStream, Io } from './io.ts'

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
 * Asks for a secret on the terminal and shows asterisks only. The terminal is as before afterwards, whatever happens.
 *
 * @param input - the terminal.
 * @returns UTF-8 bytes typed before Enter; the caller wipes them.
 * @throws TransportError `ERR_ABORTED` for Ctrl-C, Ctrl-D and an aborted signal; with the cause `SIGHUP` when the terminal was
 *   closed.
 */
export async function promptHidden(io: Io, input: InputStream, label: string): Promise<Uint8Array> {
  const { stderr, signal } = io
  const line = new HiddenLine()
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined
  const stop = (): void => settle?.reject(new TransportError('ERR_ABORTED', 'interrupted while a PIN was asked for'))
  const closed = (): void =>
    settle?.reject(new TransportError('ERR_ABORTED', 'the terminal was closed while a PIN was asked for', hungUp))
  // A closed terminal refuses every change of its mode, later ones too.
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

/** How a closed terminal shows. */
const ends = ['end', 'close', 'error'] as const
const hungUp = { cause: 'SIGHUP' }
const ignoreFailure = (): void => {}

/** The bytes of one line as they are typed, edited in place. */
class HiddenLine {
  readonly #bytes = new Uint8Array(longest)
  #length = 0

  /** Characters so far; continuation bytes of UTF-8 do not count. */
  get characters(): number {
    return this.#bytes.subarray(0, this.#length).filter((byte) => (byte & 0xc0) !== 0x80).length
  }

  /** Takes one chunk of keys. */
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

/** Last byte of the escape sequence of an arrow or function key, ECMA-48 5.4; it comes in one chunk. */
function endOfSequence(chunk: Uint8Array, at: number): number {
  const introducer = chunk[at + 1]
  if (introducer === 0x4f) return at + 2
  if (introducer !== 0x5b) return at
  let end = at + 2
  while (end < chunk.length && (chunk[end]! < 0x40 || chunk[end]! > 0x7e)) end++
  return end
}
