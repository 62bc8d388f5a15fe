import { copyBytes } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import type { FieldProblem, FurtherField, HolderSex } from '../../holder-fields.ts'
import { fieldOf, readFlatTemplate, readTemplate, rebased, type Template } from '../../registry/index.ts'
import { tlvTotalLength } from '../../tlv/index.ts'
import { birthDateOf, FieldReader, offsetsDefect, sexIn, textOf, type Whole } from '../field-reader.ts'

/**
 * The four basic attributes of the holder (基本4情報). Personal data: do not log it. An attribute that cannot be read is
 * `undefined`, with a reason in {@link problems}.
 */
export interface TextAttributes {
  /** 氏名, full-width, family and given name parted by U+3000. */
  readonly name: string | undefined
  /** 住所. */
  readonly address: string | undefined
  /** 生年月日, `YYYY-MM-DD`; `00` for a month or day, `0000` for a year that is not known. */
  readonly birthDate: string | undefined
  /** 性別: 男, 女, その他, 適用不能. */
  readonly sex: HolderSex | undefined
  /** Any other field, at most 32: what later cards have (フリガナ, ローマ字). */
  readonly further: readonly FurtherField[]
  /** What cannot be read, without its value. */
  readonly problems: readonly FieldProblem<TextField | 'further'>[]
}

/** Fields of {@link TextAttributes} on the card; `offsets` is the table DF21, which no attribute depends on. */
export type TextField = 'offsets' | 'name' | 'address' | 'birthDate' | 'sex'

const templateTag = 0xff20
const tags = {
  offsets: 0xdf21,
  name: 0xdf22,
  address: 0xdf23,
  birthDate: 0xdf24,
  sex: 0xdf25,
} as const satisfies Readonly<Record<TextField, number>>
/** The fields with an entry in the offset table, in their order. */
const listed: readonly number[] = Object.values(tags).slice(1)
/** Longest object taken from a card, bytes. */
const maxAttributes = 8_192
/** Most bytes before the object: cards of 2023 were seen with two (one source). */
const maxPrefix = 4

/**
 * Decodes EF 0002: `FF20 { DF21 offsets, DF22 name, DF23 address, DF24 birth date, DF25 sex }`, five public sources. Fields are
 * read by their tags: one that is missing, repeated or malformed does not affect the others, nor does a wrong entry of DF21.
 * Up to 4 bytes may come before FF20.
 *
 * NOTE: what is returned may be less than what an issuer signed; `verifyEvidence` accepts only a record without any problem.
 *
 * @param file - from the start of the file; filler after the object may be there.
 * @throws DecodeError when there is no record: `ERR_CARD_DATA` without FF20, for more than 8 192 bytes, or for anything but filler
 *   after it; `ERR_TLV` when it is not TLV. With the offset from the start of the file.
 */
export function decodeAttributes(file: Uint8Array): TextAttributes {
  return readAttributes(file).attributes
}

/**
 * The same, strictly: the fields in that order, every entry of DF21 where its field is, and no field that cannot be read. Only
 * fields after DF25 are passed over. For authenticity.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset from the start of the file.
 */
export function requireAttributes(file: Uint8Array): Whole<TextAttributes> {
  const template = attributesTemplate(file)
  for (const [i, tag] of listed.entries()) fieldOf(template, 1 + i, tag)
  const { attributes, fields } = readAttributes(file)
  fields.requireWhole()
  return attributes as Whole<TextAttributes>
}

function readAttributes(file: Uint8Array): { attributes: TextAttributes; fields: FieldReader<TextField> } {
  const start = templateStart(file)
  requireLength(file, start)
  const template = readFlatTemplate(file, templateTag, start)
  const fields = new FieldReader<TextField>(template, tags)
  fields.read('offsets', (table) => offsetsDefect(template, table, listed))
  const attributes = {
    name: fields.read('name', textOf),
    address: fields.read('address', textOf),
    birthDate: fields.read('birthDate', birthDateOf),
    sex: fields.read('sex', sexIn),
    further: fields.further(),
    problems: fields.problems,
  }
  return { attributes, fields }
}

/**
 * The part of EF 0002 that DF32 of EF 0003 is the digest of: from DF22 to the end of the template, so without the offsets (one
 * public source). A copy.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset, unless DF22 follows DF21 and every entry of DF21 is where its field is.
 */
export function digestedAttributes(file: Uint8Array): Uint8Array {
  const template = attributesTemplate(file)
  return copyBytes(file, fieldOf(template, 1, tags.name).offset, template.end)
}

/**
 * Bytes of EF 0002 up to the end of the template, by its first bytes; 0 when the file holds none. For `readFile`.
 *
 * @throws DecodeError `ERR_CARD_DATA` when there is no FF20 or it is too long, `ERR_TLV`.
 */
export function attributesLength(head: Uint8Array): number {
  if (head.subarray(0, maxPrefix + 2).every((byte) => byte === 0x00 || byte === 0xff)) return 0
  const start = templateStart(head)
  return requireLength(head, start)
}

/** Bytes of the file up to the end of the template. @throws DecodeError `ERR_CARD_DATA` when they are too many, `ERR_TLV`. */
function requireLength(head: Uint8Array, start: number): number {
  const length = start + rebased(start, () => tlvTotalLength(head.subarray(start)))
  if (length <= maxAttributes) return length
  throw new DecodeError('ERR_CARD_DATA', `attributes of ${length} bytes, at most ${maxAttributes}`, start)
}

/** The template, strictly: every entry of DF21 is where its field is. */
function attributesTemplate(file: Uint8Array): Template {
  const template = readTemplate(file, templateTag, templateStart(file))
  const table = fieldOf(template, 0, tags.offsets)
  const defect = offsetsDefect(
    template,
    table,
    template.fields.map(({ tag }) => tag),
  )
  if (defect !== undefined) throw defect.error
  return template
}

function templateStart(file: Uint8Array): number {
  for (let at = 0; at <= maxPrefix; at++) {
    if (file[at] === templateTag >> 8 && file[at + 1] === (templateTag & 0xff)) return at
  }
  throw new DecodeError('ERR_CARD_DATA', `data object FF20 expected in the first ${maxPrefix + 2} bytes`, 0)
}
