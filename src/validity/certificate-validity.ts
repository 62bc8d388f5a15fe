import type { Temporal } from 'temporal-polyfill'
import { type BirthdayTerm, birthdayAfter, birthdayIn, type LeapReading } from './birthdays.ts'
import { type CalendarDay, checkInstant, dayInJapan, daysBetween, isBefore, wholeSecond } from './calendar.ts'
import type { ValidityFlag } from './rules.ts'

/** First day of the renewal window, and its uncertainty. */
interface RenewalWindow {
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

/** In order of time. `renewable` is valid too: the last three months. */
export type CertificateState = 'not-yet-valid' | 'valid' | 'renewable' | 'expired'

/** The two times of a certificate. */
export interface CertificateTimes {
  readonly notBefore: Date
  readonly notAfter: Date
}

/** Validity of a certificate at an instant. Does not include revocation. */
export interface CertificateValidity {
  readonly state: CertificateState
  /**
   * Last second at which it is valid; 9999-12-31T23:59:59Z without an end. For JPKI 14:59:59 UTC, which is 23:59:59 in
   * Japan.
   */
  readonly lastMoment: Date
  /** `null` for a certificate without an end, see {@link hasNoEnd}. */
  readonly lastDayInJapan: CalendarDay | null
  /** Calendar days in Japan: 0 on the last day, negative after it. `null` without an end. */
  readonly daysLeft: number | null
  /** First day in Japan on which it can be renewed. `null` without an end. */
  readonly renewableFrom: CalendarDay | null
  readonly flags: readonly ValidityFlag[]
}

/** The last year with four digits. */
const lastYear = 9999

/**
 * Whether a time means "no end": 99991231235959Z (RFC 5280 4.1.2.5), or any time on a day in Japan after the year 9999.
 *
 * @throws TypeError or RangeError for an invalid Date.
 */
export function hasNoEnd(notAfter: Date): boolean {
  return dayInJapan(checkInstant(notAfter, 'notAfter')).year > lastYear
}

/**
 * Validity of a certificate at an instant. Both times are inclusive to the second (RFC 5280 4.1.2.5): still valid at
 * 14:59:59.999 UTC of the last day, expired at 15:00:00.000. When `notBefore` is after `notAfter` it is never valid:
 * `not-yet-valid`, then `expired`.
 *
 * A certificate without an end ({@link hasNoEnd}) has no last day, no days left and no window.
 *
 * The window opens on the day after the same day three months before (flag `renewal-window-reading`). Holders living
 * abroad may renew a year before by one municipality's page; that is not modelled.
 *
 * @param times - read from the certificate, never computed.
 * @param at - the instant of evaluation; no default.
 * @throws TypeError or RangeError when an argument is not a valid Date.
 */
export function certificateValidity(times: CertificateTimes, at: Date): CertificateValidity {
  const notBefore = wholeSecond(checkInstant(times.notBefore, 'notBefore'))
  const notAfter = wholeSecond(checkInstant(times.notAfter, 'notAfter'))
  const now = wholeSecond(checkInstant(at, 'at'))
  const lastMoment = new Date(notAfter * 1000)
  const lastDay = dayInJapan(lastMoment)
  const isEarly = now < notBefore
  if (lastDay.year > lastYear) {
    const state = now > notAfter ? 'expired' : isEarly ? 'not-yet-valid' : 'valid'
    return { state, lastMoment, lastDayInJapan: null, daysLeft: null, renewableFrom: null, flags: [] }
  }
  const { opens, flags } = renewalWindow(lastDay)
  const today = dayInJapan(at)
  let state: CertificateState = isBefore(today, opens) ? 'valid' : 'renewable'
  if (isEarly) state = 'not-yet-valid'
  if (now > notAfter) state = 'expired'
  return {
    state,
    lastMoment,
    lastDayInJapan: lastDay.toString(),
    daysLeft: daysBetween(today, lastDay),
    renewableFrom: opens.toString(),
    flags,
  }
}
