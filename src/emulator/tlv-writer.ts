/** BER-TLV writer: tags of one to four bytes, definite lengths to 65 535. */

import { concat, fromHex } from '../bytes.ts'

export function tlv(tag: number, ...values: readonly Uint8Array[]): Uint8Array {
  const value = concat(...values)
  const hex = tag.toString(16)
  return concat(fromHex(hex.length % 2 === 0 ? hex : `0${hex}`), Uint8Array.from(lengthOctets(value.length)), value)
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
}

/** The bytes followed by FF up to a length, as card files are. */
export function filled(bytes: Uint8Array, length: number): Uint8Array {
  const file = new Uint8Array(length).fill(0xff)
  file.set(bytes)
  return file
}
