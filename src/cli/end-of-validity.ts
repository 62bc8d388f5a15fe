import { hasNoEnd } from '../validity/index.ts'
import type { Messages } from './messages/catalogue.ts'
import { dayInJapan, momentInJapan } from './output.ts'

/** The day a validity ends, or that it has no end. */
export function endDay(end: Date, messages: Messages): string {
  return hasNoEnd(end) ? messages.noEnd : messages.validUntil(dayInJapan(end))
}

/** The moment a validity ends, or that it has no end. */
export function endMoment(end: Date, messages: Messages): string {
  return hasNoEnd(end) ? messages.noEnd : momentInJapan(end)
}
