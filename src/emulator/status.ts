/** Status words (SW1-SW2) the virtual card answers, card-facts section 4.2, and the shape of an answer. */

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

const nothing = new Uint8Array(0)

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
