import type { Code, Situation } from '../outcomes.ts'
import { type Failure, failureOf, meaningOfFailure, reportedCode } from './classify.ts'
import { customerTexts, filler } from './fill.ts'
import { en } from './staff/en.ts'
import { ja } from './staff/ja.ts'
import {
  type Audience,
  audiences,
  type CustomerLanguage,
  customerLanguages,
  type LanguageFor,
  type MessageText,
  type StaffLanguage,
  type StaffTexts,
  staffLanguage,
} from './texts.ts'

/** All texts for clerks and operators. */
export const staffTexts: Readonly<Record<StaffLanguage, StaffTexts>> = { ja, en }

/** Audience and language of a message, and details that the error may lack. */
export interface MessageOptions<A extends Audience = Audience> {
  readonly audience: A
  /** Customers have all languages; for clerks and operators any other than Japanese results in English. */
  readonly language: CustomerLanguage
  /** Tries left, 0 or more. Default: from the error. Those of a municipal PIN are known to the server only. */
  readonly triesLeft?: number | undefined
  /** `id` of the PIN, as `auth` or `sign`. Default: from the error. An unknown id is shown as just "PIN". */
  readonly pin?: string | undefined
}

/** A message for a person. */
export interface Message<A extends Audience = Audience> {
  /** At most 24 full-width characters for customers, a letter or digit counting half. */
  readonly title: string
  /** What happened. For customers at most 80 full-width characters. */
  readonly text: string
  /** The next step. For customers at most 100 full-width characters. */
  readonly next: string
  /** Who can resolve it, independent of the audience. */
  readonly turn: Audience
  /** Whether a program may offer to try again. For a PIN: with the PIN entered again. */
  readonly retry: boolean
  /** Situation of the customer; stable, for pictures. */
  readonly situation: Situation
  /**
   * Code of the error; `undefined` when it was not one of this package. Show it in small print: support will ask for
   * it.
   */
  readonly code: Code | undefined
  /** Language of the texts. */
  readonly language: LanguageFor<A>
}

/**
 * The message for an error. Accepts any thrown value, or a code; errors not of this package get a general text, and
 * the message of an error itself is never shown.
 *
 * @throws TypeError for an unknown audience or language, RangeError if `triesLeft` is not an integer from 0.
 */
export function messageFor<A extends Audience>(error: unknown, options: MessageOptions<A>): Message<A> {
  check(options)
  const failure = failureOf(error, options)
  const { situation, turn, retry } = meaningOfFailure(failure)
  const language = (
    options.audience === 'customer' ? options.language : staffLanguage(options.language)
  ) as LanguageFor<A>
  return { ...texts(failure, situation, options), turn, retry, situation, code: failure.code, language }
}

function texts(failure: Failure, situation: Situation, { audience, language }: MessageOptions): MessageText {
  const { pin, triesLeft } = failure
  if (audience === 'customer') {
    const { situations, tries, reset } = customerTexts[language]
    return filled(situations[situation], filler({ language, pin, triesLeft, tries, reset }))
  }
  const { codes, tries, reset } = staffTexts[staffLanguage(language)]
  const { title, [audience]: text } = codes[reportedCode(failure) ?? 'unexpected']
  return filled({ title, ...text }, filler({ language: staffLanguage(language), pin, triesLeft, tries, reset }))
}

function filled({ title, text, next }: MessageText, fill: (text: string) => string): MessageText {
  return { title: fill(title), text: fill(text), next: fill(next) }
}

function check({ audience, language, triesLeft }: MessageOptions): void {
  if (!audiences.includes(audience)) throw new TypeError('audience must be customer, clerk or operator')
  if (!Object.hasOwn(customerLanguages, language)) {
    throw new TypeError(`language must be one of ${Object.keys(customerLanguages).join(', ')}`)
  }
  if (triesLeft !== undefined && !(Number.isSafeInteger(triesLeft) && triesLeft >= 0)) {
    throw new RangeError('triesLeft must be a whole number, 0 or more')
  }
}
