import { asciiText } from '../bytes.ts'
import { isDay } from '../days.ts'
import { DecodeError } from '../errors.ts'
import type { CalendarDay } from './calendar.ts'

/** Length of record 1 of the common application without its header `01 1C`, characters. */
export const commonRecordLength = 28

/** Record 1 of the common application (共通カードAP). */
export interface CommonRecord {
  /** Last day of the card, in Japan. */
  readonly expiry: CalendarDay
  /** 全国地方公共団体コード without its check digit, 5 digits. */
  readonly municipalityCode: string
  /** 15 digits that identify the card: only on request. Do not log it. */
  readonly serial?: string
}

function digits(value: string | Uint8Array, length: number, what: string): string {
  const text = value instanceof Uint8Array ? asciiText(value) : value
  if (typeof text !== 'string') throw new TypeError(`${what} must be text or bytes`)
  const bad = text.slice(0, length).search(/[^0-9]/)
  if (bad >= 0) throw new DecodeError('ERR_CARD_DATA', `${what} is made of digits`, bad)
  if (text.length !== length) {
    throw new DecodeError('ERR_CARD_DATA', `${what} has ${length} digits`, Math.min(text.length, length))
  }
  return text
}

function dayAt(text: string, at: number): CalendarDay {
  const year = Number(text.slice(at, at + 4))
  const month = Number(text.slice(at + 4, at + 6))
  const day = Number(text.slice(at + 6, at + 8))
  if (year < 1) throw new DecodeError('ERR_CARD_DATA', 'a date has no year 0000', at)
  if (month < 1 || month > 12) throw new DecodeError('ERR_CARD_DATA', 'a month is 01 to 12', at + 4)
  if (!isDay(year, month, day)) throw new DecodeError('ERR_CARD_DATA', 'the month has no such day', at + 6)
  return `${text.slice(at, at + 4)}-${text.slice(at + 4, at + 6)}-${text.slice(at + 6, at + 8)}`
}

/**
 * The day in a date field of a card: `YYYYMMDD`, Gregorian, ASCII. Used for the expiry in the visual application
 * (DF29), in GET DATA 00F2 and in the common record; widely interpreted that way, without an official text. Existing
 * days only; `00` is refused.
 *
 * @param value - the 8 digits as text or bytes.
 * @throws DecodeError `ERR_CARD_DATA`, its offset from the start of the field.
 */
export function parseCardDate(value: string | Uint8Array): CalendarDay {
  return dayAt(digits(value, 8, 'a card date'), 0)
}

/**
 * Record 1 of the common application: 15 digits serial, 5 municipality code, 8 expiry. The record is known from several
 * public projects, its fields from one. The serial identifies the card, so it is omitted unless requested.
 *
 * @param value - the 28 digits as text or bytes, without the header `01 1C`.
 * @throws DecodeError `ERR_CARD_DATA`, its offset from the start of the 28 digits.
 */
export function parseCommonRecord(
  value: string | Uint8Array,
  options: { readonly withSerial?: boolean } = {},
): CommonRecord {
  const text = digits(value, commonRecordLength, 'the common record')
  const record = { expiry: dayAt(text, 20), municipalityCode: text.slice(15, 20) }
  return options.withSerial === true ? { ...record, serial: text.slice(0, 15) } : record
}
