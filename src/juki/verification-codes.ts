import { copyBytes } from '../bytes.ts'
import { Pin } from '../card/index.ts'
import { eraYear, requireDay } from './era.ts'
import type { IndividualNumber } from './individual-number.ts'

/** How the year of birth is printed on the card, and so written in the codes made of it. */
export interface BirthYearOptions {
  /**
   * `era`, the default: year of the Japanese era (和暦), two digits. `western`: the last two digits of the western year, for
   * holders whose birth date is printed so, as those of foreign nationals are (official for the Juki card, inferred for the
   * My Number card).
   */
  readonly birthYear?: 'era' | 'western' | undefined
}

/** What 照合番号B is made of, all printed on the front of the card. */
export interface VerificationCodeBParts extends BirthYearOptions {
  /** `YYYY-MM-DD`, from 1873-01-01. */
  readonly birthDate: string
  /** Last day of the card, `YYYY-MM-DD`, or its year, 1 to 9999: only the year counts. */
  readonly cardExpiry: string | number
  /** セキュリティコード under the photo: four digits as text. */
  readonly securityCode: string
}

/**
 * 生年月日 as the visual application asks for it: 6 digits `YYMMDD`, the year of the Japanese era (two public sources).
 *
 * Someone born on 1912-07-30 or 1926-12-25 may have the former era on the card; only the new one is made here.
 *
 * @param birthDate - `YYYY-MM-DD`, from 1873-01-01.
 * @throws RangeError when it is not such a day.
 */
export function birthDatePin(birthDate: string, options: BirthYearOptions = {}): Pin {
  return Pin.fromText(birthDigits(birthDate, options))
}

/** 照合番号A: the 12 digits of the individual number. The number stays as it is; wipe it when it is done with. */
export function verificationCodeA(number: IndividualNumber): Pin {
  return number.lend((digits) => Pin.fromBytes(copyBytes(digits)))
}

/**
 * 照合番号B: birth date `YYMMDD`, year of the card's expiry `YYYY`, security code, 14 digits. Composition official (Digital
 * Agency); the same code in the text and the visual application.
 *
 * @throws RangeError when a part is not what it should be; no part is repeated in the message.
 */
export function verificationCodeB(parts: VerificationCodeBParts): Pin {
  const { birthDate, cardExpiry, securityCode } = parts
  if (!/^[0-9]{4}$/.test(securityCode)) throw new RangeError('securityCode must be four digits')
  return Pin.fromText(birthDigits(birthDate, parts) + expiryYear(cardExpiry) + securityCode)
}

function birthDigits(birthDate: string, { birthYear = 'era' }: BirthYearOptions): string {
  const { year } = eraYear(birthDate)
  const shown = birthYear === 'era' ? String(year).padStart(2, '0') : birthDate.slice(2, 4)
  return shown + birthDate.slice(5, 7) + birthDate.slice(8, 10)
}

function expiryYear(cardExpiry: string | number): string {
  if (typeof cardExpiry === 'string') {
    requireDay(cardExpiry)
    return cardExpiry.slice(0, 4)
  }
  if (!Number.isInteger(cardExpiry) || cardExpiry < 1 || cardExpiry > 9999) {
    throw new RangeError('cardExpiry must be a day YYYY-MM-DD or a year')
  }
  return String(cardExpiry).padStart(4, '0')
}
