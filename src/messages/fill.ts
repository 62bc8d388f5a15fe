import { isPinId, pins, type ResetWay } from '../pins.ts'
import { en } from './customer/en.ts'
import { es } from './customer/es.ts'
import { ja } from './customer/ja.ts'
import { ko } from './customer/ko.ts'
import { pt } from './customer/pt.ts'
import { vi } from './customer/vi.ts'
import { zh } from './customer/zh.ts'
import { type CustomerLanguage, type CustomerTexts, customerLanguages, type TriesText } from './texts.ts'

/** All customer texts. */
export const customerTexts: Readonly<Record<CustomerLanguage, CustomerTexts>> = { ja, en, zh, ko, pt, es, vi }

/** Values of the placeholders. */
export interface FillInput {
  readonly language: CustomerLanguage
  readonly pin: string | undefined
  readonly triesLeft: number | undefined
  readonly tries: TriesText
  readonly reset: Readonly<Record<ResetWay, string>>
}

/** Returns a function that replaces the placeholders of a text. */
export function filler({ language, pin, triesLeft, tries, reset }: FillInput): (text: string) => string {
  // An unknown id gets a general name; the id is not shown.
  const facts = pin !== undefined && isPinId(pin) ? pins[pin] : undefined
  const { name, short, form } = customerTexts[language].pins[facts?.kind ?? 'unknown']
  const values: Readonly<Record<string, string>> = {
    pin: name,
    short,
    form,
    tries: triesLeft === undefined ? '' : triesSentence(language, tries, triesLeft),
    reset: reset[facts?.reset ?? 'counter'],
  }
  // Removes the spaces left by an omitted sentence on tries.
  return (text) =>
    text
      .replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name]!)
      .replaceAll('  ', ' ')
      .trimEnd()
}

function triesSentence(language: CustomerLanguage, tries: TriesText, left: number): string {
  const category = new Intl.PluralRules(customerLanguages[language].tag).select(left)
  return (tries[category] ?? tries.other).replace('{n}', String(left))
}
