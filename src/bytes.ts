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
