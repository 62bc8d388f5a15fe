/**
 * Texts for people: on errors for customers at the machine in seven languages, clerks and operators in Japanese and English;
 * for customers also on what a look at the card finds, and on every step of a visit. `docs/messages.md` has them all.
 *
 * @example
 * ```ts
 * import { PinError } from 'jpki-card'
 * import { messageFor, visitMessage } from 'jpki-card/messages'
 *
 * console.log(visitMessage('enter-pin', { language: 'ko', pin: 'auth', entriesLeft: 2 }).text)
 * const error = new PinError('ERR_PIN_REJECTED', 'wrong PIN', { pin: 'auth', triesLeft: 2, entriesLeft: 1 })
 * console.log(messageFor(error, { audience: 'customer', language: 'en' }).text)
 * console.log(messageFor(error, { audience: 'clerk', language: 'ja' }).text)
 * ```
 * @module jpki-card/messages
 */
export type { CalendarDay, DayLanguage, FormatDayOptions, PartialDay } from '../days.ts'
export { formatDay } from '../days.ts'
export type { LookSituation, Situation } from '../outcomes.ts'
export { lookSituations, situations } from '../outcomes.ts'
export type { PinDetails } from './classify.ts'
export type { CustomerDetails, DayDetails, PlaceDetails } from './fill.ts'
export type { Message, MessageOptions, SituationMessage, SituationOptions } from './message.ts'
export { messageFor, situationMessage, situationOf } from './message.ts'
export type {
  Accepted,
  Audience,
  CustomerLanguage,
  LanguageFor,
  ServiceName,
  StaffLanguage,
  VisitNames,
  VisitStep,
} from './texts.ts'
export { audiences, customerLanguages, visitSteps } from './texts.ts'
export type { VisitDetails, VisitMessage, VisitOptions } from './visit.ts'
export { visitMessage, visitNames } from './visit.ts'
