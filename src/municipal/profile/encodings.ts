import { fromHex } from '../../bytes.ts'
import { jis7, jis7Code, jis8, jis8Code } from './jis-x-0201.ts'

/** How text is written in bytes, or in the characters of a stripe. */
export const encodings = ['ascii', 'jis', 'jis7', 'bcd', 'utf8', 'hex'] as const

/**
 * `ascii`: 20 to 7E. `jis`: JIS X 0201 in 8 bits. `jis7`: JIS X 0201 in 7 bits, with SO and SI. `bcd`: two digits a
 * byte, the first in the high half. `utf8`: UTF-8. `hex`: every byte as two hexadecimal digits.
 */
export type Encoding = (typeof encodings)[number]

/** What fills a field up to its length. */
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

/** The characters of a field, or where one is invalid. */
export type Decoded =
  | { readonly characters: readonly Character[] }
  | { readonly offset: number; readonly reason: string }

/** Most characters a field of so many bytes can hold. */
export function mostCharacters(encoding: Encoding, bytes: number): number {
  return encoding === 'bcd' || encoding === 'hex' ? 2 * bytes : bytes
}

/** Decodes `length` bytes of a block from `offset` on, padding left out. All of them must be there. */
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
 * A text as it is encoded: bytes, for `bcd` half bytes, for `jis7` without shifts. `undefined` when the encoding does not
 * have it.
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

/** The shift that holds at the field may have been made before it, so reading begins with the block. */
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
