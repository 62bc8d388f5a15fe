import { isDay } from '../days.ts'

/**
 * First day of each era, latest first. The day an era was proclaimed belongs to the new one: so the
 * decrees of 1912-07-30 and 1926-12-25 say; 平成 and 令和 began on the day after (政令第1号 of 1989, 政令第143号 of 2019).
 */
const eras: readonly { readonly id: Era; readonly from: string }[] = [
  { id: 'reiwa', from: '2019-05-01' },
  { id: 'heisei', from: '1989-01-08' },
  { id: 'showa', from: '1926-12-25' },
  { id: 'taisho', from: '1912-07-30' },
  // 明治6年1月1日: the first day of the Gregorian calendar in Japan.
  { id: 'meiji', from: '1873-01-01' },
]

/** A Japanese era: 明治, 大正, 昭和, 平成, 令和. */
export type Era = 'meiji' | 'taisho' | 'showa' | 'heisei' | 'reiwa'

const firstYear: Readonly<Record<Era, number>> = { meiji: 1868, taisho: 1912, showa: 1926, heisei: 1989, reiwa: 2019 }

/** The era a day lies in and the year of the era, from 1. */
export interface EraYear {
  readonly era: Era
  readonly year: number
}

/**
 * Era and era year (和暦) of a day.
 *
 * @param day - `YYYY-MM-DD`, a real day from 1873-01-01 to 9999-12-31.
 * @throws RangeError for any other text; it is not repeated in the message.
 */
export function eraYear(day: string): EraYear {
  requireDay(day)
  const era = eras.find(({ from }) => day >= from)
  if (era === undefined) throw new RangeError('a day before 1873-01-01 has no date of the Gregorian calendar in Japan')
  return { era: era.id, year: Number(day.slice(0, 4)) - firstYear[era.id] + 1 }
}

/** @throws RangeError unless the text is a real day `YYYY-MM-DD`. */
function requireDay(day: string): void {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day)
  if (parts === null || !isDay(Number(parts[1]), Number(parts[2]), Number(parts[3]))) {
    throw new RangeError('a day is YYYY-MM-DD and exists in the calendar')
  }
}
