import type { BlockLayout, ResultFields, ValidityRule } from '../profile/index.ts'
import type { StripeFormatId } from './formats.ts'

/** `format` of a profile of this kind. */
export const stripeProfileFormat = 'jpki-card/stripe-profile@1'

/** What a municipality wrote on a track, described as data. Made by `loadStripeProfile` only. */
export interface StripeProfile {
  readonly name: string
  readonly description: string | undefined
  readonly track: StripeFormatId
  /** Places count characters from the one after the start sentinel. */
  readonly layout: BlockLayout
  readonly result: ResultFields
  readonly validity: ValidityRule | undefined
}
