import fc from 'fast-check'
import type { StripeFormatId } from '../../../src/municipal/stripe/formats.ts'

const range = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i))

/** Characters a track can hold. */
export const alphabets: Readonly<Record<StripeFormatId, readonly string[]>> = {
  iso1: range(0x20, 0x5f).filter((character) => !'%?'.includes(character)),
  iso2: range(0x30, 0x3e).filter((character) => character !== ';'),
  iso3: range(0x30, 0x3e).filter((character) => character !== ';'),
  jis2: ['\x0e', '\x0f', ...range(0x20, 0x7e)],
}

/** Most characters of data, written down here again. */
export const rooms: Readonly<Record<StripeFormatId, number>> = { iso1: 76, iso2: 37, iso3: 104, jis2: 69 }

/** Data of a track, any length there may be. */
export function dataOf(format: StripeFormatId): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...alphabets[format]), { minLength: 1, maxLength: rooms[format], size: 'max' })
    .map((characters) => characters.join(''))
}
