import { concat } from '../bytes.ts'

/**
 * Encodes one BER-TLV data object with the shortest length form.
 *
 * @param tag - the tag as written, 1 to 4 bytes as one number (0xDF21).
 * @param value - value bytes, or the encoded children of a constructed object.
 */
export function encodeTlv(tag: number, ...value: readonly Uint8Array[]): Uint8Array {
  if (!Number.isInteger(tag) || tag < 1 || tag > 0xffff_ffff) throw new RangeError('a tag is 1 to 4 bytes')
  const content = concat(...value)
  return concat(bigEndian(tag), encodeLength(content.length), content)
}

function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const bytes = bigEndian(length)
  return concat(Uint8Array.of(0x80 | bytes.length), bytes)
}

function bigEndian(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Uint8Array.from(bytes)
}
