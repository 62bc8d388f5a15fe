import {
  type Audience,
  type CustomerLanguage,
  customerLanguages,
  type Message,
  messageFor,
} from '../../src/messages/index.ts'
import { codes } from '../../src/outcomes.ts'
import { pinIds } from '../../src/pins.ts'

export const languages = Object.keys(customerLanguages) as CustomerLanguage[]
const pins = [...pinIds, 'unknown', undefined]
const triesLeft = [undefined, 0, 1, 2, 10]

const made = new Map<string, Message[]>()

/** Whatever can come out for somebody in a language, each once: of all codes, PINs and tries, and of no code at all. */
export function everyMessage(audience: Audience, language: CustomerLanguage): Message[] {
  const key = `${audience} ${language}`
  if (!made.has(key)) made.set(key, make(audience, language))
  return made.get(key)!
}

function make(audience: Audience, language: CustomerLanguage): Message[] {
  const found = new Map<string, Message>()
  const add = (code: unknown, pin?: string, left?: number): void => {
    const message = messageFor(code, { audience, language, pin, triesLeft: left })
    found.set([message.situation, ...fields(message)].join('\n'), message)
  }
  for (const code of [...codes, new Error('foreign')]) {
    if (typeof code !== 'string' || !code.includes('PIN')) add(code)
    else for (const pin of pins) for (const left of triesLeft) add(code, pin, left)
  }
  return [...found.values()]
}

/** All their titles, texts and steps, each once. */
export function everyText(audience: Audience, language: CustomerLanguage): ReadonlySet<string> {
  return new Set(everyMessage(audience, language).flatMap(fields))
}

export const fields = ({ title, text, next }: Message): [string, string, string] => [title, text, next]

/** Width in full-width characters; a letter, digit or half-width sign counts half. */
export function width(text: string): number {
  return [...text].reduce(
    (sum, character) => sum + (character >= '\u1100' && !/[\u1e00-\u1eff]/.test(character) ? 1 : 0.5),
    0,
  )
}
