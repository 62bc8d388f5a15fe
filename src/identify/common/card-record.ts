import { asciiText, copyBytes } from '../../bytes.ts'
import { isDay } from '../../days.ts'
import { DecodeError } from '../../errors.ts'

/** Record 1 of the common application: which card it is. */
export interface CardRecord {
  /** 製造番号, 15 digits. Identifies the card: do not log it. */
  readonly serialNumber: string
  /** 全国地方公共団体コード of the issuing municipality without its check digit, 5 digits. */
  readonly municipalityCode: string
  /** Last day of the card, `YYYY-MM-DD`. */
  readonly expiry: string
}

/** Simple TLV: tag 01, and the length of 15 digits serial, 5 municipality and 8 expiry. */
const header = [0x01, 0x1c] as const
const fields = { serial: [2, 17], municipality: [17, 22], expiry: [22, 30] } as const

/**
 * Decodes record 1 of EF 0001: `01 1C`, 15 digits serial number, 5 municipality code, 8 expiry `YYYYMMDD`. The record is known
 * from several public projects, its fields from one. Bytes after it are passed over.
 *
 * @throws DecodeError `ERR_CARD_DATA` with the offset in the record.
 */
export function decodeCardRecord(record: Uint8Array): CardRecord {
  requireWhole(record)
  return {
    serialNumber: digits(record, fields.serial),
    municipalityCode: digits(record, fields.municipality),
    expiry: day(digits(record, fields.expiry)),
  }
}

/**
 * The last day alone, as it is in the record: 8 bytes `YYYYMMDD`, copied; whether it is a real date is not checked. For
 * callers that do not need the serial number.
 *
 * @throws DecodeError `ERR_CARD_DATA` with the offset in the record.
 */
export function cardRecordExpiry(record: Uint8Array): Uint8Array {
  requireWhole(record)
  return copyBytes(record, ...fields.expiry)
}

/**
 * Checks that a record and the objects of the card manager, read from what should be the same card, have the same
 * municipality and expiry. Another card of the same municipality with the same last day is not detected.
 *
 * @param manager - what the card manager returned; absent objects are left out.
 * @throws DecodeError `ERR_CARD_DATA` with the place in the record of the first field that differs: 17 or 22.
 */
export function checkCardRecord(
  record: CardRecord,
  manager: { readonly municipalityCode?: string | undefined; readonly expiry?: string | undefined },
): void {
  const differs = (field: 'municipalityCode' | 'expiry'): boolean =>
    manager[field] !== undefined && manager[field] !== record[field]
  if (differs('municipalityCode')) throw otherCard(fields.municipality[0])
  if (differs('expiry')) throw otherCard(fields.expiry[0])
}

const otherCard = (offset: number): DecodeError =>
  new DecodeError('ERR_CARD_DATA', 'municipality or expiry differs from the card manager', offset)

function requireWhole(record: Uint8Array): void {
  const wrong = header.findIndex((byte, i) => record[i] !== byte)
  if (wrong >= 0) throw new DecodeError('ERR_CARD_DATA', 'not the header of the common record', wrong)
  if (record.length >= fields.expiry[1]) return
  throw new DecodeError('ERR_CARD_DATA', 'the record is cut off', record.length)
}

function digits(record: Uint8Array, [from, to]: readonly [number, number]): string {
  const text = asciiText(record.subarray(from, to))
  const bad = text.search(/[^0-9]/)
  if (bad >= 0) throw new DecodeError('ERR_CARD_DATA', 'the common record must be digits', from + bad)
  return text
}

function day(text: string): string {
  const [year, month, date] = [text.slice(0, 4), text.slice(4, 6), text.slice(6)]
  if (!isDay(Number(year), Number(month), Number(date))) {
    throw new DecodeError('ERR_CARD_DATA', 'invalid expiry date', fields.expiry[0])
  }
  return `${year}-${month}-${date}`
}
