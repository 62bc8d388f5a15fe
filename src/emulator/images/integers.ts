/** Big-endian integers. */

export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff)
}

export function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
}
