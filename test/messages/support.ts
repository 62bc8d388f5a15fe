import { VerificationError } from '../../src/errors.ts'
import {
  type Audience,
  type CustomerLanguage,
  customerLanguages,
  type DayDetails,
  lookSituations,
  messageFor,
  type PinDetails,
  type PlaceDetails,
  type ServiceName,
  type SituationMessage,
  situationMessage,
  type VisitDetails,
  type VisitMessage,
  type VisitStep,
  visitMessage,
  visitNames,
  visitSteps,
} from '../../src/messages/index.ts'
import { codes } from '../../src/outcomes.ts'
import { pinIds } from '../../src/pins.ts'

export const languages = Object.keys(customerLanguages) as CustomerLanguage[]
const pins = [...pinIds, 'unknown', undefined]
const triesLeft = [undefined, 0, 1, 2, 10]
const entriesLeft = [0, 1, 9]
/** The longest number that is accepted. */
export const contact = '+81 (0)120-000-00000'
export const places: readonly PlaceDetails[] = [{}, { attended: false }, { attended: false, contact }]
/** What the staff of a place is called. */
export const staff: Readonly<Record<CustomerLanguage, RegExp>> = {
  ja: /係員|職員|店員|スタッフ|係の/,
  en: /\b(staff|clerk|attendant|employee|assistant)/i,
  zh: /人员|职员|店员|服务员/,
  ko: /직원|점원|담당자|종업원/,
  pt: /atendente|funcionári|empregad/i,
  es: /\b(personal|emplead|dependient|encargad)/i,
  vi: /nhân viên/i,
}

const days = [{}, { until: '2026-12-31', from: '2026-09-30' }]

const pinDetails = pins.flatMap((pin) => [
  ...triesLeft.map((left) => ({ pin, triesLeft: left })),
  ...entriesLeft.map((entries) => ({ pin, triesLeft: 3, entriesLeft: entries })),
])

type Shown = Omit<SituationMessage, 'spoken'> & { readonly spoken: string | undefined }

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
  for (const situation of lookSituations) {
    for (const more of days) {
      for (const place of here) keep(situationMessage(situation, { audience, language, ...more, ...place }))
    }
  }
  // Reached by the details of an error only.
  add(new VerificationError('validity', 0, 'expired'), {})
  return [...found.values()]
}

/** Every message of a visit in a language, each once. */
export function everyVisit(language: CustomerLanguage): readonly VisitMessage[] {
  const found = new Map<string, VisitMessage>()
  const add = (step: VisitStep, details: VisitDetails): void => {
    for (const place of places) {
      const message = visitMessage(step, { language, ...details, ...place })
      found.set(JSON.stringify(message), message)
    }
  }
  for (const step of visitSteps) {
    for (const accepts of ['card', 'phone', 'card-or-phone'] as const) add(step, { accepts })
    for (const service of Object.keys(visitNames(language).services) as ServiceName[]) add(step, { service })
    for (const times of [2, 9]) add(step, { times })
    for (const details of pinDetails) add(step, details)
  }
  return [...found.values()]
}

/** All their titles, texts and steps, each once. */
export function everyText(audience: Audience, language: CustomerLanguage): ReadonlySet<string> {
  return new Set(everyMessage(audience, language).flatMap(fields))
}

export const fields = ({
  title,
  text,
  next,
}: Pick<SituationMessage, 'title' | 'text' | 'next'>): [string, string, string] => [title, text, next]

/** Width in full-width characters; a letter, digit or half-width sign counts half. */
export function width(text: string): number {
  return [...text].reduce(
    (sum, character) => sum + (character >= '\u1100' && !/[\u1e00-\u1eff]/.test(character) ? 1 : 0.5),
    0,
  )
}
