import { asciiText, copyBytes, toHex } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'

/** Length of a key identifier (鍵ID), bytes. */
export const keyIdLength = 16

/**
 * Reads the key identifier at an offset: 7 digits, `08 05`, 3 digits, 4 pad bytes of several kinds. Card facts 5.6, three
 * public sources.
 *
 * @returns a copy, 16 bytes.
 * @throws DecodeError `ERR_CARD_DATA` when it is not of that form.
 */
export function readKeyId(bytes: Uint8Array, at = 0): Uint8Array {
  const id = copyBytes(bytes, at, at + keyIdLength)
  if (id.length < keyIdLength) throw new DecodeError('ERR_CARD_DATA', 'a key identifier is cut off', at + id.length)
  const wrong = id.findIndex((byte, i) => !fits(byte, i))
  if (wrong >= 0) throw new DecodeError('ERR_CARD_DATA', 'not the form of a key identifier', at + wrong)
  return id
}

/** A key identifier for people: its digits, `5000023/001`. Identifiers differ in their pad bytes too: never compare by this. */
export function keyIdText(id: Uint8Array): string {
  const text = asciiText(id)
  return id.length === keyIdLength && id.every(fits) ? `${text.slice(0, 7)}/${text.slice(9, 12)}` : toHex(id)
}

function fits(byte: number, i: number): boolean {
  if (i === 7) return byte === 0x08
  if (i === 8) return byte === 0x05
  return i >= 12 || (byte >= 0x30 && byte <= 0x39)
}
