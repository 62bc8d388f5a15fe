import { checkInstant, wholeSecond } from './calendar.ts'
import type { CalendarDay } from './calendar-day.ts'
import { epochDayInJapan, textOfEpochDay } from './epoch-day.ts'
import type { ValidityFlag } from './flags.ts'
import { renewalWindow } from './renewal-window.ts'

/** In order of time. `renewable` is valid too: the last three months. */
export type CertificateState = 'not-yet-valid' | 'valid' | 'renewable' | 'expired'

/** The two times of a certificate. */
export interface CertificateTimes {
  readonly notBefore: Date
  readonly notAfter: Date
}

/** Where a certificate stands at an instant. It says nothing on revocation. */
export interface CertificateValidity {
  readonly state: CertificateState
  /** Last second at which it is valid. For JPKI 14:59:59 UTC, which is 23:59:59 in Japan. */
  readonly lastMoment: Date
  readonly lastDayInJapan: CalendarDay
  /** Calendar days in Japan: 0 on the last day, negative after it. */
  readonly daysLeft: number
  /** First day in Japan on which it can be renewed. */
  readonly renewableFrom: CalendarDay
  readonly flags: readonly ValidityFlag[]
}

/**
 * Where a certificate stands. Both times are inclusive to the second (RFC 5280 4.1.2.5): still valid at
 * 14:59:59.999 UTC of the last day, expired at 15:00:00.000. When `notBefore` is after `notAfter` it is never valid:
 * `not-yet-valid`, then `expired`.
 *
 * The window opens on the day after the same day three months before (flag `renewal-window-reading`). Holders who live
 * abroad may renew a year before by one municipality's page; that is not modelled.
 *
 * @param times - read from the certificate, never computed.
 * @param at - the instant asked about; there is no default.
 * @throws TypeError or RangeError when an argument is not a valid Date.
 */
export function certificateValidity(times: CertificateTimes, at: Date): CertificateValidity {
  const notBefore = wholeSecond(checkInstant(times.notBefore, 'notBefore'))
  const notAfter = wholeSecond(checkInstant(times.notAfter, 'notAfter'))
  const now = wholeSecond(checkInstant(at, 'at'))
  const today = epochDayInJapan(at.getTime())
  const lastDay = epochDayInJapan(notAfter * 1000)
  const { opens, flags } = renewalWindow(lastDay)
  let state: CertificateState = today < opens ? 'valid' : 'renewable'
  if (now < notBefore) state = 'not-yet-valid'
  if (now > notAfter) state = 'expired'
  return {
    state,
    lastMoment: new Date(notAfter * 1000),
    lastDayInJapan: textOfEpochDay(lastDay),
    daysLeft: lastDay - today,
    renewableFrom: textOfEpochDay(opens),
    flags,
  }
}
