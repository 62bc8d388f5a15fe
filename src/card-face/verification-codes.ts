import { copyBytes, typedCode, typedDay } from '../bytes.ts'
import { Pin } from '../card/index.ts'
import { isDay } from '../days.ts'
import { PinError } from '../errors.ts'
import { eraYear } from '../registry/index.ts'
import type { IndividualNumber } from './individual-number.ts'
import type { VisualPin } from './visual/files.ts'

/** How the year of birth is printed on the card, and so written in the codes made of it. */
export interface BirthYearOptions {
  /**
   * `era`, the default: year of the Japanese era (和暦), two digits. `western`: the last two digits of the western year, for
   * holders whose birth date is printed so, as those of foreign nationals are (official for the Juki card, inferred for the
   * My Number card).
   */
  readonly birthYear?: 'era' | 'western' | undefined
}

/**
 * What 照合番号B is made of, all printed on the front of the card. Text is accepted as typed: full-width forms are narrowed,
 * blanks and hyphens between digits left out.
 */
export interface VerificationCodeBParts extends BirthYearOptions {
  /** `YYYY-MM-DD`, from 1873-01-01; also with slashes, points or blanks. */
  readonly birthDate: string
  /** Last day of the card, as the birth date, or its year, 1 to 9999, four digits as text: only the year counts. */
  readonly cardExpiry: string | number
  /** セキュリティコード under the photo: four digits as text. */
  readonly securityCode: string
}

/**
 * 生年月日 as the visual application asks for it: 6 digits `YYMMDD`, the year of the Japanese era (two public sources).
 *
 * A holder born on 1912-07-30 or 1926-12-25 may have the former era on the card; only the new one is made here.
 *
 * @param birthDate - `YYYY-MM-DD`, from 1873-01-01, as people type it: see {@link VerificationCodeBParts}.
 * @throws PinError `ERR_PIN_FORMAT` when it is not such a date; the date is not in the message.
 * @throws TypeError when it is not text.
 */
export function birthDatePin(birthDate: string, options: BirthYearOptions = {}): Pin {
  return Pin.fromText(birthDigits(birthDate, options, 'birth-date'))
}

/** 照合番号A: the 12 digits of the individual number. The number stays as it is; wipe it after use. */
export function verificationCodeA(number: IndividualNumber): Pin {
  return number.lend((digits) => Pin.fromBytes(copyBytes(digits)))
}

/**
 * 照合番号B: birth date `YYMMDD`, year of the card's expiry `YYYY`, security code, 14 digits. Composition official (Digital
 * Agency); the same code in the text and the visual application.
 *
 * @throws PinError `ERR_PIN_FORMAT` when a part does not have its form; no part is in the message.
 * @throws TypeError when a part is of another type; RangeError for a year that is not 1 to 9999.
 */
export function verificationCodeB(parts: VerificationCodeBParts): Pin {
  const { birthDate, cardExpiry, securityCode } = parts
  const code = fourDigits(securityCode, 'securityCode')
  if (code === undefined) throw badPart('the security code has four digits', 'code-b')
  return Pin.fromText(birthDigits(birthDate, parts, 'code-b') + expiryYear(cardExpiry) + code)
}

function birthDigits(birthDate: string, { birthYear = 'era' }: BirthYearOptions, pin: VisualPin): string {
  const day = realDay(birthDate, 'birthDate', pin)
  if (day < firstDay) throw badPart('a birth date is 1873-01-01 or later', pin)
  const shown = birthYear === 'era' ? String(eraYear(day).year).padStart(2, '0') : day.slice(2, 4)
  return shown + day.slice(5, 7) + day.slice(8, 10)
}

function expiryYear(cardExpiry: string | number): string {
  if (typeof cardExpiry === 'number') {
    if (Number.isInteger(cardExpiry) && cardExpiry >= 1 && cardExpiry <= 9999)
      return String(cardExpiry).padStart(4, '0')
    throw new RangeError('cardExpiry must be a day YYYY-MM-DD or a year')
  }
  const year = fourDigits(cardExpiry, 'cardExpiry')
  return year === undefined || year === '0000' ? realDay(cardExpiry, 'cardExpiry', 'code-b').slice(0, 4) : year
}

/** First day of the Gregorian calendar in Japan. */
const firstDay = '1873-01-01'

/** A date typed by a person, as `YYYY-MM-DD`. @throws PinError `ERR_PIN_FORMAT`; TypeError when it is not text. */
function realDay(text: string, name: string, pin: VisualPin): string {
  if (typeof text !== 'string') throw new TypeError(`${name} must be text`)
  const day = typedDay(text)
  if (day !== undefined && isDay(Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8)))) return day
  throw badPart(`${name} is YYYY-MM-DD and exists in the calendar`, pin)
}

/** Four digits typed by a person; `undefined` for anything else. @throws TypeError when it is not text. */
function fourDigits(text: string, name: string): string | undefined {
  if (typeof text !== 'string') throw new TypeError(`${name} must be text`)
  const codes = Array.from(text.slice(0, 20), (one) => typedCode(one.codePointAt(0)!) ?? [])
  const digits = String.fromCodePoint(...codes.flat())
  return text.length <= 20 && /^[0-9]{4}$/.test(digits) ? digits : undefined
}

function badPart(reason: string, pin: VisualPin): PinError {
  return new PinError('ERR_PIN_FORMAT', `this cannot be ${pin}: ${reason}; no try was spent`, { pin })
}
