import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { tablesOf, withCodes, withTables } from '../../scripts/lib/tables.mjs'
import { customerTexts } from '../../src/messages/fill.ts'
import { messageFor, situations, visitMessage, visitSteps } from '../../src/messages/index.ts'
import { codes, codesBeyondTokens, codesOf, isCode, outcomeOf } from '../../src/outcomes.ts'

const text = (path: string): string => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8')
const data = {
  codes,
  codesOf,
  codesBeyondTokens,
  outcomeOf,
  messageFor,
  situations,
  customerTexts,
  visitSteps,
  visitMessage,
}

describe('what is generated (npm run docs:tables)', () => {
  test.each(Object.entries(tablesOf(data)))('docs/%s is not stale', (file, tables) => {
    expect(withTables(text(file), tables)).toBe(text(file))
    for (const lines of Object.values(tables)) {
      // A cell with a bar in it would be two.
      expect(new Set(lines.map((line) => line.split('|').length)).size).toBe(1)
    }
  })

  test('docs/openapi.json is not stale', () => {
    expect(withCodes(text('openapi.json'), data)).toEqual(JSON.parse(text('openapi.json')))
  })

  test('a table without its marks is reported', () => {
    expect(() => withTables('nothing', { codes: [] })).toThrow('no marks of the table codes')
  })

  test('both field guides have every code', () => {
    for (const file of ['field-guide.md', 'field-guide.ja.md']) {
      expect([...text(file).matchAll(/^\| `(ERR_\w+)` \| /gm)].map(([, code]) => code).slice(-codes.length)).toEqual(
        codes,
      )
    }
  })
})

const sectionsOf = (file: string): ReadonlyMap<string, string> =>
  new Map([...text(file).matchAll(/^### `(ERR_\w+)`\n([\s\S]*?)(?=^#)/gm)].map(([, code, body]) => [code!, body!]))

describe('docs/errors.md', () => {
  const sections = sectionsOf('errors.md')

  test.each([...sections])('%s: says nothing against the table', (code, body) => {
    if (!isCode(code)) throw new Error(`${code} is not in the table`)
    const outcome = outcomeOf(code)
    const [, turn = outcome.turn] = /- Whose turn: (\w+)/.exec(body) ?? []
    const [, retry = ''] = /- Retry: (\w+)/.exec(body) ?? []
    expect(outcome.turn).toBe(turn)
    if (retry === 'yes') expect(outcome.retry).toBe(true)
    if (['no', 'not', 'never', 'rarely'].includes(retry)) expect(outcome.retry).toBe(false)
  })

  test('has a section for most codes', () => {
    expect(sections.size).toBeGreaterThanOrEqual(66)
  })
})

describe('docs/errors.ja.md', () => {
  const sections = sectionsOf('errors.ja.md')
  const turns = { お客様: 'customer', 係員: 'clerk', 保守担当者: 'operator' }

  test('has the sections of docs/errors.md in the same order', () => {
    expect([...sections.keys()]).toEqual([...sectionsOf('errors.md').keys()])
  })

  test.each([...sections])('%s: agrees with the table', (code, body) => {
    if (!isCode(code)) throw new Error(`${code} is not in the table`)
    const outcome = outcomeOf(code)
    const turn = /- 対応する人：(お客様|係員|保守担当者)/.exec(body)?.[1] as keyof typeof turns | undefined
    if (turn !== undefined) expect(turns[turn]).toBe(outcome.turn)
    const retry = /- 再試行：(可|不可)/.exec(body)?.[1]
    if (retry !== undefined) expect(retry === '可').toBe(outcome.retry)
    expect(body).toContain('- 対処：')
    // No line of the English section is left out.
    const lines = (section: string) => section.match(/^- /gm)?.length
    expect(lines(body)).toBe(lines(sectionsOf('errors.md').get(code)!))
  })
})

describe('the field guide', () => {
  test('both have the same steps and commands', () => {
    const shape = (file: string) => ({
      steps: text(file).match(/^## \d+\./gm),
      shell: [...text(file).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, code]) => code!.replaceAll(/ *#.*/g, '')),
    })
    expect(shape('field-guide.ja.md')).toEqual(shape('field-guide.md'))
    expect(shape('field-guide.md').steps!.length).toBeGreaterThan(5)
  })
})
