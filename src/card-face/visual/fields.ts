import { copyBytes } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import type { FieldProblem, FurtherField } from '../../holder-fields.ts'
import {
  type CardPublicKey,
  fieldOf,
  fixedValue,
  readCardPublicKey,
  readFlatTemplate,
  readKeyId,
  readTemplate,
  type Template,
  valueOffset,
} from '../../registry/index.ts'
import { type Tlv, tlvTotalLength } from '../../tlv/index.ts'
import {
  adjacentFields,
  birthDateOf,
  Defect,
  digitsOf,
  FieldReader,
  requireField,
  type Whole,
} from '../field-reader.ts'

/** EF 0001, for checks of age: personal data. What cannot be read is `undefined`, with a reason in {@link problems}. */
export interface BirthRecord extends SignedCardRecord {
  /** 生年月日, `YYYY-MM-DD`; `00` for a month or day, `0000` for a year that is not known. */
  readonly birthDate: string | undefined
  /** What cannot be read, without its value. */
  readonly problems: readonly FieldProblem<'birthDate' | 'further'>[]
}

const birthTags = [0xff10, 0xdf11, 0xdf12, 0xdf13] as const

/**
 * Decodes `FF10 { DF11 birth date, DF12 card key, DF13 signature over DF11 ‖ DF12 }`. Card facts 5.5, one public source.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset: not such a record, or a key or signature that is not of the
 *   specified form.
 */
export function decodeBirthRecord(bytes: Uint8Array): BirthRecord {
  const { value: birthDate, record } = readSignedField(bytes, birthTags, 'birthDate', birthDateOf)
  return { birthDate, ...record }
}

/** The same, with exactly these fields and none that cannot be read; for authenticity. @throws DecodeError. */
export function requireBirthRecord(bytes: Uint8Array): Whole<BirthRecord> {
  const { value: birthDate, record } = requireSignedField(bytes, birthTags, 'birthDate', birthDateOf)
  return { birthDate, ...record }
}

/** What every signed record of the visual application has. */
export interface SignedCardRecord {
  /** The card's own key, under the signature: the card proves that it holds the key by answering a challenge. */
  readonly cardKey: CardPublicKey
  /** What the signature is over; `undefined` when the signed fields are not all there once and in their order. */
  readonly signed: Uint8Array | undefined
  /** The issuer's signature, 256 bytes, not checked by reading it: see `verifyEvidence`. */
  readonly signature: Uint8Array
  /** The record as it was read, for `verifyEvidence`, which accepts only one without any problem and further field. */
  readonly record: Uint8Array
  /** Any other field, at most 32. No signature over them is known. */
  readonly further: readonly FurtherField[]
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
  requireRecordLength(file)
  const bytes = copyBytes(file)
  const template = readTemplate(bytes, tag)
  const fields = tags.map((wanted, i) => fieldOf(template, i, wanted))
  const more = template.fields[tags.length]
  if (more !== undefined) throw new DecodeError('ERR_CARD_DATA', 'an unknown field', more.offset)
  return { record: bytes.subarray(0, template.end), fields: fields as unknown as Fields<Tags>['fields'] }
}

function requireRecordLength({ length }: Uint8Array): void {
  if (length <= maxRecord) return
  throw new DecodeError('ERR_CARD_DATA', `a record of ${length} bytes, at most ${maxRecord}`, maxRecord)
}

/** A record of its own with its fields, which are read by their tags. */
interface SignedTemplate {
  /** A copy, from the template's tag to its end. */
  readonly record: Uint8Array
  readonly template: Template
}

/** Reads a template of any fields. @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`. */
export function readRecord(file: Uint8Array, tag: number): SignedTemplate {
  requireRecordLength(file)
  const bytes = copyBytes(file)
  const template = readFlatTemplate(bytes, tag)
  return { record: bytes.subarray(0, template.end), template }
}

/** Tags of a record with one field, the card's key, and the issuer's signature over both. */
type SignedTags = readonly [template: number, field: number, key: number, signature: number]

/** A signed record of one field. */
interface SignedField<T, Name extends string, Signed> {
  readonly value: T
  readonly record: Omit<SignedCardRecord, 'signed'> & {
    readonly signed: Signed
    readonly problems: readonly FieldProblem<Name | 'further'>[]
  }
}

/** Reads a signed record of one field. @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`. */
export function readSignedField<T, Name extends string>(
  file: Uint8Array,
  tags: SignedTags,
  name: Name,
  decode: (field: Tlv) => T | Defect,
): SignedField<T | undefined, Name, Uint8Array | undefined> {
  return signedField(file, tags, name, decode).found
}

/** The same, with exactly these fields in their order, and the field readable. @throws DecodeError. */
export function requireSignedField<T, Name extends string>(
  file: Uint8Array,
  tags: SignedTags,
  name: Name,
  decode: (field: Tlv) => T | Defect,
): SignedField<T, Name, Uint8Array> {
  const [template, ...fields] = tags
  readFields(file, template, fields)
  const { found, reader } = signedField(file, tags, name, decode)
  reader.requireWhole()
  return found as SignedField<T, Name, Uint8Array>
}

function signedField<T, Name extends string>(
  file: Uint8Array,
  [tag, fieldTag, keyTag, signatureTag]: SignedTags,
  name: Name,
  decode: (field: Tlv) => T | Defect,
) {
  const { record, template } = readRecord(file, tag)
  const reader = new FieldReader<Name>(template, { [name]: fieldTag } as Record<Name, number>)
  const value = reader.read(name, decode)
  const found = {
    value,
    record: {
      cardKey: readKey(requireField(template, keyTag), record),
      signed: adjacentFields(record, template, [fieldTag, keyTag]),
      signature: readSignature(requireField(template, signatureTag)),
      record,
      further: reader.further([keyTag, signatureTag]),
      problems: reader.problems,
    },
  }
  return { found, reader }
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
    municipalityCode: required(digitsOf(municipality, 5)),
    opaque: copyBytes(opaque.value),
  }
}

/** A value that the record must have. @throws DecodeError `ERR_CARD_DATA` with the place at which it cannot be read. */
function required<T>(value: T | Defect): T {
  if (value instanceof Defect) throw value.error
  return value
}
