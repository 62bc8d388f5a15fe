/** Magnetic stripes: the characters of tracks, a swipe with its faults, and an invented municipal card. */

import { type PositionsJson, type ProfileValues, ProfileWriter } from './applications/profile-content.ts'
import { compactDate, dayInJapan } from './issue/calendar.ts'
import type { Identity } from './issue/identity.ts'

// Characters of magnetic tracks as patterns of `0` and `1` in the order they pass the head.

/** ISO/IEC 7811 tracks 1 to 3, and the front stripe of JIS X 6302-2 annex JA. */
export const magneticTracks = ['iso1', 'iso2', 'iso3', 'jis2'] as const

/** One of the tracks. */
export type MagneticTrack = (typeof magneticTracks)[number]

interface TrackRow {
  readonly width: number
  /** Number of ones of a character, parity bit included, modulo 2. */
  readonly ones: 0 | 1
  readonly zero: number
  readonly sentinels: readonly [start: string, end: string]
  readonly keys: readonly [start: string, end: string]
  readonly room: number
  readonly lrcSkipsStart: boolean
}

const trackRows: Readonly<Record<MagneticTrack, TrackRow>> = {
  iso1: { width: 6, ones: 1, zero: 32, sentinels: ['%', '?'], keys: ['%', '?'], room: 76, lrcSkipsStart: false },
  iso2: { width: 4, ones: 1, zero: 48, sentinels: [';', '?'], keys: [';', '?'], room: 37, lrcSkipsStart: false },
  iso3: { width: 4, ones: 1, zero: 48, sentinels: [';', '?'], keys: ['+', '?'], room: 104, lrcSkipsStart: false },
  // One source measured that the LRC of these cards excludes the start sentinel.
  jis2: { width: 7, ones: 0, zero: 0, sentinels: ['\x7f', '\x7f'], keys: ['', ''], room: 69, lrcSkipsStart: true },
}

/** Pattern of a character. */
function patternOf(track: MagneticTrack, character: string): string {
  const { width, zero } = trackRows[track]
  const number = character.charCodeAt(0) - zero
  const digits = number.toString(2).padStart(width, '0')
  if (number < 0 || digits.length > width) throw new RangeError(`not a character of ${track}`)
  return withParity(track, [...digits].reverse().join(''))
}

/** Pattern of the LRC: in every column but that of parity the number of ones becomes even. */
function lrcPattern(track: MagneticTrack, patterns: readonly string[]): string {
  const { width, lrcSkipsStart } = trackRows[track]
  const counted = lrcSkipsStart ? patterns.slice(1) : patterns
  let columns = ''
  for (let column = 0; column < width; column++) {
    columns += counted.filter((pattern) => pattern[column] === '1').length % 2
  }
  return withParity(track, columns)
}

function withParity(track: MagneticTrack, columns: string): string {
  const ones = columns.replaceAll('0', '').length
  return columns + (ones % 2 === trackRows[track].ones ? '0' : '1')
}

// A swipe through a magnetic stripe reader: the reader's output, with faults.

/**
 * A fault of a swipe. Positions count bits in the order of recording, from 0, clock zeros included, of the swipe
 * without faults.
 *
 * - `flip`: the bit is read inverted. - `drop`: the bit is not read. - `zeros`: a number of additional clock zeros is
 *   read before the bit at `at`. - `double-start`: the start sentinel is recorded twice, and the LRC includes it once.
 */
export type StripeFault =
  | { readonly flip: number }
  | { readonly drop: number }
  | { readonly zeros: number; readonly at: number }
  | 'double-start'

/** A swipe. */
export interface SwipeOptions {
  readonly track: MagneticTrack
  /** Characters between the sentinels; on `jis2` 7-bit codes. */
  readonly data: string
  /** Clock zeros before and after. Default 20 each. */
  readonly leading?: number | undefined
  readonly trailing?: number | undefined
  /** The card is swiped in reverse: bits in reverse order. */
  readonly reversed?: boolean | undefined
  readonly faults?: readonly StripeFault[] | undefined
}

/**
 * Bits of one track in reading order, one byte per bit.
 *
 * @throws RangeError for data too long or not encodable on the track, or a fault beyond the swipe; TypeError for an
 *   unknown track.
 */
export function swipeStripe(options: SwipeOptions): Uint8Array {
  const { leading = 20, trailing = 20, reversed = false, faults = [] } = options
  const recorded = '0'.repeat(leading) + record(options, faults.includes('double-start')) + '0'.repeat(trailing)
  const cells = [...recorded]
  for (const fault of faults) {
    if (fault !== 'double-start') spoil(cells, fault)
  }
  const read = cells.join('')
  return Uint8Array.from(reversed ? [...read].reverse() : read, Number)
}

function record({ track, data }: SwipeOptions, doubleStart: boolean): string {
  if (!magneticTracks.includes(track)) throw new TypeError(`track must be one of ${magneticTracks.join(', ')}`)
  const { sentinels, room } = trackRows[track]
  if (data.length === 0 || data.length > room) throw new RangeError(`${track} has room for 1 to ${room} characters`)
  const [start, end] = sentinels
  const patterns = Array.from(start + data + end, (character) => patternOf(track, character))
  return (doubleStart ? patterns[0]! : '') + patterns.join('') + lrcPattern(track, patterns)
}

/** Each cell has the bits read at that position: none, one or more. */
function spoil(cells: string[], fault: Exclude<StripeFault, 'double-start'>): void {
  const at = 'flip' in fault ? fault.flip : 'drop' in fault ? fault.drop : fault.at
  const cell = cells[at]
  if (cell === undefined) throw new RangeError(`a fault at bit ${at}, of ${cells.length}`)
  if ('flip' in fault) cells[at] = cell.slice(0, -1) + (cell.endsWith('1') ? '0' : '1')
  else if ('drop' in fault) cells[at] = cell.slice(0, -1)
  else cells[at] = '0'.repeat(fault.zeros) + cell
}

/** Bits packed eight to a byte, the first one in the highest or in the lowest place; zeros fill the last byte. */
export function packBits(bits: Uint8Array, first: 'high' | 'low'): Uint8Array {
  const text = bits.join('').padEnd(Math.ceil(bits.length / 8) * 8, '0')
  const octets = text.match(/.{8}/g) ?? []
  return Uint8Array.from(octets, (octet) =>
    Number.parseInt(first === 'high' ? octet : [...octet].reverse().join(''), 2),
  )
}

/** Output options of a keyboard reader. */
export interface TypingOptions {
  /** Caps Lock is on: letters come in the other case. */
  readonly capsLock?: boolean | undefined
  /** An input method converts it to full-width characters. */
  readonly fullWidth?: boolean | undefined
  /** Typed at the end. Default `\r`. */
  readonly enter?: string | undefined
  /** Tracks the reader cannot read: `%E?` and so on. */
  readonly failing?: readonly MagneticTrack[] | undefined
}

/** Text of a swipe, track by track in their order. */
export function typeStripes(
  data: Partial<Readonly<Record<MagneticTrack, string>>>,
  options: TypingOptions = {},
): string {
  const { capsLock = false, fullWidth = false, enter = '\r', failing = [] } = options
  let text = ''
  for (const track of magneticTracks) {
    const [start, end] = trackRows[track].keys
    const shown = failing.includes(track) ? 'E' : data[track]
    if (shown !== undefined) text += start + shown + end
  }
  if (capsLock)
    text = [...text].map((key) => (key === key.toLowerCase() ? key.toUpperCase() : key.toLowerCase())).join('')
  if (fullWidth)
    text = [...text].map((key) => (key === ' ' ? '\u3000' : String.fromCharCode(key.charCodeAt(0) + 0xfee0))).join('')
  return text + enter
}

// An invented 印鑑登録証: possible content of the front stripe. No real layout is public.

/** All names. Meanings: {@link MunicipalStripeFault}. */
export const municipalStripeFaults = ['check-digit', 'municipality', 'digits', 'cut'] as const

/**
 * One fault in the content of the stripe, which is recorded properly: the check digit is wrong by one, another
 * municipality's code, a letter among the digits of the number, the last 6 characters are missing.
 */
export type MunicipalStripeFault = (typeof municipalStripeFaults)[number]

/** Options of {@link municipalStripe}. */
export interface MunicipalStripeOptions {
  /** 印鑑登録番号, 8 digits; the check digit is added. Invented by default. */
  readonly number?: string | undefined
  readonly faults?: readonly MunicipalStripeFault[] | undefined
}

/**
 * Data of a `jis2` track, 34 characters: `IN`, municipality (5), number with its check digit (9), day of issue
 * `YYYYMMDD`, then a name in katakana between SO and SI, filled with spaces.
 */
export function municipalStripe(
  identity: Pick<Identity, 'municipalityCode' | 'issuedAt'>,
  options: MunicipalStripeOptions = {},
): string {
  const { number = '40000127', faults = [] } = options
  if (!/^[0-9]{8}$/.test(number)) throw new TypeError('number must be 8 digits')
  const check = (luhn(number) + (faults.includes('check-digit') ? 1 : 0)) % 10
  const municipality = faults.includes('municipality') ? '88888' : identity.municipalityCode
  const digits = faults.includes('digits') ? `${number.slice(0, 7)}A` : number
  const issued = compactDate(dayInJapan(new Date(identity.issuedAt)))
  // 7-bit codes of ｶｿｳ ﾊﾅｺ.
  const name = '\x0e6?3 JE:\x0f'.padEnd(10, ' ')
  const data = `IN${municipality}${digits}${check}${issued}${name}`
  return faults.includes('cut') ? data.slice(0, -6) : data
}

/** Members of a stripe profile that matter for writing. */
interface StripeProfileJson extends PositionsJson {
  readonly format: string
  readonly track: MagneticTrack
}

/**
 * Track and data of a stripe after a profile of docs/stripe.md, for `swipeStripe` and `typeStripes`. The library reads the
 * values back that are given here.
 *
 * @throws TypeError, RangeError for values that do not fit the profile.
 */
export function profileStripe(values: ProfileValues): { readonly track: MagneticTrack; readonly data: string } {
  const profile = values.profile as StripeProfileJson
  if (profile?.format !== 'jpki-card/stripe-profile@1') {
    throw new TypeError('profile must have the format jpki-card/stripe-profile@1')
  }
  // Digits on the numeric tracks, else spaces, where the profile says nothing.
  const rest = profile.track === 'iso2' || profile.track === 'iso3' ? 0x30 : 0x20
  const codes = new ProfileWriter(profile.fields, values).positions(profile, 0, rest)
  return { track: profile.track, data: String.fromCharCode(...codes) }
}

/** Check digit modulus 10: every second digit, beginning with the last, counts double, its digits added. */
function luhn(digits: string): number {
  const doubled = ['0', '2', '4', '6', '8', '1', '3', '5', '7', '9']
  let sum = 0
  for (let i = digits.length - 1, double = true; i >= 0; i--, double = !double) {
    sum += Number(double ? doubled[Number(digits[i])] : digits[i])
  }
  return (10 - (sum % 10)) % 10
}
