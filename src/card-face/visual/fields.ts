import { asciiText, copyBytes } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import { type Tlv, tlvTotalLength } from '../../tlv/index.ts'
import { type CardPublicKey, readCardPublicKey } from '../../registry/cvc/card-key.ts'
import { isDay } from '../../registry/era.ts'
import { fieldOf, fixedValue, readTemplate, valueOffset } from '../../registry/template.ts'

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
export interface Fields<Tags extends readonly number[]> {
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
  if (more !== undefined) throw new DecodeError('ERR_CARD_DATA', 'a field that is not known', more.offset)
  return { record: bytes.subarray(0, template.end), fields: fields as unknown as Fields<Tags>['fields'] }
}

/** Data objects that stand one after the other, tags and lengths included: a view. */
export function span(record: Uint8Array, first: Tlv, last: Tlv): Uint8Array {
  return record.subarray(first.offset, last.offset + last.totalLength)
}

/** Text of digits. The message tells the place of a wrong one, never the value. */
export function readDigits(field: Tlv, length: number): string {
  const text = asciiText(fixedValue(field, length))
  const wrong = text.search(/[^0-9]/)
  if (wrong >= 0) throw new DecodeError('ERR_CARD_DATA', 'a character that is no digit', valueOffset(field) + wrong)
  return text
}

/** `YYYYMMDD` as `YYYY-MM-DD`: a day that the calendar has. */
export function readDay(field: Tlv): string {
  return day(field, (part) => part)
}

/** The same for a birth date: a part that is not known is zero, and the others must then be possible. */
export function readBirthDate(field: Tlv): string {
  return day(field, (part, instead) => part || instead)
}

function day(field: Tlv, part: (value: number, instead: number) => number): string {
  const text = readDigits(field, 8)
  const [year, month, date] = [text.slice(0, 4), text.slice(4, 6), text.slice(6)]
  if (isDay(part(Number(year), 2000), part(Number(month), 1), part(Number(date), 1))) return `${year}-${month}-${date}`
  throw new DecodeError('ERR_CARD_DATA', 'no day of the calendar', valueOffset(field))
}

/** The key of the card in a record. */
export function readKey(field: Tlv, record: Uint8Array): CardPublicKey {
  return readCardPublicKey(record, valueOffset(field), field.offset + field.totalLength)
}

/** The issuer's signature in a record. */
export function readSignature(field: Tlv): Uint8Array {
  return fixedValue(field, signatureLength)
}
