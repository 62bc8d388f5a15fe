/**
 * Validity of a certificate and a card, and the rule behind it. Dates are read from the card and never computed
 * instead; all days are days in Japan. Uncertainties of the sources are flagged: `docs/validity.md`.
 */

export type { DayLanguage, FormatDayOptions, PartialDay } from '../days.ts'
export { formatDay } from '../days.ts'
export type { CalendarDay } from './calendar.ts'
export { calendarDayOf } from './calendar.ts'
export type { CommonRecord } from './card-date.ts'
export { commonRecordLength, parseCardDate, parseCommonRecord } from './card-date.ts'
export type { CardExpiry, CardExpirySource, CardValidity } from './card-validity.ts'
export { cardExpirySources, cardValidity } from './card-validity.ts'
export type { CertificateState, CertificateTimes, CertificateValidity } from './certificate-validity.ts'
export { certificateValidity, hasNoEnd } from './certificate-validity.ts'
export type { EffectiveInput, EffectiveValidity } from './effective-validity.ts'
export { effectiveValidity } from './effective-validity.ts'
export type { ExplainInput, ExplainWords, Explanation, ExplanationInWords } from './explain.ts'
export { explainValidity } from './explain.ts'
export type {
  Confidence,
  Evidence,
  ExplainedKind,
  MissingFact,
  RuleDay,
  RuleId,
  ValidityFlag,
  ValidityRule,
} from './rules.ts'
export { explainedKinds, flagTexts, validityRules } from './rules.ts'
export type { ValidityLanguage, ValidityTexts } from './texts.ts'
export { validityTexts } from './texts.ts'
