import { readBirthDate, readFields, readKey, readSignature, span } from './fields.ts'
import type { SignedCardRecord } from './records.ts'

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
  const { record, fields } = readFields(bytes, 0xff10, [0xdf11, 0xdf12, 0xdf13])
  const [birthDate, key, signature] = fields
  return {
    birthDate: readBirthDate(birthDate),
    cardKey: readKey(key, record),
    signed: span(record, birthDate, key),
    signature: readSignature(signature),
    record,
  }
}
