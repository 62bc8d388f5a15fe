/** Characters of magnetic tracks as patterns of `0` and `1` in the order they pass the head. */

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

export const trackRows: Readonly<Record<MagneticTrack, TrackRow>> = {
  iso1: { width: 6, ones: 1, zero: 32, sentinels: ['%', '?'], keys: ['%', '?'], room: 76, lrcSkipsStart: false },
  iso2: { width: 4, ones: 1, zero: 48, sentinels: [';', '?'], keys: [';', '?'], room: 37, lrcSkipsStart: false },
  iso3: { width: 4, ones: 1, zero: 48, sentinels: [';', '?'], keys: ['+', '?'], room: 104, lrcSkipsStart: false },
  // One source measured that the LRC of these cards excludes the start sentinel.
  jis2: { width: 7, ones: 0, zero: 0, sentinels: ['\x7f', '\x7f'], keys: ['', ''], room: 69, lrcSkipsStart: true },
}

/** Pattern of a character. */
export function patternOf(track: MagneticTrack, character: string): string {
  const { width, zero } = trackRows[track]
  const number = character.charCodeAt(0) - zero
  const digits = number.toString(2).padStart(width, '0')
  if (number < 0 || digits.length > width) throw new RangeError(`not a character of ${track}`)
  return withParity(track, [...digits].reverse().join(''))
}

/** Pattern of the LRC: in every column but that of parity the number of ones becomes even. */
export function lrcPattern(track: MagneticTrack, patterns: readonly string[]): string {
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
