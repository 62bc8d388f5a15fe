/** An invented 印鑑登録証: possible content of the front stripe. No real layout is public. */

import { compactDate, dayInJapan } from '../issue/calendar.ts'
import type { Identity } from '../issue/identity.ts'

/** All names. Meanings: {@link MunicipalStripeFault}. */
export const municipalStripeFaults = ['check-digit', 'municipality', 'digits', 'cut'] as const

/**
 * One fault in the content of the stripe, which is recorded properly: the check digit is wrong by one, another
 * municipality's code, a letter among the digits of the number, the last 6 characters are missing.
 */
export type MunicipalStripeFault = (typeof municipalStripeFaults)[number]

/** Options of {@link municipalStripe}. */
export interface MunicipalStripeOptions {
  /** 印鑑登録番号, 8 digits; the check digit is added. Invented by default. */
  readonly number?: string | undefined
  readonly faults?: readonly MunicipalStripeFault[] | undefined
}

/**
 * Data of a `jis2` track, 34 characters: `IN`, municipality (5), number with its check digit (9), day of issue
 * `YYYYMMDD`, then a name in katakana between SO and SI, filled with spaces.
 */
export function municipalStripe(
  identity: Pick<Identity, 'municipalityCode' | 'issuedAt'>,
  options: MunicipalStripeOptions = {},
): string {
  const { number = '40000127', faults = [] } = options
  if (!/^[0-9]{8}$/.test(number)) throw new TypeError('number must be 8 digits')
  const check = (luhn(number) + (faults.includes('check-digit') ? 1 : 0)) % 10
  const municipality = faults.includes('municipality') ? '88888' : identity.municipalityCode
  const digits = faults.includes('digits') ? `${number.slice(0, 7)}A` : number
  const issued = compactDate(dayInJapan(new Date(identity.issuedAt)))
  // 7-bit codes of ｶｿｳ ﾊﾅｺ.
  const name = '\x0e6?3 JE:\x0f'.padEnd(10, ' ')
  const data = `IN${municipality}${digits}${check}${issued}${name}`
  return faults.includes('cut') ? data.slice(0, -6) : data
}

/** Check digit modulus 10: every second digit, beginning with the last, counts double, its digits added. */
function luhn(digits: string): number {
  const doubled = ['0', '2', '4', '6', '8', '1', '3', '5', '7', '9']
  let sum = 0
  for (let i = digits.length - 1, double = true; i >= 0; i--, double = !double) {
    sum += Number(double ? doubled[Number(digits[i])] : digits[i])
  }
  return (10 - (sum % 10)) % 10
}
