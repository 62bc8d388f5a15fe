import type { Code, LookSituation, Situation } from '../outcomes.ts'
import type { PinKind, ResetWay } from '../pins.ts'

/**
 * Languages for customers: the tag for `lang` attributes and plural rules, and the name on a button that chooses it.
 */
export const customerLanguages = {
  ja: { tag: 'ja', name: '日本語' },
  en: { tag: 'en', name: 'English' },
  zh: { tag: 'zh-Hans', name: '简体中文' },
  ko: { tag: 'ko', name: '한국어' },
  pt: { tag: 'pt-BR', name: 'Português' },
  es: { tag: 'es', name: 'Español' },
  vi: { tag: 'vi', name: 'Tiếng Việt' },
} as const

/** One of {@link customerLanguages}. */
export type CustomerLanguage = keyof typeof customerLanguages

/** Languages for clerks and operators. */
export type StaffLanguage = 'ja' | 'en'

/** Audiences of a message: users of the machine, staff on site, operators. */
export const audiences = ['customer', 'clerk', 'operator'] as const

/** One of {@link audiences}. */
export type Audience = (typeof audiences)[number]

/** Languages available for an audience. */
export type LanguageFor<A extends Audience> = A extends 'customer' ? CustomerLanguage : StaffLanguage

/** The language of staff texts for a requested `language`: Japanese, otherwise English. */
export function staffLanguage(language: CustomerLanguage): StaffLanguage {
  return language === 'ja' ? 'ja' : 'en'
}

/**
 * One message with placeholders. `{pin}` is the name of the PIN within a sentence, `{short}` its kind, `{form}` its
 * format, `{tries}` a sentence with the tries left or nothing, `{reset}` where a blocked PIN is reset. `{until}`, `{renew}` and
 * `{start}` are sentences with a day, or nothing; `{help}` is one with the number to call, or nothing.
 */
export interface MessageText {
  readonly title: string
  readonly text: string
  /** The next step. */
  readonly next: string
}

/** A message for customers. A next step that involves the staff has another form for a machine without. */
export interface CustomerText {
  readonly title: string
  readonly text: string
  readonly next: string | { readonly attended: string; readonly unattended: string }
}

/** Name, kind and form of a PIN, each as used within a sentence. */
interface PinText {
  readonly name: string
  readonly short: string
  readonly form: string
}

/** Sentences with `{n}` tries left, by plural category. */
export type TriesText = { readonly other: string } & { readonly [category in Intl.LDMLPluralRule]?: string }

/** All customer texts in one language. */
export interface CustomerTexts {
  readonly situations: Readonly<Record<Situation, CustomerText>>
  readonly pins: Readonly<Record<PinKind, PinText>>
  readonly tries: TriesText
  /** Sentences with a `{day}`: the last one, the first for a renewal, the first of all. */
  readonly days: { readonly until: string; readonly renew: string; readonly start: string }
  /** Sentence with the `{contact}` to call. */
  readonly help: string
  readonly reset: Readonly<Record<ResetWay, string>>
}

/** Steps of a visit that does not fail, in the usual order; the last four end it or may come at any time. */
export const visitSteps = [
  'place-card',
  'checking',
  'choose',
  'choose-documents',
  'enter-pin',
  'enter-pin-on-reader',
  'verify-on-phone',
  'authenticating',
  'accepted',
  'printing',
  'take-card',
  'take-paper',
  'forgotten-card',
  'ended',
  'more-time',
  'inactive',
  'out-of-service',
] as const

/** One of {@link visitSteps}: a screen, with its picture, in the customer's language. */
export type VisitStep = (typeof visitSteps)[number]

/** What a machine reads: cards, phones, or both. */
export type Accepted = 'card' | 'phone' | 'card-or-phone'

/** Services a customer chooses from: the methods of `findServices` in `jpki-card/credentials`. */
export type ServiceName = 'token' | 'issuance-application' | 'stripe' | 'attributes' | 'register-pin'

/** Names for buttons and headings. */
export interface VisitNames {
  readonly services: Readonly<Record<ServiceName, string>>
  /** The certificates of the card. */
  readonly certificates: { readonly auth: string; readonly sign: string }
  /** Ways to be served: the channels of `findServices` in `jpki-card/credentials`. */
  readonly channels: Readonly<Record<'convenience-store' | 'municipal-machine' | 'counter', string>>
  /** Buttons; texts of a visit refer to them by these names. `listen` repeats the spoken text. */
  readonly buttons: Readonly<
    Record<'enter' | 'correct' | 'back' | 'cancel' | 'continue' | 'finish' | 'again' | 'listen', string>
  >
}

/** Texts of a visit in one language. Further placeholders: `{service}`, and `{enter}` and the like for buttons. */
export interface VisitTexts extends Omit<VisitNames, 'services'> {
  readonly steps: Readonly<
    Record<VisitStep | 'place-phone' | 'place-card-or-phone' | 'forgotten-card-urgent', CustomerText>
  >
  /** The name on a button, and the phrase within a sentence. */
  readonly services: Readonly<Record<ServiceName | 'unknown', { readonly name: string; readonly phrase: string }>>
}

/** Every code, the situations without one, and `unexpected` for an error without one. */
type StaffKey = Code | LookSituation | 'unexpected'

/** What happened and what to do, under the title of the code; placeholders as in `MessageText`. */
interface StaffText {
  readonly text: string
  readonly next: string
}

/** All texts for clerks and operators in one language. The command line shows the operator texts. */
export interface StaffTexts {
  readonly codes: Readonly<
    Record<StaffKey, { readonly title: string; readonly clerk: StaffText; readonly operator: StaffText }>
  >
  readonly tries: TriesText
  /** Sentences with the entries `{n}` this machine accepts. */
  readonly entries: TriesText & { readonly none: string }
  readonly reset: Readonly<Record<ResetWay, string>>
}
