import { asciiText, copyBytes } from '../../bytes.ts'
import { isDay } from '../../days.ts'
import { DecodeError } from '../../errors.ts'
import { fieldOf, readTemplate, type Template, valueOffset } from '../../registry/index.ts'
import { type Tlv, tlvTotalLength } from '../../tlv/index.ts'

/** The four basic attributes of the holder (基本4情報). Personal data: do not log it. */
export interface TextAttributes {
  /** 氏名, full-width, family and given name parted by U+3000. */
  readonly name: string
  /** 住所. */
  readonly address: string
  /** 生年月日, `YYYY-MM-DD`; `00` for a month or day, `0000` for a year that is not known. */
  readonly birthDate: string
  /** 性別: 男, 女, その他, 適用不能. */
  readonly sex: 'male' | 'female' | 'other' | 'not-applicable'
}

const tags = {
  template: 0xff20,
  offsets: 0xdf21,
  name: 0xdf22,
  address: 0xdf23,
  birthDate: 0xdf24,
  sex: 0xdf25,
} as const
const sexes: ReadonlyMap<number, TextAttributes['sex']> = new Map([
  [0x31, 'male'],
  [0x32, 'female'],
  [0x33, 'other'],
  [0x39, 'not-applicable'],
])
/** Longest object taken from a card, bytes. */
const maxAttributes = 8_192
/** Most bytes before the object: cards of 2023 were seen with two (one source). */
const maxPrefix = 4

/**
 * Decodes EF 0002: `FF20 { DF21 offsets, DF22 name, DF23 address, DF24 birth date, DF25 sex }`, five public sources. Strict:
 * the fields in that order, valid UTF-8, and every entry of DF21 where its field is. Fields after DF25, which
 * later cards may have, are passed over. Up to 4 bytes may come before FF20.
 *
 * @param file - from the start of the file; filler after the object may be there.
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset from the start of the file.
 */
export function decodeAttributes(file: Uint8Array): TextAttributes {
  const template = attributesTemplate(file)
  return {
    name: utf8(fieldOf(template, 1, tags.name)),
    address: utf8(fieldOf(template, 2, tags.address)),
    birthDate: day(fieldOf(template, 3, tags.birthDate, 8)),
    sex: sex(fieldOf(template, 4, tags.sex, 1)),
  }
}

/**
 * The part of EF 0002 that DF32 of EF 0003 is the digest of: from DF22 to the end of the template, so without the offsets (one
 * public source). A copy.
 *
 * @throws DecodeError as {@link decodeAttributes}.
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
  const length = start + tlvTotalLength(head.subarray(start))
  if (length <= maxAttributes) return length
  throw new DecodeError('ERR_CARD_DATA', `attributes of ${length} bytes, at most ${maxAttributes}`, start)
}

function attributesTemplate(file: Uint8Array): Template {
  const template = readTemplate(file, tags.template, templateStart(file))
  checkOffsets(template, fieldOf(template, 0, tags.offsets))
  return template
}

function templateStart(file: Uint8Array): number {
  for (let at = 0; at <= maxPrefix; at++) {
    if (file[at] === tags.template >> 8 && file[at + 1] === (tags.template & 0xff)) return at
  }
  throw new DecodeError('ERR_CARD_DATA', `data object FF20 expected in the first ${maxPrefix + 2} bytes`, 0)
}

/** 16-bit big-endian entries, one a field, from the start of the file; or of the template where bytes come before it. */
function checkOffsets(template: Template, table: Tlv): void {
  const places = template.fields.slice(1).map(({ offset }) => offset)
  if (table.value.length !== 2 * places.length) {
    const message = `${table.value.length} bytes of offsets for ${places.length} fields`
    throw new DecodeError('ERR_CARD_DATA', message, table.offset)
  }
  const view = new DataView(table.value.buffer, table.value.byteOffset, table.value.byteLength)
  const wrong = (base: number): number => places.findIndex((place, i) => view.getUint16(2 * i) + base !== place)
  if (wrong(template.start) < 0) return
  const i = wrong(0)
  if (i < 0) return
  const message = `the offset of field ${i + 1} is not where the field is`
  throw new DecodeError('ERR_CARD_DATA', message, valueOffset(table) + 2 * i)
}

function utf8(field: Tlv): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(field.value)
  } catch {
    throw new DecodeError('ERR_CARD_DATA', 'text is not valid UTF-8', valueOffset(field) + badUtf8(field.value))
  }
}

/** Bytes of valid UTF-8 before the first invalid one. */
function badUtf8(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let good = 0
  for (let end = 1; end <= bytes.length; end++) {
    try {
      decoder.decode(bytes.subarray(good, end))
      good = end
    } catch {
      if (end - good >= 4) return good
    }
  }
  return good
}

function day(field: Tlv): string {
  const text = asciiText(field.value)
  const bad = text.search(/[^0-9]/)
  if (bad >= 0) throw new DecodeError('ERR_CARD_DATA', 'a birth date must be digits', valueOffset(field) + bad)
  const [year, month, date] = [text.slice(0, 4), text.slice(4, 6), text.slice(6, 8)]
  // Parts that are not known are zero; each part must then still be possible with the others.
  const possible = isDay(Number(year) || 2000, Number(month) || 1, Number(date) || 1)
  if (!possible) throw new DecodeError('ERR_CARD_DATA', 'invalid birth date', valueOffset(field))
  return `${year}-${month}-${date}`
}

function sex(field: Tlv): TextAttributes['sex'] {
  const found = sexes.get(field.value[0]!)
  if (found === undefined) throw new DecodeError('ERR_CARD_DATA', 'unknown sex code', valueOffset(field))
  return found
}
