import { StripeError } from '../../errors.ts'
import type { PersonalText } from '../profile/field.ts'

/** Bits of one swipe, at most. The longest track has 709 bits on a card. */
export const maxStripeBits = 2000

/** Position of the first bit in each byte. */
export type BitOrder = 'msb-first' | 'lsb-first'

/**
 * Unpacks the bits of a swipe from bytes.
 *
 * @param bitLength - number of bits; default: all. Further bits are ignored.
 * @returns one byte a bit, 0 or 1, in the order they were read.
 * @throws StripeError `ERR_STRIPE` check `length` for more than 2 000 bits.
 * @throws RangeError when `bitLength` is not an integer from 0 to the number of bits; TypeError for an unknown order.
 */
export function bitsFromBytes(bytes: Uint8Array, order: BitOrder, bitLength: number = 8 * bytes.length): Uint8Array {
  if (order !== 'msb-first' && order !== 'lsb-first') throw new TypeError('a bit order is msb-first or lsb-first')
  if (!Number.isInteger(bitLength) || bitLength < 0 || bitLength > 8 * bytes.length) {
    throw new RangeError('bitLength must be an integer from 0 to the number of bits there are')
  }
  requireBounded(bitLength)
  const bits = new Uint8Array(bitLength)
  for (let i = 0; i < bitLength; i++) {
    const place = order === 'msb-first' ? 7 - (i & 7) : i & 7
    bits[i] = (bytes[i >> 3]! >> place) & 1
  }
  return bits
}

/** Packs bits into bytes, the last one padded with zeros. The inverse of {@link bitsFromBytes}. */
export function bytesFromBits(bits: Uint8Array, order: BitOrder): Uint8Array {
  if (order !== 'msb-first' && order !== 'lsb-first') throw new TypeError('a bit order is msb-first or lsb-first')
  requireBits(bits)
  const bytes = new Uint8Array(Math.ceil(bits.length / 8))
  for (const [i, bit] of bits.entries()) bytes[i >> 3]! |= bit << (order === 'msb-first' ? 7 - (i & 7) : i & 7)
  return bytes
}

/** The bits in the other swipe direction. A copy. */
export function reversedBits(bits: Uint8Array): Uint8Array {
  return Uint8Array.from(bits).reverse()
}

/** @throws StripeError for too many; TypeError when an element is neither 0 nor 1. */
export function requireBits(bits: Uint8Array): void {
  requireBounded(bits.length)
  if (bits.some((bit) => bit > 1))
    throw new TypeError('bits are bytes of 0 or 1; bitsFromBytes unpacks a reader’s bytes')
}

function requireBounded(count: number): void {
  if (count > maxStripeBits) throw new StripeError('length', `a swipe of ${count} bits, at most ${maxStripeBits}`)
}

/** A decoded track. */
export interface StripeTrack {
  readonly format: StripeFormatId
  /** Of the swipe; undefined when the reader does not report it. */
  readonly direction: 'forward' | 'reverse' | undefined
  /** Parity and LRC were checked here. False: the reader outputs text, and has checked them itself. */
  readonly checked: boolean
  /** Characters between the sentinels: ASCII; on `jis2` 7-bit codes of JIS X 0201, SO and SI among them. */
  readonly data: PersonalText
  /**
   * Corrections made: letters changed by Caps Lock, full-width characters of an input method, a given
   * keyboard layout.
   */
  readonly repaired: readonly ('case' | 'width' | 'layout')[]
}

/** Result of one swipe, independent of the reader. Blank tracks are omitted. */
export interface Swipe {
  readonly source: 'bits' | 'keyboard'
  /** At least one. */
  readonly tracks: readonly StripeTrack[]
  /** Recorded but unreadable tracks. */
  readonly unreadable: readonly { readonly format: StripeFormatId; readonly error: StripeError }[]
}

/** Tracks a stripe can have. */
export const stripeFormatIds = ['iso1', 'iso2', 'iso3', 'jis2'] as const

/**
 * `iso1`, `iso2`, `iso3`: tracks 1 to 3 on the back (ISO/IEC 7811-2 and -6, JIS X 6302 type I; IATA, ABA, THRIFT).
 * `jis2`: the one track on the front (JIS X 6302-2 annex JA, type II).
 */
export type StripeFormatId = (typeof stripeFormatIds)[number]

/** Recording format of a track. Sources and their confidence: `docs/stripe.md`. */
export interface StripeFormat {
  readonly id: StripeFormatId
  /** Recording density, bits per inch. */
  readonly bitsPerInch: 75 | 210
  /** Bits of a character without its parity bit. They are recorded least significant first, the parity bit last. */
  readonly dataBits: 4 | 6 | 7
  readonly parity: 'odd' | 'even'
  /** Added to the bits gives the ASCII character. */
  readonly base: 0x00 | 0x20 | 0x30
  /** Start and end sentinel, without parity. */
  readonly start: number
  readonly end: number
  /** Maximum number of data characters, without sentinels and LRC. The minimum is 1. */
  readonly maxData: number
  /** Whether the LRC includes the start sentinel. */
  readonly lrcFrom: 'start-sentinel' | 'data'
}

const numeric = { dataBits: 4, parity: 'odd', base: 0x30, start: 0x0b, end: 0x0f, lrcFrom: 'start-sentinel' } as const

/** Every track. */
export const stripeFormats: Readonly<Record<StripeFormatId, StripeFormat>> = {
  iso1: {
    id: 'iso1',
    bitsPerInch: 210,
    dataBits: 6,
    parity: 'odd',
    base: 0x20,
    start: 0x05,
    end: 0x1f,
    maxData: 76,
    lrcFrom: 'start-sentinel',
  },
  iso2: { id: 'iso2', bitsPerInch: 75, maxData: 37, ...numeric },
  iso3: { id: 'iso3', bitsPerInch: 210, maxData: 104, ...numeric },
  jis2: {
    id: 'jis2',
    bitsPerInch: 210,
    dataBits: 7,
    parity: 'even',
    base: 0x00,
    start: 0x7f,
    end: 0x7f,
    maxData: 69,
    lrcFrom: 'data',
  },
}

/** Bits of a character, parity bit included. */
export function characterBits({ dataBits }: StripeFormat): number {
  return dataBits + 1
}

/** SHIFT OUT and SHIFT IN, which switch to katakana and back on a type II track. */
const shifts: ReadonlySet<number> = new Set([0x0e, 0x0f])

/**
 * Whether a value, without parity, can be data: within the bits of a character, not a sentinel; on a type II track a
 * JIS X 0201 character or a shift, as written by card printers, no other control character.
 */
export function isData({ dataBits, base, start, end }: StripeFormat, value: number): boolean {
  if (value < 0 || value >= 1 << dataBits || value === start || value === end) return false
  return base !== 0x00 || value >= 0x20 || shifts.has(value)
}

/** Looks a format up. @throws TypeError for an unknown name. */
export function stripeFormat(id: StripeFormatId): StripeFormat {
  if (!stripeFormatIds.includes(id)) throw new TypeError(`a stripe format is one of ${stripeFormatIds.join(', ')}`)
  return stripeFormats[id]
}
