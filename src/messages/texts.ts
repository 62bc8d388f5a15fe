import type { Situation } from '../outcomes.ts'
import type { PinKind, ResetWay } from '../pins.ts'

/**
 * One message with placeholders. `{pin}` is the name of the PIN within a sentence, `{short}` its kind, `{form}` its
 * format, `{tries}` a sentence with the tries left or nothing, `{reset}` where a blocked PIN is reset.
 */
export interface MessageText {
  readonly title: string
  readonly text: string
  /** The next step. */
  readonly next: string
}

/** Name, kind and form of a PIN, each as used within a sentence. */
export interface PinText {
  readonly name: string
  readonly short: string
  readonly form: string
}

/** Sentences with `{n}` tries left, by plural category. */
export type TriesText = { readonly other: string } & { readonly [category in Intl.LDMLPluralRule]?: string }

/** All customer texts in one language. */
export interface CustomerTexts {
  readonly situations: Readonly<Record<Situation, MessageText>>
  readonly pins: Readonly<Record<PinKind, PinText>>
  readonly tries: TriesText
  readonly reset: Readonly<Record<ResetWay, string>>
}
