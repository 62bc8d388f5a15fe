import type { Code } from '../../outcomes.ts'
import type { ResetWay } from '../../pins.ts'
import type { TriesText } from '../texts.ts'

/** Every code, and `unexpected` for an error without one. */
export type StaffKey = Code | 'unexpected'

/** What happened and what to do, under the title of the code; placeholders as in `MessageText`. */
export interface StaffText {
  readonly text: string
  readonly next: string
}

/** All texts for clerks and operators in one language. The command line shows the operator texts. */
export interface StaffTexts {
  readonly codes: Readonly<
    Record<StaffKey, { readonly title: string; readonly clerk: StaffText; readonly operator: StaffText }>
  >
  readonly tries: TriesText
  readonly reset: Readonly<Record<ResetWay, string>>
}
