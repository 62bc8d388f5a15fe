import { VerificationError } from '../../src/errors.ts'
import {
  type Audience,
  type CustomerLanguage,
  customerLanguages,
  type DayDetails,
  lookSituations,
  type Message,
  messageFor,
  type PinDetails,
  type PlaceDetails,
  type SituationMessage,
  situationMessage,
} from '../../src/messages/index.ts'
import { codes } from '../../src/outcomes.ts'
import { pinIds } from '../../src/pins.ts'

export const languages = Object.keys(customerLanguages) as CustomerLanguage[]
const pins = [...pinIds, 'unknown', undefined]
const triesLeft = [undefined, 0, 1, 2, 10]
const entriesLeft = [undefined, 0, 1, 9]
/** The longest number that is accepted. */
export const contact = '+81 (0)120-000-00000'
export const places: readonly PlaceDetails[] = [{}, { attended: false }, { attended: false, contact }]
const days = [{}, { until: '2026-12-31', from: '2026-09-30' }]

const pinDetails = pins.flatMap((pin) =>
  triesLeft.flatMap((left) => entriesLeft.map((entries) => ({ pin, triesLeft: left, entriesLeft: entries }))),
)

type Shown = SituationMessage & Partial<Message>

const made = new Map<string, Shown[]>()

/** Every message of an audience in a language, each once: of all codes, PINs, tries and days, of no code, of a look. */
export function everyMessage(audience: Audience, language: CustomerLanguage): Shown[] {
  const key = `${audience} ${language}`
  if (!made.has(key)) made.set(key, make(audience, language))
  return made.get(key)!
}

function make(audience: Audience, language: CustomerLanguage): Shown[] {
  const found = new Map<string, Shown>()
  const keep = (message: Shown): void => {
    found.set([message.situation, ...fields(message)].join('\n'), message)
  }
  const here = audience === 'customer' ? places : [{}]
  const add = (code: unknown, details: PinDetails & DayDetails): void => {
    for (const place of here) keep(messageFor(code, { audience, language, ...details, ...place }))
  }
  for (const code of [...codes, new Error('foreign')]) {
    if (typeof code !== 'string' || !code.includes('PIN')) for (const more of days) add(code, more)
    else for (const details of pinDetails) add(code, details)
  }
  if (audience === 'customer') {
    for (const situation of lookSituations) {
      for (const more of days)
        for (const place of places) keep(situationMessage(situation, { language, ...more, ...place }))
    }
    // Reached by the details of an error only.
    add(new VerificationError('validity', 0, 'expired'), {})
  }
  return [...found.values()]
}

/** All their titles, texts and steps, each once. */
export function everyText(audience: Audience, language: CustomerLanguage): ReadonlySet<string> {
  return new Set(everyMessage(audience, language).flatMap(fields))
}

export const fields = ({ title, text, next }: SituationMessage): [string, string, string] => [title, text, next]

/** Width in full-width characters; a letter, digit or half-width sign counts half. */
export function width(text: string): number {
  return [...text].reduce(
    (sum, character) => sum + (character >= '\u1100' && !/[\u1e00-\u1eff]/.test(character) ? 1 : 0.5),
    0,
  )
}
