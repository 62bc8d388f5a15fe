import { asciiText, concat, copyBytes } from '../../bytes.ts'
import { historicalRange } from '../../card/capabilities.ts'
import { isDay } from '../../days.ts'
import { DerReader, readOid } from '../../der/index.ts'
import { DecodeError } from '../../errors.ts'
import { type CardVerifiableCertificate, cvcLength, decodeCvc, fieldOf, rebased } from '../../registry/index.ts'
import { encodeTlv, readTlv, type Tlv } from '../../tlv/index.ts'

/** GlobalPlatform card recognition data: what the card is built to, by object identifiers. */
export interface RecognitionData {
  /**
   * Object identifiers, each with the tag of its template: 0x73 itself, 0x60 version, 0x63 identification, 0x64 channel
   * and so on.
   */
  readonly identifiers: readonly { readonly tag: number; readonly oid: string }[]
  /** The object as it is. */
  readonly raw: Uint8Array
}

/** Digits of a data object. @throws DecodeError `ERR_CARD_DATA`. */
export function decodeDigits(bytes: Uint8Array, length: number, what: string): string {
  const text = asciiText(bytes)
  const bad = text.slice(0, length).search(/[^0-9]/)
  if (bad >= 0) throw new DecodeError('ERR_CARD_DATA', `${what} must be digits`, bad)
  if (text.length === length) return text
  throw new DecodeError('ERR_CARD_DATA', `${what} has ${length} digits`, Math.min(text.length, length))
}

/** `YYYYMMDD` as `YYYY-MM-DD`. @throws DecodeError `ERR_CARD_DATA`. */
export function decodeDay(bytes: Uint8Array): string {
  const text = decodeDigits(bytes, 8, 'an expiry')
  const [year, month, day] = [text.slice(0, 4), text.slice(4, 6), text.slice(6)]
  if (isDay(Number(year), Number(month), Number(day))) return `${year}-${month}-${day}`
  throw new DecodeError('ERR_CARD_DATA', 'invalid expiry date', 0)
}

/** Printable ASCII. @throws DecodeError `ERR_CARD_DATA`. */
export function decodeText(bytes: Uint8Array, what: string): string {
  const text = asciiText(bytes)
  const bad = text.search(/[^\x20-\x7e]/)
  if (bad >= 0) throw new DecodeError('ERR_CARD_DATA', `${what} must be printable ASCII`, bad)
  return text
}

/**
 * Decodes `66 { 73 { 06 …, 60 { 06 … }, … } }`, GlobalPlatform Card Specification 2.3 H.2.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, `ERR_DER`, with the offset.
 */
export function decodeRecognitionData(bytes: Uint8Array): RecognitionData {
  const whole = readTlv(bytes, { maxDepth: 4, maxObjects: 64 })
  if (whole.tag !== 0x66) throw new DecodeError('ERR_CARD_DATA', 'data object 66 expected', 0)
  const template = fieldOf({ fields: whole.children, end: bytes.length }, 0, 0x73)
  const identifiers = template.children.flatMap((child) => {
    const holders: readonly Tlv[] = child.tag === 0x06 ? [child] : child.children
    return holders
      .filter(({ tag }) => tag === 0x06)
      .map((object) => ({ tag: child.tag === 0x06 ? 0x73 : child.tag, oid: oidOf(bytes, object) }))
  })
  return { identifiers, raw: copyBytes(bytes) }
}

function oidOf(bytes: Uint8Array, { offset, totalLength }: Tlv): string {
  return rebased(offset, () => readOid(new DerReader(copyBytes(bytes, offset, offset + totalLength))))
}

/**
 * Decodes a certificate that GET DATA gives: the template 7F21 or, as seen, only what is in it.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`; the offset counts the template, whether the card gave it or not.
 */
export function decodeCertificateObject(bytes: Uint8Array): CardVerifiableCertificate {
  if (bytes.length > cvcLength) {
    throw new DecodeError('ERR_CARD_DATA', `a certificate of more than ${cvcLength} bytes`, cvcLength)
  }
  return decodeCvc(bytes[0] === 0x7f ? bytes : encodeTlv(0x7f21, bytes))
}

/**
 * Checks that bytes are an ATR without its first byte, ISO/IEC 7816-3 8.2: of the length that T0 and the interface bytes
 * give.
 *
 * @returns a copy.
 * @throws DecodeError `ERR_CARD_DATA`.
 */
export function decodeContactAtr(bytes: Uint8Array): Uint8Array {
  const end = (historicalRange(concat(Uint8Array.of(0x3b), bytes))?.end ?? Number.POSITIVE_INFINITY) - 1
  // The check byte TCK is there when a protocol other than T=0 is.
  if (bytes.length === end || bytes.length === end + 1) return copyBytes(bytes)
  throw new DecodeError('ERR_CARD_DATA', 'not an answer to reset without its first byte', Math.min(bytes.length, end))
}
