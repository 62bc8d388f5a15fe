import { describe, expect, test } from 'vitest'
import * as errors from '../../src/errors.ts'
import { customerTexts } from '../../src/messages/fill.ts'
import {
  audiences,
  customerLanguages,
  lookSituations,
  messageFor,
  situationMessage,
  situations,
} from '../../src/messages/index.ts'
import { staffTexts } from '../../src/messages/message.ts'
import { codes, outcomeOf } from '../../src/outcomes.ts'
import { contact, everyText, fields, languages, places, staff } from './support.ts'

const sorted = (value: object): string[] => Object.keys(value).toSorted()
const placeholders = ['pin', 'short', 'form', 'tries', 'reset', 'until', 'renew', 'start', 'help']

function textsIn(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]]
  return Object.entries(value as object).flatMap(([key, inner]) => textsIn(inner, `${path}.${key}`))
}

describe('the data is complete', () => {
  test('every situation is reached by a code, but for those of a look and two by details of an error', () => {
    const reached = new Set(codes.map((code) => outcomeOf(code).situation))
    expect(situations.filter((situation) => !reached.has(situation))).toEqual(
      situations.filter((situation) =>
        (['certificate-out-of-period', 'pin-wrong-last', ...lookSituations] as string[]).includes(situation),
      ),
    )
    expect(messageFor('ERR_PIN_REJECTED', { audience: 'customer', language: 'ja', triesLeft: 1 }).situation).toBe(
      'pin-wrong-last',
    )
  })

  test.each(languages)('customers find every situation, PIN and way out in %s', (language) => {
    const { situations: texts, pins, reset, tries, days } = customerTexts[language]
    expect(sorted(texts)).toEqual([...situations].toSorted())
    expect(sorted(pins)).toEqual(sorted(customerTexts.en.pins))
    expect(sorted(reset)).toEqual(sorted(customerTexts.en.reset))
    const categories = new Intl.PluralRules(customerLanguages[language].tag).resolvedOptions().pluralCategories
    // `many` is for millions.
    expect(sorted(tries)).toEqual(categories.filter((category) => category !== 'many').toSorted())
    for (const text of Object.values(tries)) expect(text).toContain('{n}')
    for (const text of Object.values(days)) expect(text).toContain('{day}')
  })

  test.each(['ja', 'en'] as const)('clerks and operators find every code in %s', (language) => {
    expect(sorted(staffTexts[language].codes)).toEqual([...codes, ...lookSituations, 'unexpected'].toSorted())
    for (const texts of Object.values(staffTexts[language].codes)) {
      expect(sorted(texts)).toEqual(['clerk', 'operator', 'title'])
    }
  })

  test('no text is empty, and none names a placeholder that does not exist', () => {
    for (const [path, text] of textsIn({ customerTexts, staffTexts })) {
      expect(text.trim(), path).not.toBe('')
      expect(text.trim(), path).toBe(text)
      if (/[.](tries|days|entries|help)([.]|$)/.test(path)) continue
      const named = [...text.matchAll(/\{(\w*)\}/g)].map(([, name]) => name!)
      expect(
        named.filter((name) => !placeholders.includes(name)),
        path,
      ).toEqual([])
      expect(text.replaceAll(/\{\w+\}/g, ''), path).not.toMatch(/[{}]/)
    }
  })
})

describe('a machine without staff', () => {
  test.each(languages)('%s: in every situation no text refers to the staff, and the others do', (language) => {
    const referring: string[] = []
    for (const situation of situations) {
      const [attended, unattended, called] = places.map((place) => situationMessage(situation, { language, ...place }))
      expect(situationMessage(situation, { language, attended: true, contact })).toEqual(attended)
      if (staff[language].test(fields(attended!).join(' '))) {
        referring.push(situation)
        expect(unattended!.next, situation).not.toBe(attended!.next)
        expect(called!.next, situation).toContain(contact)
        expect(called!.next.startsWith(unattended!.next), situation).toBe(true)
      } else {
        expect(unattended, situation).toEqual(attended)
        expect(called, situation).toEqual(attended)
      }
      for (const text of [...fields(unattended!), ...fields(called!)])
        expect(text, situation).not.toMatch(staff[language])
    }
    // The same in every language.
    expect(referring).toEqual(
      situations.filter((situation) => staff.en.test(situationMessage(situation, { language: 'en' }).next)),
    )
    expect(referring.length).toBeGreaterThan(15)
  })

  test('for every code and PIN as well', () => {
    for (const language of languages) {
      for (const code of codes) {
        for (const details of [{}, { pin: 'sign', triesLeft: 2, entriesLeft: 0 }, { pin: 'auth', triesLeft: 1 }]) {
          const message = messageFor(code, { audience: 'customer', language, attended: false, ...details })
          for (const text of fields(message)) expect(text, code).not.toMatch(staff[language])
        }
      }
    }
  })

  test('clerks and operators read the same', () => {
    for (const audience of ['clerk', 'operator'] as const) {
      const texts = places.map((place) => messageFor('ERR_NO_READER', { audience, language: 'ja', ...place }))
      expect(new Set(texts.map(({ next }) => next)).size).toBe(1)
    }
  })
})

describe('what comes out', () => {
  test.each(audiences.flatMap((audience) => languages.map((language) => [audience, language] as const)))(
    '%s, %s: every code, PIN and number of tries gives whole texts',
    (audience, language) => {
      const texts = everyText(audience, language)
      expect(texts.size).toBeGreaterThan(situations.length)
      for (const text of texts) {
        expect(text).not.toMatch(/[{}]|undefined|null|NaN| {2}|^\s|\s$|。。|\.\./)
        expect(text.length).toBeGreaterThan(1)
      }
    },
  )

  test('no language says what another says', () => {
    for (const situation of situations) {
      for (const part of ['title', 'text', 'next'] as const) {
        const texts = languages.map((language) => customerTexts[language].situations[situation][part])
        // Only where a blocked PIN is set again stands elsewhere.
        if (texts.every((text) => text === '{reset}')) continue
        const found = texts.flatMap((text) => (typeof text === 'string' ? [text] : [text.attended, text.unattended]))
        expect(found.length % languages.length, `${situation} ${part}`).toBe(0)
        expect(new Set(found).size, `${situation} ${part}`).toBe(found.length)
      }
    }
    for (const part of ['pins', 'reset', 'tries', 'days'] as const) {
      // What kind of thing a PIN is may be one word in two languages.
      for (const [path] of textsIn(customerTexts.en[part]).filter(([path]) => !path.endsWith('.short'))) {
        const texts = languages.map((language) => new Map(textsIn(customerTexts[language][part])).get(path))
        const known = texts.filter((text) => text !== undefined)
        expect(new Set(known).size, `${part}${path}`).toBe(known.length)
      }
    }
    const [ja, en] = [staffTexts.ja, staffTexts.en].map((texts) => new Map(textsIn(texts)))
    const same = [...en!].filter(([path, text]) => ja!.get(path) === text && text !== '{reset}')
    expect(same).toEqual([])
  })

  test('clerk and operator get different texts', () => {
    for (const language of ['ja', 'en'] as const) {
      for (const code of codes) {
        const [clerk, operator] = (['clerk', 'operator'] as const).map((audience) =>
          messageFor(code, { audience, language }),
        )
        expect(clerk!.text, code).not.toBe(operator!.text)
        const customer = messageFor(code, { audience: 'customer', language })
        expect(clerk!.text, code).not.toBe(customer.text)
      }
    }
  })
})

describe('the table of codes', () => {
  test('turn and retry are those of the refusals', () => {
    for (const code of errors.refusalCodes) {
      const { turn, retry } = new errors.RefusalError(code, '')
      expect(messageFor(code, { audience: 'clerk', language: 'en' })).toMatchObject({ code, turn, retry })
    }
  })

  test('names a class that is exported for every code of an error', () => {
    const classes: Readonly<Record<string, unknown>> = { ...errors }
    for (const code of codes) {
      const { className } = outcomeOf(code)
      const isOwn = className === 'RequestProblem' || className === 'CliError'
      expect((errors.errorCodes as readonly string[]).includes(code), code).toBe(!isOwn)
      if (!isOwn) expect(Object.getPrototypeOf(classes[className]), code).toBe(errors.JpkiCardError)
    }
  })

  test('has an HTTP status for what servers answer only, and an exit code for everything', () => {
    for (const code of codes) {
      const { className, status, exit, retry } = outcomeOf(code)
      if (className === 'RequestProblem') expect(status, code).toBeGreaterThanOrEqual(400)
      if (className === 'CliError' || className === 'PinError') expect(status, code).toBeUndefined()
      if (status === 503) expect(retry, code).toBe(true)
      expect(exit === 'signal' || [1, 2, 3, 4].includes(exit), code).toBe(true)
    }
    expect(codes.filter((code) => outcomeOf(code).exit === 'signal')).toEqual(['ERR_ABORTED'])
    expect(codes.filter((code) => outcomeOf(code).exit === 2)).toEqual(['ERR_USAGE'])
  })
})
