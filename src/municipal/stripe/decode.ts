import { type StripeCheck, StripeError } from '../../errors.ts'
import { PersonalText } from '../profile/field.ts'
import {
  type BitOrder,
  bitsFromBytes,
  characterBits,
  isData,
  requireBits,
  reversedBits,
  type StripeFormat,
  type StripeFormatId,
  type StripeTrack,
  type Swipe,
  stripeFormat,
} from './formats.ts'

/** Data of a track, or the fault and its position in the given bits. */
type Parsed =
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
function parseTrack(format: StripeFormat, bits: Uint8Array, lrcFrom: StripeFormat['lrcFrom']): Parsed {
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
