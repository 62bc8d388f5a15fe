import { Temporal } from 'temporal-polyfill'
import { isBefore } from './calendar.ts'

/** Internal: birthdays and ages, under each reading of a 29 February birth. */

/** On which day a person born on 29 February has the birthday in a common year. */
export type LeapReading = 'february-28' | 'march-1'

/** The readings to try: both for a birth on 29 February, one otherwise, where they are equal. */
export function readingsOf(birth: Temporal.PlainDate): readonly LeapReading[] {
  return birth.month === 2 && birth.day === 29 ? ['february-28', 'march-1'] : ['march-1']
}

/** The birthday in a year. */
export function birthdayIn(birth: Temporal.PlainDate, year: number, reading: LeapReading): Temporal.PlainDate {
  const constrained = Temporal.PlainDate.from({ year, month: birth.month, day: birth.day })
  return constrained.day === birth.day || reading === 'february-28' ? constrained : constrained.add({ days: 1 })
}

/**
 * The n-th birthday after a day, that day excluded. `undefined` when the person was born after that day, or past
 * the year 9999.
 */
export function birthdayAfter(
  birth: Temporal.PlainDate,
  day: Temporal.PlainDate,
  n: number,
  reading: LeapReading,
): Temporal.PlainDate | undefined {
  if (isBefore(day, birth)) return undefined
  const first = isBefore(day, birthdayIn(birth, day.year, reading)) ? day.year : day.year + 1
  const year = first + n - 1
  return year > 9999 ? undefined : birthdayIn(birth, year, reading)
}

/** Age in full years on a day, increased on the birthday. Negative before birth. */
export function ageOn(birth: Temporal.PlainDate, day: Temporal.PlainDate, reading: LeapReading): number {
  return day.year - birth.year - (isBefore(day, birthdayIn(birth, day.year, reading)) ? 1 : 0)
}
