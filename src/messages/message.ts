import type { Code, Situation } from '../outcomes.ts'
import { type Failure, failureOf, meaningOfFailure, tellingCode } from './classify.ts'
import { customerTexts, filler } from './fill.ts'
import type { CustomerLanguage, StaffLanguage } from './languages.ts'
import { type Audience, audiences, customerLanguages, type LanguageFor, staffLanguage } from './languages.ts'
import { en } from './staff/en.ts'
import { ja } from './staff/ja.ts'
import type { StaffTexts } from './staff/texts.ts'
import type { MessageText } from './texts.ts'

/** Everything that is said to clerks and operators. */
export const staffTexts: Readonly<Record<StaffLanguage, StaffTexts>> = { ja, en }

/** For whom a message is, and what the error itself may not know. */
export interface MessageOptions<A extends Audience = Audience> {
  readonly audience: A
  /** Customers have all languages; for clerks and operators every one but Japanese is answered in English. */
  readonly language: CustomerLanguage
  /** Tries left, 0 or more. Default: what the error says. A municipal PIN's are known to the server only. */
  readonly triesLeft?: number | undefined
  /** `id` of the PIN, as `auth` or `sign`. Default: what the error says. An id that is not known is called just a PIN. */
  readonly pin?: string | undefined
}

/** What to tell a person. */
export interface Message<A extends Audience = Audience> {
  /** At most 24 full-width characters for customers, a letter or digit counting half. */
  readonly title: string
  /** What happened. For customers at most 80 full-width characters. */
  readonly text: string
  /** What to do. For customers at most 100 full-width characters. */
  readonly next: string
  /** Who can do something about it, whoever reads the message. */
  readonly turn: Audience
  /** Whether a program may offer to try again. With a PIN that means: one that is entered anew. */
  readonly retry: boolean
  /** What it comes to for the customer; stable, for pictures. */
  readonly situation: Situation
  /** Code of the error; `undefined` when it was not one of this package. Worth showing small: support will ask for it. */
  readonly code: Code | undefined
  /** What the texts are in. */
  readonly language: LanguageFor<A>
}

/**
 * What to tell about an error. Takes whatever was thrown, or a code; what is not of this package gets a general text, and
 * nothing of any error's own message is ever shown.
 *
 * @throws TypeError for an audience or language that does not exist, RangeError for `triesLeft` that is not 0 or more.
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
  const { title, [audience]: text } = codes[tellingCode(failure) ?? 'unexpected']
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
