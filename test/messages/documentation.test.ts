import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { errorCodes } from '../../src/errors.ts'

import { customerTexts } from '../../src/messages/fill.ts'
import { type Audience, messageFor, situations } from '../../src/messages/index.ts'
import { outcomeOf } from '../../src/outcomes.ts'

const text = (path: string): string => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8')

/** The lines between two marks, which are rows of a table made from the data. */
function rows(path: string): string[] {
  const [, table] = /<!-- rows: begin -->\n\n([\s\S]*?)\n\n<!-- rows: end -->/.exec(text(path)) ?? []
  return (table ?? '').split('\n').slice(2)
}

describe('docs/errors.md', () => {
  const said = new Map(
    [...text('errors.md').matchAll(/^### `(ERR_\w+)`\n([\s\S]*?)(?=^#)/gm)].map(([, code, body]) => [code!, body!]),
  )
  const audienceOf: Readonly<Record<string, Audience>> = {
    holder: 'customer',
    customer: 'customer',
    'nobody’s': 'customer',
    "nobody's": 'customer',
    staff: 'clerk',
    operator: 'operator',
    developer: 'operator',
  }

  test.each(errorCodes)('%s: whose turn it is, and whether to try again', (code) => {
    const [, turn] = /- Whose turn: ([a-z'’]+)/.exec(said.get(code)!)!
    const [, retry] = /- Retry: (\w+)/.exec(said.get(code)!)!
    const meaning = outcomeOf(code)
    expect(meaning.turn).toBe(audienceOf[turn!])
    if (retry === 'yes') expect(meaning.retry).toBe(true)
    if (['no', 'not', 'never', 'rarely'].includes(retry!)) expect(meaning.retry).toBe(false)
  })
})

describe('docs/messages.md', () => {
  test('its table has every situation, with its codes and titles', () => {
    const expected = situations.map((situation) => {
      const codes = errorCodes.filter((code) => outcomeOf(code).situation === situation)
      const titles = [customerTexts.en, customerTexts.ja].map((texts) => texts.situations[situation].title)
      return `| \`${situation}\` | ${codes.map((code) => `\`${code}\``).join(' ') || '–'} | ${titles.join(' | ')} |`
    })
    expect(rows('messages.md')).toEqual(expected)
  })
})

describe('the field guide', () => {
  const turns = {
    en: { customer: 'customer', clerk: 'clerk', operator: 'operator' },
    ja: { customer: 'お客様', clerk: '係員', operator: '保守' },
  } as const

  test.each([
    ['field-guide.md', 'en'],
    ['field-guide.ja.md', 'ja'],
  ] as const)('%s lists every code as the operator is told it', (file, language) => {
    const expected = errorCodes.map((code) => {
      const { title, text, next, turn } = messageFor(code, { audience: 'operator', language })
      return `| \`${code}\` | ${turns[language][turn]} | ${title} | ${text} | ${next} |`
    })
    expect(rows(file)).toEqual(expected)
  })

  test('both have the same steps and commands', () => {
    const shape = (file: string) => ({
      steps: text(file).match(/^## \d+\./gm),
      shell: [...text(file).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, code]) => code!.replaceAll(/ *#.*/g, '')),
    })
    expect(shape('field-guide.ja.md')).toEqual(shape('field-guide.md'))
    expect(shape('field-guide.md').steps!.length).toBeGreaterThan(5)
  })

  test('every local link of the three leads somewhere', () => {
    for (const file of ['messages.md', 'field-guide.md', 'field-guide.ja.md']) {
      for (const [, target] of text(file).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
        expect(existsSync(new URL(`../../docs/${target}`, import.meta.url)), `${file}: ${target}`).toBe(true)
      }
    }
  })
})
