import type { Temporal } from 'temporal-polyfill'
import type { BirthdayTerm } from './birthday-candidates.ts'
import { birthdayAfter, birthdayIn, type LeapReading } from './birthdays.ts'
import { isBefore } from './calendar.ts'
import type { ValidityFlag } from './rules.ts'

/** First day of the window, and what is not certain about it. */
export interface RenewalWindow {
  readonly opens: Temporal.PlainDate
  readonly flags: readonly ValidityFlag[]
}

/**
 * First day on which a certificate that ends on `expiry` can be renewed: the day after the same day three months before,
 * and where that month has no such day the 1st of the next. Stated by Omihachiman and, with both cases, by Nerima. Other
 * pages say only "from three months before", which would be one day earlier.
 */
export function renewalWindow(expiry: Temporal.PlainDate): RenewalWindow {
  // In a month without such a day this is its last one.
  const before = expiry.subtract({ months: 3 })
  const isClear = before.day === expiry.day
  return {
    opens: before.add({ days: 1 }),
    flags: isClear ? ['renewal-window-reading'] : ['renewal-window-reading', 'renewal-window-month-end'],
  }
}

/** Internal: what is known of the certificate before. `false`: there was none, or it was not a renewal. */
export type PreviousExpiry = Temporal.PlainDate | false | undefined

/**
 * Internal: fifth birthday, or sixth after a renewal in the window. On the birthday itself a renewal could count that day
 * or not, which is a year: both days are given. When nothing is known, the sixth is possible if the next birthday, on
 * which the certificate before would have ended, was less than three months away.
 */
export function certificateTerms(
  birth: Temporal.PlainDate,
  issue: Temporal.PlainDate,
  previous: PreviousExpiry,
  reading: LeapReading,
): readonly BirthdayTerm[] {
  const fifth = { rule: 'certificate-fifth-birthday', birthdays: 5 } as const
  const sixth = { rule: 'certificate-sixth-birthday', birthdays: 6 } as const
  const onIssueDay = birthdayIn(birth, issue.year, reading).equals(issue)
  const renewed = onIssueDay ? [{ ...sixth, birthdays: 5 } as const, sixth] : [sixth]
  if (previous === false) return [fifth]
  if (previous !== undefined) return inWindow(issue, previous) ? renewed : [fifth]
  const usual = onIssueDay ? issue : birthdayAfter(birth, issue, 1, reading)
  if (usual === undefined || !inWindow(issue, usual)) return [fifth]
  return [fifth, ...renewed.map((term) => ({ ...term, flags: ['renewal-not-stated'] as const }))]
}

/** Whether a day is in the last three months of something that ends on `expiry`. */
function inWindow(day: Temporal.PlainDate, expiry: Temporal.PlainDate): boolean {
  return !isBefore(day, renewalWindow(expiry).opens) && !isBefore(expiry, day)
}
