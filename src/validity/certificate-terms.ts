import type { Temporal } from 'temporal-polyfill'
import type { BirthdayTerm } from './birthday-candidates.ts'
import { birthdayAfter, birthdayIn, type LeapReading } from './birthdays.ts'
import { isBefore } from './calendar.ts'
import type { ValidityFlag } from './rules.ts'

/** First day of the renewal window, and its uncertainty. */
export interface RenewalWindow {
  readonly opens: Temporal.PlainDate
  readonly flags: readonly ValidityFlag[]
}

/**
 * First day on which a certificate that ends on `expiry` can be renewed: the day after the same day three months
 * before, and where that month has no such day the 1st of the next. Stated by Omihachiman and, with both cases, by
 * Nerima. Other pages say only "from three months before", which would be one day earlier.
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

/** Internal: expiry of the previous certificate, if known. `false`: none, or not a renewal. */
export type PreviousExpiry = Temporal.PlainDate | false | undefined

/**
 * Internal: fifth birthday, or sixth after a renewal in the window. On the birthday itself a renewal may or may not
 * count that day, a difference of one year: both days are returned. When nothing is known, the sixth is possible if the
 * next birthday, on which the previous certificate would have ended, was less than three months away.
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

/** Whether a day is in the last three months before `expiry`. */
function inWindow(day: Temporal.PlainDate, expiry: Temporal.PlainDate): boolean {
  return !isBefore(day, renewalWindow(expiry).opens) && !isBefore(expiry, day)
}
