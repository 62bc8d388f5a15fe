import { StripeError } from '../../errors.ts'

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
