import { describe, expect, test } from 'vitest'
import { errorCodes, RefusalError, refusalCodes } from '../../src/errors.ts'
import { codeMeanings, meaningOf } from '../../src/messages/codes.ts'
import { customerTexts } from '../../src/messages/fill.ts'
import { audiences, customerLanguages, messageFor, situations } from '../../src/messages/index.ts'
import { staffTexts } from '../../src/messages/message.ts'
import { everyText, languages } from './support.ts'

const sorted = (value: object): string[] => Object.keys(value).toSorted()
const placeholders = ['pin', 'short', 'form', 'tries', 'reset']

function textsIn(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]]
  return Object.entries(value as object).flatMap(([key, inner]) => textsIn(inner, `${path}.${key}`))
}

describe('the data is complete', () => {
  test('every code has a meaning, and every situation is reached by one', () => {
    expect(sorted(codeMeanings)).toEqual([...errorCodes].toSorted())
    const reached = new Set([...errorCodes, undefined].map((code) => meaningOf(code).situation))
    expect(situations.filter((situation) => !reached.has(situation))).toEqual(['pin-wrong-last'])
    expect(messageFor('ERR_PIN_REJECTED', { audience: 'customer', language: 'ja', triesLeft: 1 }).situation).toBe(
      'pin-wrong-last',
    )
  })

  test.each(languages)('customers find every situation, PIN and way out in %s', (language) => {
    const { situations: texts, pins, reset, tries } = customerTexts[language]
    expect(sorted(texts)).toEqual([...situations].toSorted())
    expect(sorted(pins)).toEqual(sorted(customerTexts.en.pins))
    expect(sorted(reset)).toEqual(sorted(customerTexts.en.reset))
    const categories = new Intl.PluralRules(customerLanguages[language].tag).resolvedOptions().pluralCategories
    // `many` is for millions.
    expect(sorted(tries)).toEqual(categories.filter((category) => category !== 'many').toSorted())
    for (const text of Object.values(tries)) expect(text).toContain('{n}')
  })

  test.each(['ja', 'en'] as const)('clerks and operators find every code in %s', (language) => {
    const keys = [...errorCodes, 'unexpected'].toSorted()
    const { titles, clerk, operator } = staffTexts[language]
    for (const texts of [titles, clerk, operator]) expect(sorted(texts)).toEqual(keys)
  })

  test('no text is empty, and none names a placeholder that does not exist', () => {
    for (const [path, text] of textsIn({ customerTexts, staffTexts })) {
      expect(text.trim(), path).not.toBe('')
      expect(text.trim(), path).toBe(text)
      if (path.includes('.tries.')) continue
      const named = [...text.matchAll(/\{(\w*)\}/g)].map(([, name]) => name!)
      expect(
        named.filter((name) => !placeholders.includes(name)),
        path,
      ).toEqual([])
      expect(text.replaceAll(/\{\w+\}/g, ''), path).not.toMatch(/[{}]/)
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
        expect(new Set(texts).size, `${situation} ${part}`).toBe(languages.length)
      }
    }
    for (const part of ['pins', 'reset', 'tries'] as const) {
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

  test('clerk and operator are told different things', () => {
    for (const language of ['ja', 'en'] as const) {
      for (const code of errorCodes) {
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

describe('turn and retry', () => {
  test('are those of the refusals', () => {
    for (const code of refusalCodes) {
      const { turn, retry } = new RefusalError(code, '')
      expect(messageFor(code, { audience: 'clerk', language: 'en' })).toMatchObject({ code, turn, retry })
    }
  })
})
