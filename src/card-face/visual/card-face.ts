import { concat } from '../../bytes.ts'
import type { FieldProblem, HolderSex } from '../../holder-fields.ts'
import { sha256 } from '../../registry/index.ts'
import {
  adjacentFields,
  birthDateOf,
  dayOf,
  FieldReader,
  offsetsDefect,
  requireField,
  sexIn,
  type Whole,
} from '../field-reader.ts'
import { readFields, readKey, readRecord, readSignature, type SignedCardRecord } from './fields.ts'
import { type CardImage, jp2Image, pngImage } from './images.ts'

/**
 * EF 0002, what is printed on the face of the card: personal data. What cannot be read is `undefined`, with a reason in
 * {@link problems}.
 */
export interface CardFace extends SignedCardRecord {
  /** 生年月日, `YYYY-MM-DD`; `00` for a month or day, `0000` for a year that is not known. */
  readonly birthDate: string | undefined
  /** 性別: 男, 女, その他, 適用不能. */
  readonly sex: HolderSex | undefined
  /** 氏名 as printed. */
  readonly nameImage: CardImage | undefined
  /** 住所 as printed. */
  readonly addressImage: CardImage | undefined
  /** 顔写真, grey; `photoToPng` decodes it. */
  readonly photo: CardImage | undefined
  /**
   * What the signature does not cover: it is right only on an unaltered card, and no check proves it. Compare the expiry
   * with that of the common application.
   */
  readonly unsigned: UnsignedCardFace
  /** What cannot be read, without its value. */
  readonly problems: readonly FieldProblem<CardFaceField | 'further'>[]
}

/** The part of {@link CardFace} that the signature does not cover. */
export interface UnsignedCardFace {
  /** Last day of the card, `YYYY-MM-DD`. */
  readonly expiry: string | undefined
  /** セキュリティコード as printed, the end of 照合番号B. */
  readonly securityCodeImage: CardImage | undefined
}

/** Fields of {@link CardFace} on the card; `offsets` is the table DF21, which no other depends on. */
export type CardFaceField =
  | 'offsets'
  | 'birthDate'
  | 'sex'
  | 'nameImage'
  | 'addressImage'
  | 'photo'
  | 'expiry'
  | 'securityCodeImage'

/** A card face without anything that cannot be read. */
export interface WholeCardFace extends Whole<CardFace> {
  readonly unsigned: Whole<UnsignedCardFace>
}

const fieldTags = {
  offsets: 0xdf21,
  birthDate: 0xdf22,
  sex: 0xdf23,
  nameImage: 0xdf25,
  addressImage: 0xdf26,
  photo: 0xdf27,
  expiry: 0xdf29,
  securityCodeImage: 0xdf2a,
} as const satisfies Readonly<Record<CardFaceField, number>>
const keyTag = 0xdf24
const signatureTag = 0xdf28
/** Every field, in the order of the file. */
const order = [...Object.values(fieldTags), keyTag, signatureTag].sort((a, b) => a - b)
/** The fields under the signature: it is over the digest of each group. */
const signedGroups = [
  [fieldTags.birthDate, fieldTags.sex, keyTag],
  [fieldTags.nameImage, fieldTags.addressImage],
  [fieldTags.photo],
] as const

/**
 * Decodes `FF20 { DF21 offsets, DF22 birth date, DF23 sex, DF24 card key, DF25 name, DF26 address, DF27 photo, DF28 signature,
 * DF29 expiry, DF2A security code }`. The signature is over three digests: of DF22 to DF24, of DF25 and DF26, of DF27. Card facts
 * 5.5: fields four public sources, coverage one. Fields are read by their tags: one that is missing, repeated or malformed does not
 * affect the others, nor does a wrong entry of DF21.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset: not such a record, or a key or signature that is not of the
 *   specified form.
 */
export function decodeCardFace(bytes: Uint8Array): CardFace {
  return readCardFace(bytes).face
}

/**
 * The same, strictly: exactly these fields in this order, every entry of DF21 where its field is, and no field that cannot be
 * read. For authenticity.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset.
 */
export function requireCardFace(bytes: Uint8Array): WholeCardFace {
  readFields(bytes, 0xff20, order)
  const { face, fields } = readCardFace(bytes)
  fields.requireWhole()
  return face as WholeCardFace
}

function readCardFace(bytes: Uint8Array): { face: CardFace; fields: FieldReader<CardFaceField> } {
  const { record, template } = readRecord(bytes, 0xff20)
  const fields = new FieldReader<CardFaceField>(template, fieldTags)
  fields.read('offsets', (table) => offsetsDefect(template, table, order.slice(1)))
  const groups = signedGroups.map((tags) => adjacentFields(record, template, tags))
  const face = {
    birthDate: fields.read('birthDate', birthDateOf),
    sex: fields.read('sex', sexIn),
    cardKey: readKey(requireField(template, keyTag), record),
    nameImage: fields.read('nameImage', pngImage),
    addressImage: fields.read('addressImage', pngImage),
    photo: fields.read('photo', jp2Image),
    signed: groups.every((group) => group !== undefined) ? concat(...groups.map((group) => sha256(group))) : undefined,
    signature: readSignature(requireField(template, signatureTag)),
    unsigned: {
      expiry: fields.read('expiry', dayOf),
      securityCodeImage: fields.read('securityCodeImage', pngImage),
    },
    record,
    further: fields.further([keyTag, signatureTag]),
    problems: fields.problems,
  }
  return { face, fields }
}
