import type { JpkiCardError } from '../errors.ts'
import type { CardSurvey } from './survey.ts'

/**
 * Events of the readers, in order. `card` numbers the insertions from 1, over all readers and for the life of the
 * monitor: every event of one insertion carries its number, and none follows its `card-removed`.
 */
export type KioskEvent =
  | { readonly type: 'reader-attached'; readonly reader: string }
  /** Preceded by `card-removed` if a card was in it. */
  | { readonly type: 'reader-detached'; readonly reader: string }
  | { readonly type: 'card-inserted'; readonly reader: string; readonly card: number }
  /** The card was identified and disconnected: it can be connected to now. */
  | { readonly type: 'card-identified'; readonly reader: string; readonly card: number; readonly survey: CardSurvey }
  | { readonly type: 'card-removed'; readonly reader: string; readonly card: number }
  /** With `reader`: its card is not usable. Without: the smart card service is unavailable. `recovered` ends it. */
  | {
      readonly type: 'trouble'
      readonly reader: string | undefined
      readonly card: number | undefined
      readonly error: JpkiCardError
    }
  /** The trouble has ended: the card was identified or removed; the service is available again. */
  | { readonly type: 'recovered'; readonly reader: string | undefined; readonly card: number | undefined }

/** Present state of a reader. */
export interface KioskReader {
  readonly name: string
  /** The card in it. */
  readonly card:
    | {
        readonly number: number
        /** Present once the card was identified. */
        readonly survey: CardSurvey | undefined
      }
    | undefined
  /** The error that makes it unusable. */
  readonly trouble: JpkiCardError | undefined
}
