/** Whether a card supports a form of command: not tried yet, seen working, or refused once. */
export type Ability = 'unknown' | 'yes' | 'no'

/**
 * Capabilities of card and reader, for one session. Each `unknown` costs at most a few refused commands to determine:
 * after any refusal but "not allowed" and "not found" the other form is tried once, and `no` is recorded only if that
 * works.
 */
export interface Capabilities {
  /** Extended length fields, so that a file is read in one exchange. ISO/IEC 7816-4 5.2. */
  extendedLength: Ability
  /** READ BINARY by short EF identifier in P1, without SELECT. ISO/IEC 7816-4 11.2.2. */
  shortFileId: Ability
  /** PIN and key referenced in P2 of VERIFY and COMPUTE DIGITAL SIGNATURE, without SELECT. */
  directReference: Ability
  /** SELECT with P2 = 0C, no response data; otherwise file control information is requested and ignored. */
  selectWithoutData: Ability
}

/** All `unknown`, except those excluded by the ATR. */
export function initialCapabilities(atr: Uint8Array): Capabilities {
  return {
    extendedLength: atrRulesOutExtendedLength(atr) ? 'no' : 'unknown',
    shortFileId: 'unknown',
    directReference: 'unknown',
    selectWithoutData: 'unknown',
  }
}

/**
 * Historical bytes of an ATR; empty when the ATR is malformed.
 *
 * Source: ISO/IEC 7816-3 8.2: T0 counts them, TA/TB/TC/TD come before them.
 */
export function historicalBytes(atr: Uint8Array): Uint8Array {
  const range = historicalRange(atr)
  return range !== undefined && range.end <= atr.length ? atr.subarray(range.start, range.end) : new Uint8Array()
}

/**
 * Range of the historical bytes, which may end beyond the ATR; `undefined` when the ATR is truncated within its
 * interface bytes.
 */
export function historicalRange(atr: Uint8Array): { readonly start: number; readonly end: number } | undefined {
  const t0 = atr[1]
  if (t0 === undefined) return undefined
  let start = 2
  for (let indicator = t0; ; ) {
    const present = indicator >> 4
    for (let bit = 1; bit < 8; bit <<= 1) if (present & bit) start++
    if (!(present & 8)) return { start, end: start + (t0 & 0x0f) }
    const td = atr[start++]
    if (td === undefined) return undefined
    indicator = td
  }
}

/**
 * Whether the card itself declares that it has no extended length fields: a card capabilities object (compact-TLV tag
 * 7) with a third software function byte whose bit 7 is clear. The synthesized ATR of a contactless reader declares
 * nothing.
 *
 * Source: ISO/IEC 7816-4 12.1.1 and 12.1.1.9 table 119. A hint for communication only, never for identification of the
 * card.
 */
function atrRulesOutExtendedLength(atr: Uint8Array): boolean {
  const historical = historicalBytes(atr)
  if (historical[0] !== 0x80) return false
  for (let at = 1; at < historical.length; ) {
    const tag = historical[at]! >> 4
    const length = historical[at]! & 0x0f
    if (tag === 7 && length === 3 && at + 3 < historical.length) return (historical[at + 3]! & 0x40) === 0
    at += 1 + length
  }
  return false
}
