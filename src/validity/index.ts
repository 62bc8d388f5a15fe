/**
 * Until when a certificate and a card are valid, and by which rule. Dates are read from the card and never computed in
 * their place; all days are days in Japan. What the sources do not say is flagged: `docs/validity.md`.
 *
 * @module jpki-card/validity
 */
export type { CalendarDay } from './calendar-day.ts'
export type { CardCredential, CredentialCard, IssuanceChannel } from '../credentials/card-credentials.ts'
export { cardCredentials, credentialCards, findCredentials, issuanceChannels } from '../credentials/card-credentials.ts'
export type { CommonRecord } from './card-date.ts'
export { commonRecordLength, parseCardDate, parseCommonRecord } from './card-date.ts'
export type { CardExpiry, CardExpirySource, CardValidity } from './card-validity.ts'
export { cardExpirySources, cardValidity } from './card-validity.ts'
export type { CertificateState, CertificateTimes, CertificateValidity } from './certificate-validity.ts'
export { certificateValidity, hasNoEnd } from './certificate-validity.ts'
export type { Credential, CredentialId, PinRule, ValidityTerm } from '../credentials/credentials.ts'
export { credentials, pinManagers } from '../credentials/credentials.ts'
export type { EffectiveInput, EffectiveValidity } from './effective-validity.ts'
export { effectiveValidity } from './effective-validity.ts'
export type { Confidence, Evidence } from './evidence.ts'
export type { Explanation, MissingFact } from './explain.ts'
export { explainValidity } from './explain.ts'
export type { ExplainedKind, ExplainInput } from './explain-input.ts'
export { explainedKinds } from './explain-input.ts'
export type { ValidityFlag } from './flags.ts'
export { flagTexts } from './flags.ts'
export type { RuleDay } from './rule-day.ts'
export type { RuleId, ValidityRule } from './rules.ts'
export { validityRules } from './rules.ts'
