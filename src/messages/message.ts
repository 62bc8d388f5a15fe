import { type Code, type Situation, situations } from '../outcomes.ts'
import { type Failure, failureOf, meaningOfFailure, reportedCode } from './classify.ts'
import {
  type CustomerDetails,
  customerShown,
  customerTexts,
  filled,
  requireDetails,
  type Shown,
  staffFiller,
} from './fill.ts'
import { en } from './staff/en.ts'
import { ja } from './staff/ja.ts'
import {
  type Audience,
  audiences,
  type CustomerLanguage,
  type LanguageFor,
  type MessageText,
  type StaffLanguage,
  type StaffTexts,
  staffLanguage,
} from './texts.ts'

/** All texts for clerks and operators. */
export const staffTexts: Readonly<Record<StaffLanguage, StaffTexts>> = { ja, en }

/**
 * Audience and language of a message, and details that the error may lack. Days and the machine are for customers' texts only.
 */
export interface MessageOptions<A extends Audience = Audience> extends CustomerDetails {
  readonly audience: A
  /** Customers have all languages; for clerks and operators any other than Japanese results in English. */
  readonly language: CustomerLanguage
}

/** What a customer is shown in a situation. */
export interface SituationMessage {
  /** At most 24 full-width characters for customers, a letter or digit counting half. */
  readonly title: string
  /** What happened. For customers at most 80 full-width characters. */
  readonly text: string
  /** The next step. For customers at most 100 full-width characters. */
  readonly next: string
  /** All of it for a speech synthesiser: without brackets and signs, telephone numbers digit by digit; about 30 seconds at most. */
  readonly spoken: string
  /** Situation of the customer; stable, for pictures. */
  readonly situation: Situation
  /** Language of the texts. */
  readonly language: CustomerLanguage
}

/** A message for a person. */
export interface Message<A extends Audience = Audience> extends Omit<SituationMessage, 'spoken'> {
  /** For customers: see {@link SituationMessage}. */
  readonly spoken: A extends 'customer' ? string : undefined
  /** Who can resolve it, independent of the audience. */
  readonly turn: Audience
  /**
   * Whether a program may offer to try again. For a PIN: with the PIN entered again; never when the guard would refuse it.
   */
  readonly retry: boolean
  /**
   * Code of the error; `undefined` when it was not one of this package. Show it in small print: support will ask for
   * it.
   */
  readonly code: Code | undefined
  readonly language: LanguageFor<A>
}

/**
 * The message for an error. Accepts any thrown value, or a code; errors not of this package get a general text, and
 * the message of an error itself is never shown.
 *
 * @throws TypeError for an unknown audience or language, RangeError if `triesLeft` or `entriesLeft` is not an integer from
 *   0, a day does not exist, or `contact` is not a telephone number.
 */
export function messageFor<A extends Audience>(error: unknown, options: MessageOptions<A>): Message<A> {
  const { audience } = options
  if (!audiences.includes(audience)) throw new TypeError('audience must be customer, clerk or operator')
  requireDetails(options)
  const failure = failureOf(error, options)
  const { situation, turn, retry } = meaningOfFailure(failure)
  const language = (audience === 'customer' ? options.language : staffLanguage(options.language)) as LanguageFor<A>
  const text =
    audience === 'customer'
      ? situationShown(situation, language, { ...options, ...failure })
      : { ...staffText(failure, audience, staffLanguage(language)), spoken: undefined }
  const spoken = text.spoken as Message<A>['spoken']
  return { ...text, spoken, turn, retry, situation, code: failure.code, language }
}

/** Language of a message in a situation, and its details. */
export interface SituationOptions extends CustomerDetails {
  readonly language: CustomerLanguage
}

/**
 * The message for a customer in a situation, without an error: for what a look at the card finds before a PIN is entered.
 *
 * @throws TypeError for an unknown situation or language, RangeError as {@link messageFor}.
 */
export function situationMessage(situation: Situation, options: SituationOptions): SituationMessage {
  if (!situations.includes(situation)) throw new TypeError('unknown situation')
  requireDetails(options)
  const { language } = options
  return { ...situationShown(situation, language, options), situation, language }
}

/** Situations whose text repeats the title. */
const titleRepeats: ReadonlySet<Situation> = new Set<Situation>([
  'insert-card',
  'timed-out',
  'cancelled',
  'card-removed',
  'too-late',
  'card-not-understood',
  'certificate-absent',
  'certificate-expired',
  'certificate-out-of-period',
  'certificate-not-yet-valid',
  'certificate-revoked',
  'certificate-refused',
  'pin-blocked',
  'card-expired',
  'registration-expired',
  'municipal-pin-locked',
  'municipal-pin-none',
])

function situationShown(situation: Situation, language: CustomerLanguage, details: CustomerDetails): Shown {
  const isTitleSpoken = !titleRepeats.has(situation)
  return customerShown(language, customerTexts[language].situations[situation], details, { isTitleSpoken })
}

function staffText(failure: Failure, audience: 'clerk' | 'operator', language: StaffLanguage): MessageText {
  const texts = staffTexts[language]
  const { title, [audience]: text } = texts.codes[reportedCode(failure) ?? 'unexpected']
  return filled({ title, ...text }, staffFiller(language, texts, failure))
}
