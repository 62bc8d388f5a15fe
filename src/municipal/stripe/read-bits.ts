import { StripeError } from '../../errors.ts'
import { type BitOrder, bitsFromBytes, requireBits } from './bits.ts'
import { type DecodeOptions, decodeStripe } from './decode.ts'
import type { StripeFormatId, StripeTrack, Swipe } from './formats.ts'

/** One track as output by a raw-bit reader. */
export type RawTrack = {
  readonly format: StripeFormatId
} & (
  | { readonly bits: Uint8Array }
  | { readonly bytes: Uint8Array; readonly order: BitOrder; readonly bitLength?: number | undefined }
)

/**
 * Decodes a swipe from a reader that outputs raw bits, one byte per bit or packed.
 *
 * @param raw - the tracks, each once, with their known formats.
 * @throws StripeError `ERR_STRIPE` when no track could be read: the error of the first that is not blank.
 * @throws TypeError, RangeError for invalid bits, see {@link decodeStripe} and {@link bitsFromBytes}.
 */
export function readBits(raw: readonly RawTrack[], options: DecodeOptions = {}): Swipe {
  const tracks: StripeTrack[] = []
  const unreadable: { readonly format: StripeFormatId; readonly error: StripeError }[] = []
  for (const { format, ...given } of raw) {
    if ([...tracks, ...unreadable].some((other) => other.format === format)) {
      throw new TypeError(`duplicate track ${format}`)
    }
    try {
      const bits = 'bits' in given ? given.bits : bitsFromBytes(given.bytes, given.order, given.bitLength)
      requireBits(bits)
      if (bits.includes(1)) tracks.push(decodeStripe(format, bits, options))
    } catch (error) {
      if (!(error instanceof StripeError)) throw error
      unreadable.push({ format, error })
    }
  }
  if (tracks.length > 0) return { source: 'bits', tracks, unreadable }
  throw unreadable[0]?.error ?? new StripeError('start-sentinel', 'every track is blank')
}
