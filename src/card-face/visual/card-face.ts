import { concat } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import { fixedValue, sha256, valueOffset } from '../../registry/index.ts'
import type { Tlv } from '../../tlv/index.ts'
import { readBirthDate, readDay, readFields, readKey, readSignature, type SignedCardRecord, span } from './fields.ts'
import { type CardImage, readJp2Image, readPngImage } from './images.ts'

/** EF 0002, what is printed on the face of the card: personal data. */
export interface CardFace extends SignedCardRecord {
  /** 生年月日, `YYYY-MM-DD`; `00` for a month or day, `0000` for a year that is not known. */
  readonly birthDate: string
  /** 性別: 男, 女, その他, 適用不能. */
  readonly sex: 'male' | 'female' | 'other' | 'not-applicable'
  /** 氏名 as printed. */
  readonly nameImage: CardImage
  /** 住所 as printed. */
  readonly addressImage: CardImage
  /** 顔写真, grey; `photoToPng` decodes it. */
  readonly photo: CardImage
  /**
   * What the signature does not cover: it is right only on an unaltered card, and no check proves it. Compare the expiry
   * with that of the common application.
   */
  readonly unsigned: {
    /** Last day of the card, `YYYY-MM-DD`. */
    readonly expiry: string
    /** セキュリティコード as printed, the end of 照合番号B. */
    readonly securityCodeImage: CardImage
  }
}

const tags = [0xdf21, 0xdf22, 0xdf23, 0xdf24, 0xdf25, 0xdf26, 0xdf27, 0xdf28, 0xdf29, 0xdf2a] as const

/**
 * Decodes `FF20 { DF21 offsets, DF22 birth date, DF23 sex, DF24 card key, DF25 name, DF26 address, DF27 photo, DF28 signature,
 * DF29 expiry, DF2A security code }`. The signature is over three digests: of DF22 to DF24, of DF25 and DF26, of DF27. Card facts
 * 5.5: fields four public sources, coverage one.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset; also when the offset table is wrong.
 */
export function decodeCardFace(bytes: Uint8Array): CardFace {
  const { record, fields } = readFields(bytes, 0xff20, tags)
  const [offsets, birthDate, sex, key, name, address, photo, signature, expiry, securityCode] = fields
  checkOffsets(offsets, fields.slice(1))
  return {
    birthDate: readBirthDate(birthDate),
    sex: readSex(sex),
    cardKey: readKey(key, record),
    nameImage: readPngImage(name),
    addressImage: readPngImage(address),
    photo: readJp2Image(photo),
    signed: concat(
      sha256(span(record, birthDate, key)),
      sha256(span(record, name, address)),
      sha256(span(record, photo, photo)),
    ),
    signature: readSignature(signature),
    unsigned: { expiry: readDay(expiry), securityCodeImage: readPngImage(securityCode) },
    record,
  }
}

/** 16-bit big-endian, one a field, from the start of the file (one public source). Not signed. */
function checkOffsets(table: Tlv, fields: readonly Tlv[]): void {
  const value = fixedValue(table, 2 * fields.length)
  for (const [i, { offset }] of fields.entries()) {
    if (value[2 * i]! * 256 + value[2 * i + 1]! === offset) continue
    throw new DecodeError('ERR_CARD_DATA', 'an offset that does not match its field', valueOffset(table) + 2 * i)
  }
}

const sexes: ReadonlyMap<number, CardFace['sex']> = new Map([
  [0x31, 'male'],
  [0x32, 'female'],
  [0x33, 'other'],
  [0x39, 'not-applicable'],
])

function readSex(field: Tlv): CardFace['sex'] {
  const sex = sexes.get(fixedValue(field, 1)[0]!)
  if (sex === undefined) throw new DecodeError('ERR_CARD_DATA', 'unknown sex code', valueOffset(field))
  return sex
}
