/** The card's own APDUs: parsed commands, answers and status words. */

import { copyBytes } from '../bytes.ts'

// The card's own command APDU parser: ISO/IEC 7816-4 cases 1, 2S, 3S, 4S, 2E, 3E, 4E and nothing else.

/** A command the card accepted as well formed. */
export interface ParsedCommand {
  readonly cla: number
  readonly ins: number
  readonly p1: number
  readonly p2: number
  /** Command data field; empty in cases 1 and 2. */
  readonly data: Uint8Array
  /** Ne, 1 to 65 536; absent in cases 1 and 3. */
  readonly ne: number | undefined
  /** Lc or Le came in the extended form. */
  readonly extended: boolean
}

const nothing = new Uint8Array(0)

/** The command, or undefined for every byte string outside the seven cases (answered 6700). */
export function parseCommand(bytes: Uint8Array): ParsedCommand | undefined {
  if (bytes.length < 4) return undefined
  const body = parseBody(bytes)
  if (body === undefined) return undefined
  return { cla: bytes[0]!, ins: bytes[1]!, p1: bytes[2]!, p2: bytes[3]!, ...body }
}

type Body = Pick<ParsedCommand, 'data' | 'ne' | 'extended'>

function parseBody(bytes: Uint8Array): Body | undefined {
  const { length } = bytes
  if (length === 4) return { data: nothing, ne: undefined, extended: false }
  const first = bytes[4]!
  if (length === 5) return { data: nothing, ne: first || 256, extended: false }
  if (first !== 0) {
    const data = copyBytes(bytes, 5, 5 + first)
    if (length === 5 + first) return { data, ne: undefined, extended: false }
    if (length === 6 + first) return { data, ne: bytes[5 + first]! || 256, extended: false }
    return undefined
  }
  return length < 7 ? undefined : parseExtendedBody(bytes)
}

function parseExtendedBody(bytes: Uint8Array): Body | undefined {
  const { length } = bytes
  const two = uint16(bytes, 5)
  if (length === 7) return { data: nothing, ne: two || 65_536, extended: true }
  if (two === 0) return undefined
  const data = copyBytes(bytes, 7, 7 + two)
  if (length === 7 + two) return { data, ne: undefined, extended: true }
  if (length === 9 + two) return { data, ne: uint16(bytes, 7 + two) || 65_536, extended: true }
  return undefined
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}

// Status words (SW1-SW2) the virtual card answers, card-facts section 4.2, and the shape of an answer.

/** One response of the card, before truncation to Le and encoding. */
export interface Answer {
  readonly data: Uint8Array
  readonly sw: number
  /** The data must not be truncated: a smaller Le is refused with 6Cxx. */
  readonly whole?: boolean
  /** It is returned by 61XX and GET RESPONSE. */
  readonly announced?: boolean
}

export const sw = {
  ok: 0x9000,
  endOfFile: 0x6282,
  noLimit: 0x6300,
  sessionKeyUnsupported: 0x66f1,
  wrongLength: 0x6700,
  logicalChannel: 0x6881,
  secureMessaging: 0x6882,
  lastOfChainExpected: 0x6883,
  commandChaining: 0x6884,
  fileStructure: 0x6981,
  securityStatus: 0x6982,
  pinBlocked: 0x6984,
  conditionsOfUse: 0x6985,
  noCurrentFile: 0x6986,
  objectsMissing: 0x6987,
  objectsIncorrect: 0x6988,
  noSession: 0x69fc,
  wrongData: 0x6a80,
  fileNotFound: 0x6a82,
  recordNotFound: 0x6a83,
  wrongP1P2: 0x6a86,
  referenceNotFound: 0x6a88,
  wrongOffset: 0x6b00,
  unknownInstruction: 0x6d00,
  unknownClass: 0x6e00,
  noDiagnosis: 0x6f00,
} as const

/** An answer without data. */
export function status(word: number): Answer {
  return { data: nothing, sw: word }
}

/** 9000 with data that is truncated to Le. */
export function data(bytes: Uint8Array): Answer {
  return { data: bytes, sw: sw.ok }
}

/** 9000 with data that requires a sufficient Le. */
export function whole(bytes: Uint8Array): Answer {
  return { data: bytes, sw: sw.ok, whole: true }
}

/** Response APDU: data, SW1, SW2. */
export function encodeAnswer(bytes: Uint8Array, word: number): Uint8Array {
  const response = new Uint8Array(bytes.length + 2)
  response.set(bytes)
  response[bytes.length] = word >> 8
  response[bytes.length + 1] = word & 0xff
  return response
}
