import type { PinpadProperties } from './features.ts'

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
