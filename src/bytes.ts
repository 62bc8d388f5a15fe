/** Small helpers on `Uint8Array`. A leaf: imports nothing. */

const digits = '0123456789ABCDEF'

/** Upper-case hexadecimal text, two digits per byte. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += digits[byte >> 4]! + digits[byte & 15]!
  return text
}

/**
 * Bytes of hexadecimal text; spaces are allowed between bytes.
 *
 * @throws TypeError when the text has an odd number of digits or another character.
 */
export function fromHex(text: string): Uint8Array {
  const compact = text.replaceAll(/\s+/g, '')
  if (compact.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(compact)) {
    throw new TypeError('hexadecimal text must be pairs of the digits 0-9 and A-F')
  }
  const bytes = new Uint8Array(compact.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(compact.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** One fresh array holding all parts in order. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/**
 * A copy of bytes, or of a part of them. Use this, never `slice`: on a `Buffer`, which is a `Uint8Array` too, `slice` gives
 * a view of the same memory.
 */
export function copyBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): Uint8Array {
  return new Uint8Array(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end))
}

/** Whether both arrays hold the same bytes. Not constant-time: never compare secrets with it. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  const { length } = a
  if (length !== b.length) return false
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Text of bytes that are plain ASCII; any other byte becomes U+FFFD. */
export function asciiText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte < 0x80 ? String.fromCharCode(byte) : '\uFFFD'
  return text
}

/** Text of bytes, or of a part of them, each byte a character: ISO 8859-1, of which ASCII is the lower half. */
export function latin1Text(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}

/** Bytes of ASCII text. @throws TypeError for any character above U+007F. */
export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) throw new TypeError('text must be ASCII')
    bytes[i] = code
  }
  return bytes
}

/**
 * What parts groups of typed digits: blanks of any width, hyphens and dashes, and the long vowel mark that Japanese input
 * methods give for the key of the hyphen.
 */
const grouping: ReadonlySet<number> = new Set([
  0x09, 0x20, 0x2d, 0xa0, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0x3000, 0x30fc, 0xff0d, 0xff70,
])

/** A typed character as code point: full-width forms narrowed to ASCII; `undefined` for what only groups digits. */
export function typedCode(code: number): number | undefined {
  if (grouping.has(code)) return undefined
  return code >= 0xff01 && code <= 0xff5e ? code - 0xfee0 : code
}

/** A day that a person typed as `YYYY-MM-DD`: narrowed, its parts apart by any hyphen, blank, slash or point; or `undefined`. */
export function typedDay(text: string): string | undefined {
  const narrow = Array.from(text.trim().slice(0, 20), (one) => typedCode(one.codePointAt(0)!) ?? 0x2d)
  const [, year, month, day] = /^(\d{4})[-/.](\d{2})[-/.](\d{2})$/.exec(String.fromCodePoint(...narrow)) ?? []
  return day === undefined ? undefined : `${year}-${month}-${day}`
}

/** Text of a file, or why it is none: another encoding, or where it stops being UTF-8 (line and column from 1, UTF-16 units). */
export type DecodedText =
  | { readonly text: string }
  | { readonly encoding: 'UTF-16' | 'UTF-32' }
  | { readonly line: number; readonly column: number }

/** Reads UTF-8 strictly; a byte order mark is left out. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const encoding = wideEncoding(bytes)
  if (encoding !== undefined) return { encoding }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    const lines = validStart(bytes).split(/\r\n|\r|\n/)
    return { line: lines.length, column: lines.at(-1)!.length + 1 }
  }
}

/**
 * Encodings with more than one byte for an ASCII character: by their byte order marks (Unicode 23.8), or by the zeros around the
 * ASCII character that text of the kinds read here begins with (RFC 4627 3).
 */
function wideEncoding(bytes: Uint8Array): 'UTF-16' | 'UTF-32' | undefined {
  const [a, b, c, d] = bytes
  if (b === undefined) return undefined
  const marked16 = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)
  if (marked16) return a === 0xff && c === 0 && d === 0 ? 'UTF-32' : 'UTF-16'
  if (a === 0 && b === 0) return (c === 0xfe && d === 0xff) || (c === 0 && d !== undefined) ? 'UTF-32' : undefined
  if (a !== 0 && b !== 0) return undefined
  return b === 0 && c === 0 && d === 0 ? 'UTF-32' : 'UTF-16'
}

/** The longest start of the bytes that is UTF-8, halving the part in question. */
function validStart(bytes: Uint8Array): string {
  let text = ''
  for (let low = 0, high = bytes.length; low <= high; ) {
    const middle = (low + high) >> 1
    try {
      // A character that is only begun at the end does not count yet.
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true })
      low = middle + 1
    } catch {
      high = middle - 1
    }
  }
  return text
}

/** Bytes as base64 with padding, RFC 4648 4. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

/**
 * Bytes of base64, RFC 4648 4 with padding or 5 without, in the one form that encoding them gives: so the same bytes cannot be
 * written in two ways.
 *
 * @returns `undefined` for any other text.
 */
export function fromBase64(text: string, encoding: 'base64' | 'base64url' = 'base64'): Uint8Array | undefined {
  const bytes = Buffer.from(text, encoding)
  return bytes.toString(encoding) === text ? new Uint8Array(bytes) : undefined
}

/**
 * The bytes of a stream, at most so many. One array grows, so that a body in many small parts costs no more than in few. The
 * stream is cancelled when it is longer or the signal is aborted.
 *
 * @returns `undefined` when it is longer, or was aborted. @throws whatever the stream fails with.
 */
export async function readBounded(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  const reader = stream.getReader()
  const cancel = (): void => void reader.cancel().catch(() => {})
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    let bytes = new Uint8Array(Math.min(maxBytes, 65_536))
    let length = 0
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const needed = length + next.value.length
      if (signal?.aborted || needed > maxBytes) {
        cancel()
        return undefined
      }
      if (needed > bytes.length) {
        const grown = new Uint8Array(Math.min(maxBytes, Math.max(needed, 2 * bytes.length)))
        grown.set(bytes.subarray(0, length))
        bytes = grown
      }
      bytes.set(next.value, length)
      length = needed
    }
    return signal?.aborted ? undefined : bytes.subarray(0, length)
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}
