import { hasNoEnd } from '../validity/index.ts'
import type { Messages } from './messages/catalogue.ts'
import { dayInJapan, momentInJapan } from './output.ts'

/** The last day of a validity, or the text for "no end". */
export function endDay(end: Date, messages: Messages): string {
  return hasNoEnd(end) ? messages.noEnd : messages.validUntil(dayInJapan(end))
}

/** The last moment of a validity, or the text for "no end". */
export function endMoment(end: Date, messages: Messages): string {
  return hasNoEnd(end) ? messages.noEnd : momentInJapan(end)
}
