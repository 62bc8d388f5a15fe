import { copyBytes } from '../bytes.ts'
import { ResponseError } from '../errors.ts'

/** A response APDU as data. Source: ISO/IEC 7816-4 5.1. */
export interface ResponseApdu {
  /** Response data, 0 to 65 536 bytes. */
  readonly data: Uint8Array
  /** Status word SW1-SW2 as one number, 0x0000 to 0xFFFF. */
  readonly sw: number
}

/** Most bytes a response can have: 65 536 data bytes and the status word. */
export const maxResponseLength = 65_538

/**
 * Decodes a response APDU. The data is a fresh copy.
 *
 * @throws ResponseError `ERR_RESPONSE_MALFORMED` when shorter than a status word or SW1 is not 6X or 9X,
 *   `ERR_RESPONSE_TOO_LONG` when longer than 65 538 bytes.
 */
export function decodeResponse(bytes: Uint8Array): ResponseApdu {
  return adoptResponse(copyBytes(bytes))
}

/** The same for bytes the caller gives up: the data is a view of them, not a copy. @internal */
export function adoptResponse(bytes: Uint8Array): ResponseApdu {
  if (bytes.length < 2) {
    throw new ResponseError('ERR_RESPONSE_MALFORMED', `a response ends with 2 status bytes, got ${bytes.length} bytes`)
  }
  if (bytes.length > maxResponseLength) {
    throw new ResponseError('ERR_RESPONSE_TOO_LONG', `a response has at most ${maxResponseLength} bytes`)
  }
  const sw1 = bytes[bytes.length - 2]!
  // ISO/IEC 7816-4 5.6: SW1 other than 6X and 9X is invalid, 60 is a T=0 procedure byte.
  if ((sw1 >> 4 !== 6 && sw1 >> 4 !== 9) || sw1 === 0x60) {
    throw new ResponseError('ERR_RESPONSE_MALFORMED', 'the last two bytes are not a status word')
  }
  return { data: bytes.subarray(0, -2), sw: (sw1 << 8) | bytes[bytes.length - 1]! }
}

/** Encodes a response APDU. @throws RangeError for an invalid status word or more than 65 536 data bytes. */
export function encodeResponse(response: ResponseApdu): Uint8Array {
  const { data, sw } = response
  if (data.length > maxResponseLength - 2) throw new RangeError('response data has at most 65 536 bytes')
  const high = sw >> 12
  if (!Number.isInteger(sw) || (high !== 6 && high !== 9) || sw >> 8 === 0x60) {
    throw new RangeError('a status word is 61XX to 6FXX or 9XXX')
  }
  const bytes = new Uint8Array(data.length + 2)
  bytes.set(data)
  bytes[data.length] = sw >> 8
  bytes[data.length + 1] = sw & 0xff
  return bytes
}
