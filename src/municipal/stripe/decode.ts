import { StripeError } from '../../errors.ts'
import { PersonalText } from '../profile/index.ts'
import { requireBits, reversedBits } from './bits.ts'
import type { StripeTrack } from './formats.ts'
import { type StripeFormat, type StripeFormatId, stripeFormat } from './formats.ts'
import { type Parsed, parseTrack } from './parse.ts'

/** Options of {@link decodeStripe}. */
export interface DecodeOptions {
  /**
   * Direction of the swipe, if the reader reports it. Default `either`: both are tried, and a stripe that is valid in
   * both, as few type II stripes are, is refused.
   */
  readonly direction?: 'forward' | 'reverse' | 'either' | undefined
  /** Whether the LRC includes the start sentinel. Default: as defined by the format. */
  readonly lrcFrom?: StripeFormat['lrcFrom'] | undefined
}

/**
 * Reads one track.
 *
 * @param bits - one byte a bit, 0 or 1, at most 2 000, in the order of the reader; clock zeros are allowed on both
 *   sides.
 * @throws StripeError `ERR_STRIPE` with bit and character of the fault. When neither direction is valid, the error is
 *   that of the direction that got further.
 * @throws TypeError for a byte other than 0 and 1.
 */
export function decodeStripe(id: StripeFormatId, bits: Uint8Array, options: DecodeOptions = {}): StripeTrack {
  const format = stripeFormat(id)
  requireBits(bits)
  const { direction = 'either', lrcFrom = format.lrcFrom } = options
  const forward = direction === 'reverse' ? undefined : parseTrack(format, bits, lrcFrom)
  const reverse = direction === 'forward' ? undefined : parseTrack(format, reversedBits(bits), lrcFrom)
  const forwardData = dataOf(format, forward)
  const reverseData = dataOf(format, reverse)
  if (forwardData !== undefined && reverseData !== undefined) {
    throw new StripeError('direction', 'valid in both directions: specify the direction of the swipe')
  }
  if (forwardData !== undefined) return track(id, 'forward', forwardData)
  if (reverseData !== undefined) return track(id, 'reverse', reverseData)
  const further = progress(reverse) > progress(forward) ? 'reverse' : 'forward'
  throw errorOf(further === 'forward' ? forward! : reverse!, further, bits.length)
}

function dataOf({ base }: StripeFormat, parsed: Parsed | undefined): string | undefined {
  if (parsed === undefined || !('values' in parsed)) return undefined
  return String.fromCharCode(...parsed.values.map((value) => value + base))
}

function track(format: StripeFormatId, direction: 'forward' | 'reverse', data: string): StripeTrack {
  return { format, direction, checked: true, data: new PersonalText(data), repaired: [] }
}

/** Characters read before the refusal; after the LRC it is further than any. −1: not tried. */
function progress(parsed: Parsed | undefined): number {
  if (parsed === undefined || 'values' in parsed) return -1
  return parsed.check === 'trailing' ? Number.POSITIVE_INFINITY : (parsed.character ?? 0)
}

function errorOf(parsed: Parsed, direction: 'forward' | 'reverse', length: number): StripeError {
  if ('values' in parsed) throw new TypeError('there is no error')
  const { check, message, bit, character } = parsed
  return new StripeError(check, message, { bit: direction === 'forward' ? bit : length - 1 - bit, character })
}
