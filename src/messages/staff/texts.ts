import type { ErrorCode } from '../../errors.ts'
import type { ResetWay } from '../../pins.ts'
import type { TriesText } from '../texts.ts'

/** Every code, and what is said of an error that has none. */
export type StaffKey = ErrorCode | 'unexpected'

/** One message for staff under the title of its code; placeholders as in `MessageText`. */
export interface StaffText {
  readonly text: string
  readonly next: string
}

/** What clerks and operators share: a title for each code, tries left, and where a blocked PIN is set again. */
export interface StaffTitles {
  readonly titles: Readonly<Record<StaffKey, string>>
  readonly tries: TriesText
  readonly reset: Readonly<Record<ResetWay, string>>
}

/** Everything that is said to clerks and operators in one language. */
export interface StaffTexts extends StaffTitles {
  readonly clerk: Readonly<Record<StaffKey, StaffText>>
  readonly operator: Readonly<Record<StaffKey, StaffText>>
}
