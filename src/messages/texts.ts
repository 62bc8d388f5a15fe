import type { Situation } from '../outcomes.ts'
import type { PinKind, ResetWay } from '../pins.ts'

/**
 * One message before it is filled in. `{pin}` is the name of the PIN within a sentence, `{short}` what kind of thing it is,
 * `{form}` what it looks like, `{tries}` a sentence with the tries left or nothing, `{reset}` where a blocked one is set again.
 */
export interface MessageText {
  readonly title: string
  readonly text: string
  /** What to do. */
  readonly next: string
}

/** Name, kind and form of a PIN, each as it stands within a sentence. */
export interface PinText {
  readonly name: string
  readonly short: string
  readonly form: string
}

/** Sentences with `{n}` tries left, by plural category. */
export type TriesText = { readonly other: string } & { readonly [category in Intl.LDMLPluralRule]?: string }

/** Everything that is said to customers in one language. */
export interface CustomerTexts {
  readonly situations: Readonly<Record<Situation, MessageText>>
  readonly pins: Readonly<Record<PinKind, PinText>>
  readonly tries: TriesText
  readonly reset: Readonly<Record<ResetWay, string>>
}
