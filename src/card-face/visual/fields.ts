import { asciiText, copyBytes } from '../../bytes.ts'
import { isDay } from '../../days.ts'
import { DecodeError } from '../../errors.ts'
import {
  type CardPublicKey,
  fieldOf,
  fixedValue,
  readCardPublicKey,
  readKeyId,
  readTemplate,
  valueOffset,
} from '../../registry/index.ts'
import { type Tlv, tlvTotalLength } from '../../tlv/index.ts'

/** EF 0001, for checks of age: personal data. */
export interface BirthRecord extends SignedCardRecord {
  /** 生年月日, `YYYY-MM-DD`; `00` for a month or day, `0000` for a year that is not known. */
  readonly birthDate: string
}

/**
 * Decodes `FF10 { DF11 birth date, DF12 card key, DF13 signature over DF11 ‖ DF12 }`. Card facts 5.5, one public source.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset.
 */
export function decodeBirthRecord(bytes: Uint8Array): BirthRecord {
  const { field, signed } = readSignedField(bytes, 0xff10, [0xdf11, 0xdf12, 0xdf13])
  return { birthDate: readBirthDate(field), ...signed }
}

/** What every signed record of the visual application has. */
export interface SignedCardRecord {
  /** The card's own key, under the signature: the card proves that it holds the key by answering a challenge. */
  readonly cardKey: CardPublicKey
  /** What the signature is over. */
  readonly signed: Uint8Array
  /** The issuer's signature, 256 bytes, not checked by reading it: see `verifyEvidence`. */
  readonly signature: Uint8Array
  /** The record as it was read, for `verifyEvidence`. */
  readonly record: Uint8Array
}

/** Longest record taken, bytes: a file is no longer than READ BINARY can address. */
const maxRecord = 0x7fff
/** Length of a signature of the issuer's RSA-2048 key, bytes. */
const signatureLength = 256

/** Bytes of the record a file begins with, 0 when it begins with filler; for `readFile`. @throws DecodeError. */
export function recordLength(head: Uint8Array): number {
  if (head.subarray(0, 2).every((byte) => byte === 0x00 || byte === 0xff)) return 0
  const length = tlvTotalLength(head, { minimalTags: false })
  if (length <= maxRecord) return length
  throw new DecodeError('ERR_CARD_DATA', `a record of ${length} bytes, at most ${maxRecord}`, 0)
}

/** A record of its own and its fields, which are views of it. */
interface Fields<Tags extends readonly number[]> {
  /** A copy, from the template's tag to its end. */
  readonly record: Uint8Array
  readonly fields: { readonly [Index in keyof Tags]: Tlv }
}

/** Reads a template with exactly these fields in this order. @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`. */
export function readFields<const Tags extends readonly number[]>(
  file: Uint8Array,
  tag: number,
  tags: Tags,
): Fields<Tags> {
  if (file.length > maxRecord) {
    throw new DecodeError('ERR_CARD_DATA', `a record of ${file.length} bytes, at most ${maxRecord}`, maxRecord)
  }
  const bytes = copyBytes(file)
  const template = readTemplate(bytes, tag)
  const fields = tags.map((wanted, i) => fieldOf(template, i, wanted))
  const more = template.fields[tags.length]
  if (more !== undefined) throw new DecodeError('ERR_CARD_DATA', 'an unknown field', more.offset)
  return { record: bytes.subarray(0, template.end), fields: fields as unknown as Fields<Tags>['fields'] }
}

/** A template of one field, the card's key, and the issuer's signature over both. */
export function readSignedField(
  file: Uint8Array,
  tag: number,
  tags: readonly [field: number, key: number, signature: number],
): { readonly field: Tlv; readonly signed: SignedCardRecord } {
  const { record, fields } = readFields(file, tag, tags)
  const [field, key, signature] = fields
  const cardKey = readKey(key, record)
  return { field, signed: { cardKey, signed: span(record, field, key), signature: readSignature(signature), record } }
}

/** Consecutive data objects, tags and lengths included: a view. */
export function span(record: Uint8Array, first: Tlv, last: Tlv): Uint8Array {
  return record.subarray(first.offset, last.offset + last.totalLength)
}

/** Text of digits. The message gives the place of a wrong digit, never the value. */
function readDigits(field: Tlv, length: number): string {
  const text = asciiText(fixedValue(field, length))
  const wrong = text.search(/[^0-9]/)
  if (wrong >= 0) throw new DecodeError('ERR_CARD_DATA', 'a character that is not a digit', valueOffset(field) + wrong)
  return text
}

/** `YYYYMMDD` as `YYYY-MM-DD`: an existing date. */
export function readDay(field: Tlv): string {
  return day(field, (part) => part)
}

/** The same for a birth date: an unknown part is zero, and the others must be possible with it. */
export function readBirthDate(field: Tlv): string {
  return day(field, (part, instead) => part || instead)
}

function day(field: Tlv, part: (value: number, instead: number) => number): string {
  const text = readDigits(field, 8)
  const [year, month, date] = [text.slice(0, 4), text.slice(4, 6), text.slice(6)]
  if (isDay(part(Number(year), 2000), part(Number(month), 1), part(Number(date), 1))) return `${year}-${month}-${date}`
  throw new DecodeError('ERR_CARD_DATA', 'invalid date', valueOffset(field))
}

/** The key of the card in a record. */
export function readKey(field: Tlv, record: Uint8Array): CardPublicKey {
  return readCardPublicKey(record, valueOffset(field), field.offset + field.totalLength)
}

/** The issuer's signature in a record. */
export function readSignature(field: Tlv): Uint8Array {
  return fixedValue(field, signatureLength)
}

/** EF 0003, basic information of the application. Free to read; no signature over it is known. */
export interface VisualInformation {
  /** `06 03 0E 01` on cards seen: version of the specification, lengths supported, vendor. */
  readonly specification: Uint8Array
  /** Identifier of a key whose use is not known; not that of the issuer. 16 bytes. */
  readonly keyId: Uint8Array
  readonly version: number
  /** 全国地方公共団体コード of the municipality that issued the card, 5 digits. */
  readonly municipalityCode: string
  /** A key identifier (16 bytes) and data whose meaning is not known. */
  readonly opaque: Uint8Array
}

/**
 * Decodes `FF30 { DF31, DF32 key identifier, DF33 version, DF34 municipality, DF35 }`. Card facts 5.4, two public sources.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset.
 */
export function decodeVisualInformation(bytes: Uint8Array): VisualInformation {
  const { record, fields } = readFields(bytes, 0xff30, [0xdf31, 0xdf32, 0xdf33, 0xdf34, 0xdf35])
  const [specification, keyId, version, municipality, opaque] = fields
  if (opaque.value.length < 16) throw new DecodeError('ERR_CARD_DATA', 'DF35 is cut off', valueOffset(opaque))
  fixedValue(keyId, 16)
  return {
    specification: copyBytes(fixedValue(specification, 4)),
    keyId: readKeyId(record, valueOffset(keyId)),
    version: fixedValue(version, 1)[0]!,
    municipalityCode: readDigits(municipality, 5),
    opaque: copyBytes(opaque.value),
  }
}
