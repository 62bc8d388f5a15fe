import {
  characterBits,
  isData,
  maxStripeBits,
  type StripeFormat,
  type StripeFormatId,
  stripeFormat,
} from './formats.ts'

/** Options of {@link encodeStripe}. */
export interface EncodeOptions {
  /** Clock zeros before the start sentinel. Default 20. */
  readonly leadingZeros?: number | undefined
  /** Clock zeros after the LRC. Default 20. */
  readonly trailingZeros?: number | undefined
  /** `reverse`: as a swipe in the other direction reads it. Default `forward`. */
  readonly direction?: 'forward' | 'reverse' | undefined
  /** Whether the LRC includes the start sentinel. Default: as defined by the format. */
  readonly lrcFrom?: StripeFormat['lrcFrom'] | undefined
}

/**
 * Bits of a track with this data: clock zeros, start sentinel, characters, end sentinel, LRC, clock zeros.
 *
 * @param data - ASCII: for `iso1` 20 to 5F without `%` and `?`, for `iso2` and `iso3` 30 to 3E without `;`, for `jis2`
 *   20 to 7E and SO, SI. At least one character.
 * @returns one byte a bit, 0 or 1, in the order they are read.
 * @throws RangeError for data that cannot be encoded on the track, a number of clock zeros that is not an integer of at
 *   least 0, or more than 2 000 bits.
 */
export function encodeStripe(id: StripeFormatId, data: string, options: EncodeOptions = {}): Uint8Array {
  const format = stripeFormat(id)
  const { leadingZeros = 20, trailingZeros = 20, direction = 'forward', lrcFrom = format.lrcFrom } = options
  const values = valuesOf(format, data)
  const counted = [...(lrcFrom === 'start-sentinel' ? [format.start] : []), ...values, format.end]
  const lrc = counted.reduce((sum, value) => sum ^ value, 0)
  const size = characterBits(format)
  const length = zeros(leadingZeros) + size * (values.length + 3) + zeros(trailingZeros)
  if (length > maxStripeBits) throw new RangeError(`a swipe has at most ${maxStripeBits} bits`)
  const bits = new Uint8Array(length)
  for (const [i, value] of [format.start, ...values, format.end, lrc].entries()) {
    bits.set(characterOf(format, value), leadingZeros + i * size)
  }
  return direction === 'reverse' ? bits.reverse() : bits
}

function valuesOf(format: StripeFormat, data: string): readonly number[] {
  if (data.length < 1 || data.length > format.maxData) {
    throw new RangeError(`track ${format.id} holds 1 to ${format.maxData} characters`)
  }
  return Array.from({ length: data.length }, (_, i) => {
    const value = data.charCodeAt(i) - format.base
    if (!isData(format, value)) throw new RangeError(`track ${format.id} cannot hold character ${i} of the data`)
    return value
  })
}

/** Bits of one character: least significant first, then parity. */
function characterOf({ dataBits, parity }: StripeFormat, value: number): number[] {
  const bits = Array.from({ length: dataBits }, (_, i) => (value >> i) & 1)
  const ones = bits.reduce((sum, bit) => sum + bit, 0)
  return [...bits, (ones + (parity === 'odd' ? 1 : 0)) & 1]
}

function zeros(count: number): number {
  if (!Number.isInteger(count) || count < 0) throw new RangeError('a number of clock zeros is an integer, 0 or more')
  return count
}
