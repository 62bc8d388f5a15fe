import type { CalendarDay } from './calendar.ts'

/** The object whose date is explained. `juki-sign` is the signature certificate of a Juki card. */
export const explainedKinds = ['auth', 'sign', 'card', 'juki-card', 'juki-sign'] as const
/** See {@link explainedKinds}. */
export type ExplainedKind = (typeof explainedKinds)[number]

/**
 * A date in hand and what is known about it, all days in Japan. What is left out is not guessed: the rules that need it
 * give no day, or a flagged one, and `missing` names it.
 */
export interface ExplainInput {
  readonly kind: ExplainedKind
  /** The last day, as read from card or certificate. */
  readonly expiry: CalendarDay
  /** The day of issue, not the day the card was handed over. */
  readonly issueDate: CalendarDay
  /** Not used for Juki cards. */
  readonly birthDate?: CalendarDay | undefined
  /** My Number card: the day J-LIS received the application, on which the age is determined. */
  readonly applicationDate?: CalendarDay | undefined
  /** Certificates: last day of the previous certificate, or `false` if this was not a renewal. */
  readonly renewal?: { readonly previousExpiry: CalendarDay } | false | undefined
  /** Foreign residents with a period of stay; not for 永住者, 特別永住者 and 高度専門職2号. */
  readonly residence?: { readonly kind: 'foreign'; readonly periodOfStayEnds: CalendarDay } | undefined
  /** Signature certificate: last day of the user-authentication certificate on the same card. */
  readonly authCertificateExpiry?: CalendarDay | undefined
  /** Certificates: last day of the card. */
  readonly cardExpiry?: CalendarDay | undefined
}
