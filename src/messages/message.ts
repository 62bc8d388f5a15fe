import { type Code, codes, lookSituations, outcomeOf, type Situation, situations } from '../outcomes.ts'
import { failureOf, meaningOfFailure, reportedCode } from './classify.ts'
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
  type StaffLanguage,
  type StaffTexts,
  staffLanguage,
} from './texts.ts'

/** All texts for clerks and operators. */
export const staffTexts: Readonly<Record<StaffLanguage, StaffTexts>> = { ja, en }

/**
 * Audience and language of a message, and details that the error may lack. Those of the machine are for customers' texts only.
 */
export interface MessageOptions<A extends Audience = Audience> extends CustomerDetails {
  readonly audience: A
  /** Customers have all languages; for clerks and operators any other than Japanese results in English. */
  readonly language: CustomerLanguage
}

/** What is shown in a situation. */
export interface SituationMessage<A extends Audience = 'customer'> {
  /** At most 24 full-width characters for customers, a letter or digit counting half. */
  readonly title: string
  /** What happened. For customers at most 80 full-width characters. */
  readonly text: string
  /** The next step. For customers at most 100 full-width characters. */
  readonly next: string
  /**
   * For customers, all of it for a speech synthesiser: without brackets and signs, telephone numbers digit by digit; about 30
   * seconds at most.
   */
  readonly spoken: A extends 'customer' ? string : undefined
  /** Situation of the customer; stable, for pictures. */
  readonly situation: Situation
  /** Language of the texts. */
  readonly language: LanguageFor<A>
}

/** A message for a person. */
export interface Message<A extends Audience = Audience> extends SituationMessage<A> {
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
}

/**
 * The message for an error. Accepts any thrown value, or a code; errors not of this package get a general text, and
 * the message of an error itself is never shown.
 *
 * @throws TypeError for an unknown audience or language, RangeError if `triesLeft` or `entriesLeft` is not an integer from
 *   0, a day does not exist, or `contact` is not a telephone number.
 */
export function messageFor<A extends Audience>(error: unknown, options: MessageOptions<A>): Message<A> {
  requireOptions(options)
  const failure = failureOf(error, options)
  const { situation, turn, retry } = meaningOfFailure(failure)
  const { pin, triesLeft, entriesLeft } = failure
  const key = reportedCode(failure) ?? 'unexpected'
  const shown = shownTo(situation, key, { ...options, pin, triesLeft, entriesLeft })
  return { ...shown, turn, retry, code: failure.code }
}

/** The situation of a customer that an error leads to: what {@link messageFor} has, without its texts. Accepts any thrown value. */
export function situationOf(error: unknown): Situation {
  return meaningOfFailure(failureOf(error, {})).situation
}

/** Audience and language of a message in a situation, and its details. */
export interface SituationOptions<A extends Audience = 'customer'> extends CustomerDetails {
  /** Default `customer`. */
  readonly audience?: A | undefined
  /** As for {@link MessageOptions}. */
  readonly language: CustomerLanguage
}

/**
 * The message in a situation without an error: for what a look at the card finds before a PIN is entered.
 *
 * @throws TypeError for an unknown situation, audience or language; RangeError as {@link messageFor}.
 */
export function situationMessage<A extends Audience = 'customer'>(
  situation: Situation,
  options: SituationOptions<A>,
): SituationMessage<A> {
  if (!situations.includes(situation)) throw new TypeError('unknown situation')
  const whole = { ...options, audience: options.audience ?? ('customer' as A) }
  requireOptions(whole)
  return shownTo(situation, staffKeyOf(situation), whole)
}

function requireOptions(options: MessageOptions): void {
  if (!audiences.includes(options.audience)) throw new TypeError('audience must be customer, clerk or operator')
  requireDetails(options)
}

/** Situations that only the details of an error have, and the code of that error. */
const detailed: Readonly<Partial<Record<Situation, Code>>> = {
  'pin-wrong-last': 'ERR_PIN_REJECTED',
  'certificate-out-of-period': 'ERR_VERIFICATION',
}

/** The staff's texts of a situation: its own, or those of its first code. */
function staffKeyOf(situation: Situation): keyof StaffTexts['codes'] {
  const look = lookSituations.find((one) => one === situation)
  return look ?? detailed[situation] ?? codes.find((code) => outcomeOf(code).situation === situation) ?? 'unexpected'
}

/** @param key - of the staff's texts. */
function shownTo<A extends Audience>(
  situation: Situation,
  key: keyof StaffTexts['codes'],
  options: MessageOptions<A>,
): SituationMessage<A> {
  const { audience } = options
  if (audience === 'customer') {
    const { language } = options
    return { ...situationShown(situation, language, options), situation, language } as SituationMessage<A>
  }
  const language = staffLanguage(options.language)
  const texts = staffTexts[language]
  const { title, [audience as 'clerk' | 'operator']: text } = texts.codes[key]
  const shown = filled({ title, ...text }, staffFiller(language, texts, options))
  return { ...shown, spoken: undefined, situation, language } as SituationMessage<A>
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
  'ask-at-counter',
  'municipal-pin-locked',
  'municipal-pin-none',
])

function situationShown(situation: Situation, language: CustomerLanguage, details: CustomerDetails): Shown {
  const isTitleSpoken = !titleRepeats.has(situation)
  return customerShown(language, customerTexts[language].situations[situation], details, { isTitleSpoken })
}
