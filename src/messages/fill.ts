import { type CalendarDay, formatDay } from '../days.ts'
import { isPinId, pins, type ResetWay } from '../pins.ts'
import type { PinDetails } from './classify.ts'
import { en } from './customer/en.ts'
import { es } from './customer/es.ts'
import { ja } from './customer/ja.ts'
import { ko } from './customer/ko.ts'
import { pt } from './customer/pt.ts'
import { vi } from './customer/vi.ts'
import { zh } from './customer/zh.ts'
import { readable, spokenContact } from './spoken.ts'
import {
  type CustomerLanguage,
  type CustomerText,
  type CustomerTexts,
  customerLanguages,
  type MessageText,
  type StaffLanguage,
  type StaffTexts,
  type TriesText,
} from './texts.ts'

/** All customer texts. */
export const customerTexts: Readonly<Record<CustomerLanguage, CustomerTexts>> = { ja, en, zh, ko, pt, es, vi }

/** Days in the texts of a certificate. */
export interface DayDetails {
  /** Last day, `YYYY-MM-DD` in Japan. */
  readonly until?: CalendarDay | undefined
  /** The day from which it works, or can be renewed, `YYYY-MM-DD` in Japan. */
  readonly from?: CalendarDay | undefined
}

/** The machine a customer stands at. */
export interface PlaceDetails {
  /** Whether staff is there to help. At an unattended machine no text refers to them. Default true. */
  readonly attended?: boolean | undefined
  /** Telephone number of the operator, shown at an unattended machine; at most 20 digits, spaces, `+`, `-`, `(`, `)`. */
  readonly contact?: string | undefined
}

/** Details of a customer's message. */
export interface CustomerDetails extends PinDetails, DayDetails, PlaceDetails {}

/** A function that replaces the placeholders of a text. */
export type Filler = (text: string) => string

/**
 * For texts of customers. The sentence on tries has the entries this machine accepts; it is left out where that is
 * unknown, or none.
 *
 * @param more - further placeholders.
 * @throws RangeError for a day that does not exist.
 */
export function customerFiller(
  language: CustomerLanguage,
  details: CustomerDetails,
  more: Readonly<Record<string, string>> = {},
): Filler {
  const { tries, help, reset } = customerTexts[language]
  const left = details.entriesLeft ?? details.triesLeft
  return replacing({
    ...more,
    ...pinValues(language, details.pin, reset),
    tries: left === undefined || left === 0 ? '' : counted(language, tries, left),
    ...dayValues(language, details),
    help: details.contact === undefined ? '' : help.replace('{contact}', details.contact),
  })
}

/** A customer's text as shown and as spoken. */
export interface Shown extends MessageText {
  readonly spoken: string
}

/** What a text of a customer needs besides its details. */
export interface ShownOptions {
  /** Further placeholders. */
  readonly more?: Readonly<Record<string, string>>
  /** Whether the title is spoken; not where the text repeats it. */
  readonly isTitleSpoken: boolean
}

/** Fills a text of a customer, for a machine with or without staff. */
export function customerShown(
  language: CustomerLanguage,
  { title, text, next }: CustomerText,
  details: CustomerDetails,
  { more, isTitleSpoken }: ShownOptions,
): Shown {
  const step = typeof next === 'string' ? next : details.attended === false ? next.unattended : next.attended
  const whole = { title, text, next: step }
  const { contact } = details
  const spelled = { ...details, contact: contact === undefined ? undefined : spokenContact(language, contact) }
  const spoken = filled(whole, customerFiller(language, spelled, more))
  return {
    ...filled(whole, customerFiller(language, details, more)),
    spoken: readable(language, isTitleSpoken ? spoken : { ...spoken, title: '' }),
  }
}

/** Replaces the placeholders of a message. */
export function filled({ title, text, next }: MessageText, fill: Filler): MessageText {
  return { title: fill(title), text: fill(text), next: fill(next) }
}

/** For texts of clerks and operators: the tries left on the card, and the entries this machine accepts where they differ. */
export function staffFiller(
  language: StaffLanguage,
  { tries, entries, reset }: StaffTexts,
  { pin, triesLeft, entriesLeft, ...days }: PinDetails & DayDetails,
): Filler {
  const sentences: string[] = []
  if (triesLeft !== undefined) sentences.push(counted(language, tries, triesLeft))
  if (entriesLeft === 0) sentences.push(entries.none)
  else if (entriesLeft !== undefined && entriesLeft !== triesLeft)
    sentences.push(counted(language, entries, entriesLeft))
  return replacing({
    ...pinValues(language, pin, reset),
    ...dayValues(language, days),
    tries: sentences.join(language === 'ja' ? '' : ' '),
  })
}

/** @throws RangeError for a day that does not exist. */
function dayValues(language: CustomerLanguage, { until, from }: DayDetails): Readonly<Record<string, string>> {
  const { days } = customerTexts[language]
  const day = (text: string, on: CalendarDay | undefined): string =>
    on === undefined ? '' : text.replace('{day}', formatDay(on, language))
  return { until: day(days.until, until), renew: day(days.renew, from), start: day(days.start, from) }
}

function pinValues(
  language: CustomerLanguage,
  pin: string | undefined,
  reset: Readonly<Record<ResetWay, string>>,
): Readonly<Record<string, string>> {
  // An unknown id gets a general name; the id is not shown.
  const facts = pin !== undefined && isPinId(pin) ? pins[pin] : undefined
  const { name, short, form } = customerTexts[language].pins[facts?.kind ?? 'unknown']
  return { pin: name, short, form, reset: reset[facts?.reset ?? 'counter'] }
}

/** Replaces placeholders, and removes the spaces left by an omitted sentence. */
function replacing(values: Readonly<Record<string, string>>): Filler {
  return (text) =>
    text
      .replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name]!)
      .replaceAll('  ', ' ')
      .trimEnd()
}

/** Making them costs more than the text they are for. */
const pluralRules = new Map<CustomerLanguage, Intl.PluralRules>()

function counted(language: CustomerLanguage, texts: TriesText, count: number): string {
  const rules = pluralRules.get(language) ?? new Intl.PluralRules(customerLanguages[language].tag)
  pluralRules.set(language, rules)
  const category = rules.select(count)
  return (texts[category] ?? texts.other).replace('{n}', String(count))
}

/**
 * Language and details of a customer's message.
 *
 * @throws TypeError for an unknown language; RangeError if `triesLeft` or `entriesLeft` is not an integer from 0, or `contact` is
 *   not a telephone number.
 */
export function requireDetails({
  language,
  ...details
}: CustomerDetails & { readonly language: CustomerLanguage }): void {
  if (!Object.hasOwn(customerLanguages, language)) {
    throw new TypeError(`language must be one of ${Object.keys(customerLanguages).join(', ')}`)
  }
  const { contact } = details
  if (contact !== undefined && !/^[0-9+() -]{3,20}$/.test(contact)) {
    throw new RangeError('contact must be a telephone number of at most 20 characters')
  }
  for (const name of ['triesLeft', 'entriesLeft'] as const) {
    const count = details[name]
    if (count !== undefined && !(Number.isSafeInteger(count) && count >= 0)) {
      throw new RangeError(`${name} must be a whole number, 0 or more`)
    }
  }
}
