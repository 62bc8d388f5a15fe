import type { StripeCheck } from '../../errors.ts'
import { characterBits, isData, type StripeFormat } from './formats.ts'

/** Data of a track, or the fault and its position in the given bits. */
export type Parsed =
  | { readonly values: readonly number[] }
  | {
      readonly check: StripeCheck
      readonly message: string
      readonly bit: number
      readonly character: number | undefined
    }

/**
 * Decodes a track in recording direction. Strict: the first 1 bit starts the start sentinel, every character has
 * correct parity, only zeros follow the LRC; so that no single bit error passes (proof in `docs/stripe.md`).
 */
export function parseTrack(format: StripeFormat, bits: Uint8Array, lrcFrom: StripeFormat['lrcFrom']): Parsed {
  const first = bits.indexOf(1)
  if (first < 0) return refused('start-sentinel', 'the track is blank', 0)
  const parsed = parseFrom(format, bits, first, lrcFrom)
  if ('values' in parsed) return parsed
  const edge = wrongEdge(format, bits, first, lrcFrom)
  return edge === undefined ? parsed : refused('start-sentinel', 'a wrong bit where the start sentinel begins', edge, 0)
}

/**
 * The wrong bit when a zero before the start sentinel was read as one, or its first bit as zero. Where the
 * sentinel is all ones, as on a type II track, that is found out only later and somewhere else.
 */
function wrongEdge(
  format: StripeFormat,
  bits: Uint8Array,
  first: number,
  lrcFrom: StripeFormat['lrcFrom'],
): number | undefined {
  if ('values' in parseFrom(format, bits, first + 1, lrcFrom)) return first
  if (first === 0) return undefined
  const mended = bits.with(first - 1, 1)
  return 'values' in parseFrom(format, mended, first - 1, lrcFrom) ? first - 1 : undefined
}

function parseFrom(format: StripeFormat, bits: Uint8Array, first: number, lrcFrom: StripeFormat['lrcFrom']): Parsed {
  const size = characterBits(format)
  const start = readCharacter(format, bits, first)
  if (start !== format.start) return refused('start-sentinel', 'the first bits are not a start sentinel', first, 0)
  const values: number[] = []
  let lrc = lrcFrom === 'start-sentinel' ? format.start : 0
  for (let character = 1; ; character++) {
    const at = first + character * size
    const value = readCharacter(format, bits, at)
    if (value === 'end') return refused('end-sentinel', 'the track ends without an end sentinel', at, character)
    if (value === 'parity') return refused('parity', 'the parity of a character is wrong', at, character)
    lrc ^= value
    if (value === format.end) {
      if (values.length === 0) return refused('length', 'no data', at, character)
      return parseEnd(format, bits, { at: at + size, character: character + 1, lrc, values })
    }
    if (value === format.start) return refused('start-sentinel', 'a second start sentinel', at, character)
    if (!isData(format, value)) return refused('character', 'not a character of the track', at, character)
    if (values.length === format.maxData) return refused('length', 'too many characters', at, character)
    values.push(value)
  }
}

interface Ending {
  readonly at: number
  readonly character: number
  readonly lrc: number
  readonly values: readonly number[]
}

function parseEnd(format: StripeFormat, bits: Uint8Array, { at, character, lrc, values }: Ending): Parsed {
  const value = readCharacter(format, bits, at)
  if (value === 'end') return refused('lrc', 'the track ends before its LRC', at, character)
  if (value === 'parity') return refused('parity', 'the parity of the LRC is wrong', at, character)
  if (value !== lrc) return refused('lrc', 'wrong LRC', at, character)
  const stray = bits.indexOf(1, at + characterBits(format))
  if (stray >= 0) return refused('trailing', 'data after the LRC', stray)
  return { values }
}

/** The value of a character; `end` when the bits end within it, `parity` when its parity is wrong. */
function readCharacter(format: StripeFormat, bits: Uint8Array, at: number): number | 'end' | 'parity' {
  const { dataBits, parity } = format
  if (at + dataBits + 1 > bits.length) return 'end'
  let value = 0
  let ones = 0
  for (let i = 0; i <= dataBits; i++) {
    const bit = bits[at + i]!
    ones += bit
    if (i < dataBits) value |= bit << i
  }
  return (ones & 1) === (parity === 'odd' ? 1 : 0) ? value : 'parity'
}

function refused(check: StripeCheck, message: string, bit: number, character?: number): Parsed {
  return { check, message, bit, character }
}
