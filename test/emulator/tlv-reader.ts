import { toHex } from '../../src/bytes.ts'

export interface ReadObject {
  readonly tag: string
  readonly whole: Uint8Array
  readonly value: Uint8Array
  readonly end: number
}

/** Reads a tag of one or two bytes at an offset: header length and value. */
export function tlvAt(bytes: Uint8Array, at: number): ReadObject {
  const tagLength = (bytes[at]! & 0x1f) === 0x1f ? 2 : 1
  const first = bytes[at + tagLength]!
  const more = first > 0x80 ? first - 0x80 : 0
  const start = at + tagLength + 1 + more
  const length = more === 0 ? first : bytes.subarray(start - more, start).reduce((sum, byte) => sum * 256 + byte, 0)
  const end = start + length
  return {
    tag: toHex(bytes.subarray(at, at + tagLength)),
    whole: bytes.subarray(at, end),
    value: bytes.subarray(start, end),
    end,
  }
}

export function children(value: Uint8Array): Record<string, ReadObject> {
  const found: Record<string, ReadObject> = {}
  for (let at = 0; at < value.length; ) {
    const child = tlvAt(value, at)
    found[child.tag] = child
    at = child.end
  }
  return found
}
