import { Temporal } from 'temporal-polyfill'
import type { BirthdayTerm } from './birthday-candidates.ts'
import { ageOn, type LeapReading } from './birthdays.ts'
import { isBefore } from './calendar.ts'

/** First application day with the age of majority 18 instead of 20 (Civil Code). */
const ageChange = new Temporal.PlainDate(2022, 4, 1)

/** How long before issue an application may have been made, when not given. Chosen by this package, rather long. */
const longestWait = { years: 1 }

function isAdult(birth: Temporal.PlainDate, applied: Temporal.PlainDate, reading: LeapReading): boolean {
  return ageOn(birth, applied, reading) >= (isBefore(applied, ageChange) ? 20 : 18)
}

/**
 * Internal: tenth birthday for adults, fifth for minors, by the age on the day of application. Without that day both
 * are given when the holder came of age less than a year before the issue.
 */
export function cardTerms(
  birth: Temporal.PlainDate,
  issue: Temporal.PlainDate,
  applied: Temporal.PlainDate | undefined,
  reading: LeapReading,
): readonly BirthdayTerm[] {
  const tenth = { rule: 'card-tenth-birthday', birthdays: 10 } as const
  const fifth = { rule: 'card-fifth-birthday', birthdays: 5 } as const
  if (applied !== undefined) return [isAdult(birth, applied, reading) ? tenth : fifth]
  if (!isAdult(birth, issue, reading)) return [fifth]
  if (isAdult(birth, issue.subtract(longestWait), reading)) return [tenth]
  return [tenth, fifth].map((term) => ({ ...term, flags: ['application-date-not-given'] as const }))
}
