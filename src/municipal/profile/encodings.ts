import { fromHex } from '../../bytes.ts'

// JIS X 0201: Roman letters and half-width katakana. In 8 bits katakana are A1 to DF; in 7 bits they share 21 to 5F
// with the Roman letters, SHIFT OUT (0E) and SHIFT IN (0F) change between the two.
//
// Unicode: half-width katakana U+FF61 to U+FF9F; 5C is the yen sign, 7E the overline.

const shiftOut = 0x0e
const shiftIn = 0x0f

/** A Roman character, or `undefined` for a control character or a code above 7E. */
function roman(code: number): string | undefined {
  if (code === 0x5c) return '¥'
  if (code === 0x7e) return '‾'
  return code >= 0x20 && code < 0x7e ? String.fromCharCode(code) : undefined
}

/** Character of an 8-bit code; `undefined` if unassigned. */
function jis8(code: number): string | undefined {
  return code >= 0xa1 && code <= 0xdf ? String.fromCharCode(code - 0xa1 + 0xff61) : roman(code)
}

/** Character of a 7-bit code with katakana shifted in; the space is the same in both. */
function kana7(code: number): string | undefined {
  if (code === 0x20) return ' '
  return code >= 0x21 && code <= 0x5f ? String.fromCharCode(code - 0x21 + 0xff61) : undefined
}

/** One code of 7-bit text: a character, a shift, or `undefined` if unassigned. */
type Jis7Step = { readonly character: string | undefined; readonly shift: boolean }

/** Reads 7-bit text from its start, Roman at first, and returns the meaning of each code. */
function jis7(codes: Iterable<number>): readonly Jis7Step[] {
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
function jis8Code(character: string): number | undefined {
  return codes8.get(character)
}

/** 7-bit code of a character with its set shifted in; `undefined` when there is none. */
function jis7Code(character: string): number | undefined {
  return codesOfKana.get(character) ?? codes8.get(character)
}

/** Encodings of text in bytes, or in the characters of a stripe. */
export const encodings = ['ascii', 'jis', 'jis7', 'bcd', 'utf8', 'hex'] as const

/**
 * `ascii`: 20 to 7E. `jis`: JIS X 0201 in 8 bits. `jis7`: JIS X 0201 in 7 bits, with SO and SI. `bcd`: two digits a
 * byte, the first in the high half. `utf8`: UTF-8. `hex`: every byte as two hexadecimal digits.
 */
export type Encoding = (typeof encodings)[number]

/** Padding of a field to its length. */
export interface Padding {
  /** A byte; for `bcd` half a byte, A to F. */
  readonly fill: number
  readonly side: 'start' | 'end'
}

/** One character of a field and the offset of the byte it begins in, from the start of the block. */
export interface Character {
  readonly text: string
  readonly offset: number
}

/** The characters of a field, or the position of an invalid one. */
type Decoded = { readonly characters: readonly Character[] } | { readonly offset: number; readonly reason: string }

/** Maximum number of characters in a field of `bytes` bytes. */
export function mostCharacters(encoding: Encoding, bytes: number): number {
  return encoding === 'bcd' || encoding === 'hex' ? 2 * bytes : bytes
}

/** Decodes `length` bytes of a block from `offset` on, without padding. All bytes must be present. */
export function decode(
  encoding: Encoding,
  block: Uint8Array,
  offset: number,
  length: number,
  padding: Padding | undefined,
): Decoded {
  if (encoding === 'bcd') return bcd(block, offset, length, padding)
  const [start, end] = trimmed(block, offset, offset + length, padding)
  switch (encoding) {
    case 'ascii':
      return each(block, start, end, (code) => (code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : undefined))
    case 'jis':
      return each(block, start, end, jis8)
    case 'jis7':
      return sevenBits(block, start, end)
    case 'hex':
      return { characters: halves(block, start, end) }
    case 'utf8':
      return utf8(block, start, end)
  }
}

/**
 * Encodes a text: bytes, for `bcd` half bytes, for `jis7` without shifts. `undefined` when the encoding cannot
 * represent it.
 */
export function encoded(encoding: Encoding, text: string): readonly number[] | undefined {
  switch (encoding) {
    case 'utf8':
      return [...new TextEncoder().encode(text)]
    case 'hex':
      return /^(?:[0-9A-F]{2})+$/.test(text) ? [...fromHex(text)] : undefined
    case 'bcd':
      return /^[0-9]+$/.test(text) ? Array.from(text, Number) : undefined
    case 'ascii':
      return codesOf(text, (character) => (/^[\x20-\x7e]$/.test(character) ? character.charCodeAt(0) : undefined))
    case 'jis':
      return codesOf(text, jis8Code)
    case 'jis7':
      return codesOf(text, jis7Code)
  }
}

function codesOf(text: string, code: (character: string) => number | undefined): readonly number[] | undefined {
  const codes = Array.from(text, code)
  return codes.every((one) => one !== undefined) ? codes : undefined
}

function trimmed(values: ArrayLike<number>, start: number, end: number, padding: Padding | undefined) {
  let [from, to] = [start, end]
  if (padding?.side === 'start') while (from < to && values[from] === padding.fill) from++
  if (padding?.side === 'end') while (from < to && values[to - 1] === padding.fill) to--
  return [from, to] as const
}

function each(block: Uint8Array, start: number, end: number, character: (code: number) => string | undefined): Decoded {
  const characters: Character[] = []
  for (let offset = start; offset < end; offset++) {
    const text = character(block[offset]!)
    if (text === undefined) return { offset, reason: 'not a character of the encoding' }
    characters.push({ text, offset })
  }
  return { characters }
}

/** The shift state at the field may come from before it, so decoding starts with the block. */
function sevenBits(block: Uint8Array, start: number, end: number): Decoded {
  const steps = jis7(block.subarray(0, end))
  const characters: Character[] = []
  for (let offset = start; offset < end; offset++) {
    const { character, shift } = steps[offset]!
    if (shift) continue
    if (character === undefined) return { offset, reason: 'not a character of the encoding' }
    characters.push({ text: character, offset })
  }
  return { characters }
}

function halves(block: Uint8Array, start: number, end: number): readonly Character[] {
  return Array.from({ length: 2 * (end - start) }, (_, i) => {
    const offset = start + (i >> 1)
    const half = (block[offset]! >> (i % 2 === 0 ? 4 : 0)) & 0x0f
    return { text: half.toString(16).toUpperCase(), offset }
  })
}

function bcd(block: Uint8Array, offset: number, length: number, padding: Padding | undefined): Decoded {
  const all = halves(block, offset, offset + length)
  const values = all.map(({ text }) => Number.parseInt(text, 16))
  const [from, to] = trimmed(values, 0, values.length, padding)
  const characters = all.slice(from, to)
  const wrong = characters.find(({ text }) => text > '9')
  return wrong === undefined ? { characters } : { offset: wrong.offset, reason: 'not a decimal digit' }
}

function utf8(block: Uint8Array, start: number, end: number): Decoded {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(block.subarray(start, end))
  const characters: Character[] = []
  let offset = start
  for (const character of text) {
    if (character === '\uFFFD') return { offset, reason: 'not UTF-8' }
    characters.push({ text: character, offset })
    offset += new TextEncoder().encode(character).length
  }
  return { characters }
}
