/** A swipe through a magnetic stripe reader: the reader's output, with faults. */

import { lrcPattern, type MagneticTrack, magneticTracks, patternOf, trackRows } from './tracks.ts'

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
