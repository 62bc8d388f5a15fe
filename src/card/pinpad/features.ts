/**
 * Features of a reader, PC/SC part 10 (2.02.09). The responses come from a driver and may be wrong: a malformed one
 * counts as no feature.
 */

/** Feature numbers, clause 2.3. */
const tags = { verifyPinDirect: 0x06, modifyPinDirect: 0x07, pinProperties: 0x0a, tlvProperties: 0x12 } as const

/** Control codes of the features of a reader; 0 is never a control code. */
type ReaderFeatures = Readonly<Partial<Record<keyof typeof tags, number>>>

const entryBytes = 6

/**
 * Decodes the response to GET_FEATURE_REQUEST: entries of tag, length 4, control code (big-endian), clause 2.2.
 *
 * @returns `undefined` for a malformed response.
 */
export function decodeFeatures(answer: Uint8Array): ReaderFeatures | undefined {
  if (answer.length % entryBytes !== 0 || answer.length > entryBytes * 64) return undefined
  const found = new Map<number, number>()
  const view = new DataView(answer.buffer, answer.byteOffset, answer.length)
  for (let at = 0; at < answer.length; at += entryBytes) {
    if (answer[at + 1] !== 4) return undefined
    const tag = answer[at]!
    const code = view.getUint32(at + 2)
    if (found.has(tag) || code === 0) return undefined
    found.set(tag, code)
  }
  const features: Partial<Record<keyof typeof tags, number>> = {}
  for (const [name, tag] of Object.entries(tags) as [keyof typeof tags, number][]) {
    const code = found.get(tag)
    if (code !== undefined) features[name] = code
  }
  return features
}

/** Properties of PIN pad and display. */
export interface PinpadProperties {
  /** Whether there is a display; assumed when the reader does not report it. */
  readonly hasDisplay: boolean
  /** Bits of ways to end an entry: 1 the longest PIN was typed, 2 the OK key, 4 time. `undefined`: not reported. */
  readonly endsBy: number | undefined
  readonly shortest: number | undefined
  readonly longest: number | undefined
}

/** PIN_PROPERTIES_STRUCTURE, clause 2.5.5: wLcdLayout (2), bEntryValidationCondition, bTimeOut2. */
export function decodePinProperties(answer: Uint8Array): Partial<PinpadProperties> {
  if (answer.length < 3) return {}
  return { hasDisplay: answer[0] !== 0 || answer[1] !== 0, endsBy: answer[2]! }
}

/** Properties as tag, length, value (little-endian), clause 2.6.14. A malformed list is read up to the first error. */
export function decodeTlvProperties(answer: Uint8Array): Partial<PinpadProperties> {
  const found = new Map<number, Uint8Array>()
  for (let at = 0; at + 2 <= answer.length; ) {
    const end = at + 2 + answer[at + 1]!
    if (end > answer.length) break
    found.set(answer[at]!, answer.subarray(at + 2, end))
    at = end
  }
  const layout = found.get(1)
  const endsBy = found.get(2)?.[0]
  const shortest = found.get(6)?.[0]
  const longest = found.get(7)?.[0]
  return {
    ...(layout !== undefined && { hasDisplay: layout.some((byte) => byte !== 0) }),
    ...(endsBy !== undefined && { endsBy }),
    ...(shortest !== undefined && { shortest }),
    ...(longest !== undefined && longest > 0 && { longest }),
  }
}

/** A PIN entry, and the header of its command. */
export interface PinEntry {
  /** CLA, INS, P1, P2. */
  readonly header: readonly [number, number, number, number]
  /** Exact number of digits, 1 to 15. */
  readonly digits: number
  /** Seconds, 1 to 255. */
  readonly seconds: number
  /** Windows language identifier of the reader's texts: 0x0411 Japanese, 0x0409 English. */
  readonly language: number
}

/** Bytes, at offset 0 behind Lc, left-justified, ASCII: clause 2.5.2, bmFormatString. */
const asciiFromStart = 0x82
/** Placeholder of the digits. Not a digit, so that a reader that leaves it unchanged does not send a valid PIN. */
const filler = 0xff

/** bEntryValidationCondition: the OK key where there is one, else the last digit. */
const endOf = ({ endsBy }: PinpadProperties): number => (endsBy === undefined || (endsBy & 2) !== 0 ? 2 : 1)

const messages = (pinpad: PinpadProperties, ofReader: number): number => (pinpad.hasDisplay ? ofReader : 0)

function commandOf({ header, digits }: PinEntry): number[] {
  return [...header, digits, ...Array<number>(digits).fill(filler)]
}

const little = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 0xff)

/** PIN_VERIFY_STRUCTURE, PC/SC part 10 clause 2.5.2. Numbers are little-endian. */
export function verifyStructure(pinpad: PinpadProperties, entry: PinEntry): Uint8Array {
  const { digits, seconds, language } = entry
  const command = commandOf(entry)
  return Uint8Array.from([
    seconds, // bTimeOut
    seconds, // bTimeOut2, after the first key
    asciiFromStart, // bmFormatString
    digits, // bmPINBlockString: no length is inserted; the block has this many bytes
    0, // bmPINLengthFormat
    digits, // wPINMaxExtraDigit: most,
    digits, // and fewest digits
    endOf(pinpad), // bEntryValidationCondition
    messages(pinpad, 1), // bNumberMessage
    ...little(language, 2), // wLangId
    0, // bMsgIndex: asks for the PIN
    ...[0, 0, 0], // bTeoPrologue: T=1 only, filled in by the reader
    ...little(command.length, 4), // ulDataLength
    ...command,
  ])
}

/** PIN_MODIFY_STRUCTURE, clause 2.5.3, for a command that takes the new PIN only: it is entered twice. */
export function modifyStructure(pinpad: PinpadProperties, entry: PinEntry): Uint8Array {
  const { digits, seconds, language } = entry
  const command = commandOf(entry)
  return Uint8Array.from([
    seconds,
    seconds,
    asciiFromStart,
    digits,
    0,
    0, // bInsertionOffsetOld: there is none
    0, // bInsertionOffsetNew
    digits,
    digits,
    1, // bConfirmPIN: the new PIN twice, the current one not at all
    endOf(pinpad),
    messages(pinpad, 2),
    ...little(language, 2),
    1, // bMsgIndex1: asks for the new PIN
    2, // bMsgIndex2: asks for it again
    0, // bMsgIndex3
    ...[0, 0, 0],
    ...little(command.length, 4),
    ...command,
  ])
}
