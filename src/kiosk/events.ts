import type { JpkiCardError } from '../errors.ts'
import type { CardSurvey } from './survey.ts'

/**
 * What happens at the readers, in order. `card` numbers insertions from 1, over all readers and for the life of the
 * monitor: whatever is told of one insertion carries its number, and nothing of it is told after its `card-removed`.
 */
export type KioskEvent =
  | { readonly type: 'reader-attached'; readonly reader: string }
  /** After `card-removed`, when a card was in it. */
  | { readonly type: 'reader-detached'; readonly reader: string }
  | { readonly type: 'card-inserted'; readonly reader: string; readonly card: number }
  /** The card was given back: it can be connected to now. */
  | { readonly type: 'card-identified'; readonly reader: string; readonly card: number; readonly survey: CardSurvey }
  | { readonly type: 'card-removed'; readonly reader: string; readonly card: number }
  /** With a reader: its card cannot be used as it is. Without: there is no reader service. `recovered` ends it. */
  | {
      readonly type: 'trouble'
      readonly reader: string | undefined
      readonly card: number | undefined
      readonly error: JpkiCardError
    }
  /** The trouble is over: the card was identified, or taken out; the service is back. */
  | { readonly type: 'recovered'; readonly reader: string | undefined; readonly card: number | undefined }

/** A reader as it is now. */
export interface KioskReader {
  readonly name: string
  /** The card in it. */
  readonly card:
    | {
        readonly number: number
        /** Once it was identified. */
        readonly survey: CardSurvey | undefined
      }
    | undefined
  /** What keeps it from being used. */
  readonly trouble: JpkiCardError | undefined
}
