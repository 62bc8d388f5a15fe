/** DER of certificates made by this package, decoded and encoded. Not for untrusted bytes. */

import { concat } from '../../bytes.ts'

/** One element: tag, length and content. Content of at most 65 535 bytes. */
export function encode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return concat(Uint8Array.of(tag, ...size), content)
}

/** The elements within one. Views of its memory. */
export function elementsOf(der: Uint8Array): readonly Uint8Array[] {
  const found: Uint8Array[] = []
  let at = headerLength(der)
  while (at < der.length) {
    const rest = der.subarray(at)
    const one = rest.subarray(0, headerLength(rest) + contentLength(rest))
    found.push(one)
    at += one.length
  }
  return found
}

/** Content of an element. A view of its memory. */
export function contentOf(der: Uint8Array): Uint8Array {
  return der.subarray(headerLength(der))
}

function headerLength(der: Uint8Array): number {
  const first = der[1]!
  return first < 0x80 ? 2 : 2 + (first & 0x7f)
}

function contentLength(der: Uint8Array): number {
  const first = der[1]!
  if (first < 0x80) return first
  return der.subarray(2, headerLength(der)).reduce((sum, byte) => sum * 256 + byte, 0)
}
