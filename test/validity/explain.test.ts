import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ExplainInput,
  type Explanation,
  explainedKinds,
  explainValidity,
  flagTexts,
  validityRules,
  validityTexts,
} from '../../src/validity/index.ts'
import { vectors } from '../support/vectors.ts'
import { anyDay, likelyDay } from './arbitraries.ts'

type Case = Omit<Explanation, 'rule'> & {
  readonly id: string
  readonly description: string
  readonly input: ExplainInput
  readonly rule?: keyof typeof validityRules
}

/** Any input with real days, most of them contradictory. */
function inputs(day: fc.Arbitrary<string>): fc.Arbitrary<ExplainInput> {
  const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
  return fc.record({
    kind: fc.constantFrom(...explainedKinds),
    expiry: day,
    issueDate: day,
    birthDate: maybe(day),
    applicationDate: maybe(day),
    renewal: maybe(fc.oneof(fc.constant(false as const), fc.record({ previousExpiry: day }))),
    residence: maybe(fc.record({ kind: fc.constant('foreign' as const), periodOfStayEnds: day })),
    authCertificateExpiry: maybe(day),
    cardExpiry: maybe(day),
  })
}

describe('explainValidity', () => {
  const cases = vectors<Case>('validity/explain.json')
  for (const { id, description, input, rule, ...expected } of cases) {
    test(`${id}: ${description}`, () => {
      expect(explainValidity(input)).toEqual({ ...expected, ...(rule && { rule: validityRules[rule] }) })
    })
  }

  test('every rule explains a vector, and every flag of an explanation occurs', () => {
    expect(new Set(cases.map(({ rule }) => rule).filter(Boolean))).toEqual(new Set(Object.keys(validityRules)))
    const seen = new Set(cases.flatMap(({ candidates }) => candidates.flatMap(({ flags }) => flags)))
    const others = ['renewal-window-reading', 'renewal-window-month-end', 'card-last-moment']
    expect([...seen, ...others].sort()).toEqual(Object.keys(flagTexts).sort())
  })

  test('never throws for real days; what it names is among the candidates', () => {
    fc.assert(
      fc.property(fc.oneof(inputs(anyDay), inputs(likelyDay)), (input) => {
        const { verdict, rule, matches, candidates, exceeds } = explainValidity(input)
        expect(verdict === 'explained').toBe(matches.length > 0)
        expect(rule?.id).toBe(matches[0]?.rule)
        for (const match of matches) expect(match.day).toBe(input.expiry)
        for (const one of [...matches, ...exceeds]) expect(candidates).toContain(one)
        for (const { day } of candidates) expect(day).toMatch(/^\d{4}-\d{2}-\d{2}$/)
      }),
      { numRuns: 5000 },
    )
  })

  test('a birthday rule gives a birthday, strictly after issue and within its years', () => {
    fc.assert(
      fc.property(likelyDay, likelyDay, fc.constantFrom('auth' as const, 'card' as const), (birth, issue, kind) => {
        fc.pre(birth <= issue)
        const { candidates } = explainValidity({
          kind,
          expiry: issue,
          issueDate: issue,
          birthDate: birth,
          renewal: false,
        })
        expect(candidates.length).toBeGreaterThan(0)
        for (const { rule, day } of candidates) {
          const years = rule === 'card-tenth-birthday' ? 10 : 5
          const span = Number(day.slice(0, 4)) - Number(issue.slice(0, 4))
          expect([years - 1, years]).toContain(span)
          if (!birth.endsWith('02-29')) expect(day.slice(5)).toBe(birth.slice(5))
          else expect(['02-28', '02-29', '03-01']).toContain(day.slice(5))
        }
      }),
    )
  })

  test('the earliest of an unflagged set is explained', () => {
    fc.assert(
      fc.property(inputs(likelyDay), (input) => {
        const { candidates } = explainValidity(input)
        fc.pre(candidates.length > 0 && candidates.every(({ flags }) => flags.length === 0))
        const earliest = candidates.map(({ day }) => day).sort()[0]!
        expect(explainValidity({ ...input, expiry: earliest }).verdict).toBe('explained')
      }),
    )
  })

  test('days that do not exist and other names are misuse', () => {
    const good: ExplainInput = { kind: 'card', expiry: '2035-02-17', issueDate: '2025-10-27' }
    expect(() => explainValidity({ ...good, birthDate: '1990-02-30' })).toThrow(RangeError)
    expect(() => explainValidity({ ...good, issueDate: '2025-13-01' })).toThrow(RangeError)
    expect(() => explainValidity({ ...good, expiry: '17.02.2035' })).toThrow(TypeError)
    expect(() => explainValidity({ ...good, renewal: { previousExpiry: '' } })).toThrow(TypeError)
    expect(() => explainValidity({ ...good, cardExpiry: '2035-02-29' })).toThrow(RangeError)
    expect(() => explainValidity({ ...good, kind: 'phone' as 'card' })).toThrow(TypeError)
    const residence = { kind: 'permanent', periodOfStayEnds: '2030-01-01' } as unknown as ExplainInput['residence']
    expect(() => explainValidity({ ...good, residence })).toThrow(TypeError)
  })
})

describe('in words', () => {
  const input: ExplainInput = {
    kind: 'auth',
    expiry: '2026-11-29',
    issueDate: '2022-01-10',
    birthDate: '1990-11-29',
    renewal: false,
    cardExpiry: '2031-11-29',
  }

  test('Japanese and English sentences, the day as people write it', () => {
    expect(explainValidity(input, { language: 'ja', era: true }).sentences).toEqual([
      '利用者証明用電子証明書の有効期限は、令和8年11月29日です。',
      '電子証明書は、発行から5回目の誕生日まで有効です。',
    ])
    expect(explainValidity(input, { language: 'ja' }).sentences[0]).toContain('2026年11月29日')
    expect(explainValidity(input, { language: 'en' }).sentences).toEqual([
      'The user-authentication certificate is valid until November 29, 2026.',
      'A certificate ends on the fifth birthday after its issue.',
    ])
  })

  test('what is exceeded or missing is said', () => {
    const odd: ExplainInput = { kind: 'sign', expiry: '2026-11-29', issueDate: '2021-10-27', cardExpiry: '2024-01-31' }
    const { sentences } = explainValidity(odd, { language: 'ja' })
    expect(sentences).toEqual([
      '署名用電子証明書の有効期限は、2026年11月29日です。',
      '分かっている事柄からは特定できません。読み取った期限はそのまま有効です。',
      '2024年1月31日を超えています。電子証明書の有効期限は、カードの有効期限を超えません。',
      '次の事柄が分かれば変わることがあります: 生年月日、利用者証明用電子証明書の有効期限。',
    ])
    expect(explainValidity(odd, { language: 'en' }).sentences[2]).toBe(
      'Goes beyond January 31, 2024: A certificate ends no later than its card.',
    )
  })

  test('a day that no rule gives although everything is known', () => {
    const unknown = { ...input, expiry: '2026-11-28' }
    expect(explainValidity(unknown, { language: 'ja' }).sentences[1]).toMatch(
      /^分かっている事柄からこの日を定める公開の規則はありません。/,
    )
  })

  test('nothing else changes, and every case has whole sentences', () => {
    for (const { input } of vectors<Case>('validity/explain.json')) {
      for (const language of ['ja', 'en'] as const) {
        const { sentences, ...rest } = explainValidity(input, { language, era: true })
        expect(rest).toEqual(explainValidity(input))
        for (const text of sentences) {
          expect(text).toMatch(language === 'ja' ? /[^。]。$/ : /^[A-Z0-9][^{}]*[^.]\.$/)
          expect(text).not.toContain('undefined')
        }
      }
    }
  })

  test('both languages have the same sentences', () => {
    const keys = (value: object): string[] =>
      Object.entries(value).flatMap(([key, inner]) => (typeof inner === 'object' ? [key, ...keys(inner)] : [key]))
    expect(keys(validityTexts.ja)).toEqual(keys(validityTexts.en))
    expect(() => explainValidity(input, { language: 'fr' as never })).toThrow(TypeError)
  })
})
