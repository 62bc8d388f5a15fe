import { firstAfterMonthsBefore, monthsBefore } from './epoch-day.ts'
import type { ValidityFlag } from './flags.ts'

/** First day of the window, counted from 1970-01-01, and what is not certain about it. */
export interface RenewalWindow {
  readonly opens: number
  readonly flags: readonly ValidityFlag[]
}

/**
 * First day on which a certificate that ends on `expiry` can be renewed: the day after the same day three months before,
 * and where that month has no such day the 1st of the next. Stated by Omihachiman and, with both cases, by Nerima. Other
 * pages say only "from three months before", which would be one day earlier.
 */
export function renewalWindow(expiry: number): RenewalWindow {
  const before = monthsBefore(expiry, 3)
  if (before !== undefined) return { opens: before + 1, flags: ['renewal-window-reading'] }
  const flags = ['renewal-window-reading', 'renewal-window-month-end'] as const
  return { opens: firstAfterMonthsBefore(expiry, 3), flags }
}
