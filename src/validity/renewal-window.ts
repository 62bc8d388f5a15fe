import type { Temporal } from 'temporal-polyfill'
import type { ValidityFlag } from './flags.ts'

/**
 * First day on which a certificate that ends on `expiry` can be renewed: the day after the same day three months before,
 * and where that month has no such day the 1st of the next. Stated by Omihachiman and, with both cases, by Nerima. Other
 * pages say only "from three months before", which would be one day earlier.
 */
export function renewalWindow(expiry: Temporal.PlainDate): {
  readonly opens: Temporal.PlainDate
  readonly flags: readonly ValidityFlag[]
} {
  const before = expiry.subtract({ months: 3 })
  return {
    opens: before.add({ days: 1 }),
    flags:
      before.day === expiry.day ? ['renewal-window-reading'] : ['renewal-window-reading', 'renewal-window-month-end'],
  }
}
