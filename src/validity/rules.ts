import type { CalendarDay } from './calendar.ts'

/** Confidence of a row of data. */
export type Confidence =
  /** By J-LIS, a ministry or a municipality, as read on their pages. */
  | 'stated by an official body'
  /** The source document is the table of six credentials that this package follows. */
  | 'stated in the source document only'
  | 'set by the municipality, 4 in the source document'
  | 'not stated for this card'
  | 'inferred'

/** Source of a row of data. */
export interface Evidence {
  readonly source: string
  readonly confidence: Confidence
}

/**
 * Uncertainties of a result. Every flag stands for something the public sources do not specify, or the caller did not
 * give; show its text beside the result.
 */
export const flagTexts = {
  'leap-birthday': 'born on 29 February, no such day in that year: no public rule, the printed date holds',
  'birthday-on-issue-day': 'a birthday on the day of issue is not counted: inferred, no public source',
  'renewal-not-stated': 'holds only for a renewal in the last three months, which was not stated',
  'application-date-not-given': 'the age on the day of application decides, and that day was not given',
  'stay-after-other-rule': 'the period of stay ends after the day by birthday or years: not public which holds',
  'juki-day-count': 'whether the day of issue counts as the first day of the years is not public',
  'outside-juki-issue-period': 'Juki cards were issued from 2003-08-25 to 2015-12-28',
  'renewal-window-reading':
    'the window opens on the day after the same day three months before: municipalities, not a law text read here',
  'renewal-window-month-end':
    'the month three months before has no such day: the window opens on the 1st of the next month',
  'card-last-moment': 'the sources name a day; that the card holds to its end, 23:59:59 JST, is inferred',
} as const

/** Name of an uncertainty, see {@link flagTexts}. */
export type ValidityFlag = keyof typeof flagTexts

/** The object whose date is explained. `juki-sign` is the signature certificate of a Juki card. */
export const explainedKinds = ['auth', 'sign', 'card', 'juki-card', 'juki-sign'] as const
/** See {@link explainedKinds}. */
export type ExplainedKind = (typeof explainedKinds)[number]

/** A fact a rule needs that was not given. */
export type MissingFact = 'birthDate' | 'applicationDate' | 'renewal' | 'authCertificateExpiry' | 'cardExpiry'

/** An applicable rule and a day it gives. */
export interface RuleDay {
  readonly rule: RuleId
  readonly day: CalendarDay
  /** Uncertainties of this day; empty if none. */
  readonly flags: readonly ValidityFlag[]
}

/** Name of a rule that can set a last day. */
export type RuleId =
  | 'certificate-fifth-birthday'
  | 'certificate-sixth-birthday'
  | 'certificate-card-expiry'
  | 'certificate-auth-expiry'
  | 'certificate-period-of-stay'
  | 'card-tenth-birthday'
  | 'card-fifth-birthday'
  | 'card-period-of-stay'
  | 'juki-card-ten-years'
  | 'juki-card-period-of-stay'
  | 'juki-certificate-three-years'

/** A rule that can set a last day. */
export interface ValidityRule extends Evidence {
  readonly id: RuleId
  /** The rule in one sentence. */
  readonly statement: string
}

const official = 'stated by an official body'

function rule(id: RuleId, statement: string, source: string): ValidityRule {
  return { id, statement, source, confidence: official }
}

const five = 'Higashimurayama, Matsuyama and Ami pages; jpki.go.jp procedure/period.html as archived in 2019'
const stay = 'Yonago and yng-cms.net pages'
const jukiCard = 'Nakagawa, Ogaki and Misato pages'

/** All rules. Last days are days in Japan; where several apply, the earliest counts. */
export const validityRules: Readonly<Record<RuleId, ValidityRule>> = {
  'certificate-fifth-birthday': rule(
    'certificate-fifth-birthday',
    'A certificate ends on the fifth birthday after its issue.',
    five,
  ),
  'certificate-sixth-birthday': rule(
    'certificate-sixth-birthday',
    'A certificate renewed with less than three months left ends on the sixth birthday after its issue.',
    'Higashimurayama, Matsuyama and Niimi pages; jpki.go.jp procedure/period.html as archived in 2019',
  ),
  'certificate-card-expiry': rule('certificate-card-expiry', 'A certificate ends no later than its card.', five),
  'certificate-auth-expiry': rule(
    'certificate-auth-expiry',
    'The signature certificate ends no later than the user-authentication certificate beside it.',
    'Higashimurayama, Matsuyama and Ami pages',
  ),
  'certificate-period-of-stay': rule(
    'certificate-period-of-stay',
    'The certificates of a foreign resident with a period of stay end with it.',
    stay,
  ),
  'card-tenth-birthday': rule(
    'card-tenth-birthday',
    'A My Number card ends on the tenth birthday after issue when its holder was 18, for applications before 2022-04-01 20.',
    'Yonago, Miyakonojo and yng-cms.net pages',
  ),
  'card-fifth-birthday': rule(
    'card-fifth-birthday',
    'A My Number card ends on the fifth birthday after issue when its holder was under that age.',
    'Yonago, Miyakonojo and yng-cms.net pages',
  ),
  'card-period-of-stay': rule(
    'card-period-of-stay',
    'The My Number card of a foreign resident with a period of stay ends with the period that held at issue.',
    stay,
  ),
  'juki-card-ten-years': rule('juki-card-ten-years', 'A Juki card ends ten years from its issue.', jukiCard),
  'juki-card-period-of-stay': rule(
    'juki-card-period-of-stay',
    'The Juki card of a foreign resident with a period of stay ends with the period that held at issue.',
    jukiCard,
  ),
  'juki-certificate-three-years': rule(
    'juki-certificate-three-years',
    'The signature certificate of a Juki card ends three years from its issue, whatever its card says.',
    'Ogaki, Niimi and Shisui pages; jpki.go.jp procedure/period.html as archived in 2019',
  ),
}
