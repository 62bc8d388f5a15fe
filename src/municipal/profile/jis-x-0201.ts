/**
 * JIS X 0201: Roman letters and half-width katakana. In 8 bits katakana are A1 to DF; in 7 bits they share 21 to 5F
 * with the Roman letters, SHIFT OUT (0E) and SHIFT IN (0F) change between the two.
 *
 * Unicode: half-width katakana U+FF61 to U+FF9F; 5C is the yen sign, 7E the overline.
 */

const shiftOut = 0x0e
const shiftIn = 0x0f

/** A Roman character, or `undefined` for a control character or a code above 7E. */
function roman(code: number): string | undefined {
  if (code === 0x5c) return '¥'
  if (code === 0x7e) return '‾'
  return code >= 0x20 && code < 0x7e ? String.fromCharCode(code) : undefined
}

/** Character of an 8-bit code; `undefined` if unassigned. */
export function jis8(code: number): string | undefined {
  return code >= 0xa1 && code <= 0xdf ? String.fromCharCode(code - 0xa1 + 0xff61) : roman(code)
}

/** Character of a 7-bit code with katakana shifted in; the space is the same in both. */
function kana7(code: number): string | undefined {
  if (code === 0x20) return ' '
  return code >= 0x21 && code <= 0x5f ? String.fromCharCode(code - 0x21 + 0xff61) : undefined
}

/** One code of 7-bit text: a character, a shift, or `undefined` if unassigned. */
export type Jis7Step = { readonly character: string | undefined; readonly shift: boolean }

/** Reads 7-bit text from its start, Roman at first, and returns the meaning of each code. */
export function jis7(codes: Iterable<number>): readonly Jis7Step[] {
  let kana = false
  return Array.from(codes, (code) => {
    if (code === shiftOut || code === shiftIn) {
      kana = code === shiftOut
      return { character: undefined, shift: true }
    }
    return { character: kana ? kana7(code) : roman(code), shift: false }
  })
}

const all = Array.from({ length: 256 }, (_, code) => code)
const codes8: ReadonlyMap<string | undefined, number> = new Map(all.map((code) => [jis8(code), code]))
const codesOfKana: ReadonlyMap<string | undefined, number> = new Map(all.map((code) => [kana7(code), code]))

/** 8-bit code of a character; `undefined` when there is none. */
export function jis8Code(character: string): number | undefined {
  return codes8.get(character)
}

/** 7-bit code of a character with its set shifted in; `undefined` when there is none. */
export function jis7Code(character: string): number | undefined {
  return codesOfKana.get(character) ?? codes8.get(character)
}
