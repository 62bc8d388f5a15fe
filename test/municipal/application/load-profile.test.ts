import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProfileError } from '../../../src/errors.ts'
import { checkProfile, loadProfile } from '../../../src/municipal/application/load-profile.ts'
import { maxProfileLength } from '../../../src/municipal/profile/json-reader.ts'
import { profileFormat } from '../../../src/municipal/profile/load.ts'
import { exampleProfile, type ProblemCase, profileSchema, spoiltProfile } from '../../support/profiles.ts'
import { thrown, vectors } from '../../support/vectors.ts'

const fits = profileSchema('issuance')
const examples = ['juki-example', 'free-area-example']

describe.each(examples)('the example %s', (name) => {
  const text = exampleProfile(name)

  test('has no problem and fits the schema', () => {
    expect(checkProfile(text)).toEqual({ ok: true, problems: [] })
    expect(fits(JSON.parse(text))).toBe(true)
    expect(profileFormat(text)).toBe('jpki-card/issuance-profile@1')
  })

  test('says that it is an example', () => {
    expect(loadProfile(text).name).toMatch(/^EXAMPLE/)
  })

  test.each(['\r\n', '\r'])('reads the same with line ends %j and a byte order mark', (end) => {
    expect(loadProfile(`\uFEFF${text.replaceAll('\n', end)}`)).toEqual(loadProfile(text))
  })
})

describe('a problem is found with its place', () => {
  test.each(vectors<ProblemCase>('issuance/profile-problems.json'))('$id', async (one) => {
    const text = spoiltProfile(one)
    const { ok, problems } = checkProfile(text)
    expect(ok).toBe(false)
    const { line, column, path } = one
    expect(problems[0], inspect(problems)).toMatchObject({ line, column, path })
    expect(problems[0]!.reason).toContain(one.says)
    expect(problems.length, inspect(problems)).toBe(1 + (one.more ?? 0))
    const error = await thrown<ProfileError>(() => loadProfile(text))
    expect(error).toBeInstanceOf(ProfileError)
    expect(error).toMatchObject({ code: 'ERR_PROFILE', line, column, path, problems })
    expect(error.message).toContain(`line ${line}, column ${column}`)
    if (one.schema === 'refused' || one.schema === 'fits') expect(fits(JSON.parse(text))).toBe(one.schema === 'fits')
  })

  test('several are reported in the order of the text', () => {
    const text = exampleProfile('juki-example')
      .replace('"min": 4, "max": 8', '"min": 8, "max": 4')
      .replace('"bcd"', '"ebcdic"')
      .replace('"F04A554B4945580001"', '"00"')
    expect(checkProfile(text).problems.map(({ path }) => path)).toEqual([
      'aid',
      'pin.digits',
      'objects[0].fields[0].encoding',
    ])
  })
})

describe('hostile text', () => {
  test.each([
    ['nothing', '', 1],
    ['a value', '[]', 1],
    ['null', 'null', 1],
    ['brackets without end', '['.repeat(maxProfileLength), 1],
    ['braces without end', '{"a":'.repeat(10_000), 1],
    ['more than allowed', ' '.repeat(maxProfileLength + 1), 1],
    ['one long string', `"${'a'.repeat(maxProfileLength - 2)}"`, 1],
  ])('%s is one problem', (_, text, count) => {
    expect(checkProfile(text).problems).toHaveLength(count)
  })

  test('of a thousand problems a hundred are reported', () => {
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`m${i}`, i])))
    expect(checkProfile(many).problems).toHaveLength(100)
  })

  test('a member named __proto__ is just unknown', () => {
    const text = exampleProfile('juki-example').replace('"cards"', '"__proto__": {"cards": []},\n  "cards"')
    expect(checkProfile(text).problems).toMatchObject([{ path: '__proto__' }])
  })

  test('anything ends in problems or a profile', () => {
    const base = fc.constantFrom(...examples.map(exampleProfile))
    const cut = fc.tuple(base, fc.nat(), fc.nat(80), fc.string({ maxLength: 8 })).map(([text, at, count, put]) => {
      const start = at % text.length
      return text.slice(0, start) + put + text.slice(start + count)
    })
    const tree = fc.tuple(base, fc.nat(), fc.jsonValue()).map(([text, at, value]) => {
      const places = [...text.matchAll(/: /g)]
      const start = places[at % places.length]!.index + 2
      return (
        text.slice(0, start) + JSON.stringify(value) + text.slice(start).replace(/^("[^"\n]*"|[\d.]+|true|false)/, '')
      )
    })
    fc.assert(
      fc.property(fc.oneof(cut, tree, fc.json(), fc.string()), (text) => {
        const { ok, problems } = checkProfile(text)
        expect(ok).toBe(problems.length === 0)
        for (const { line, column, reason } of problems) {
          expect(line).toBeLessThanOrEqual(text.split(/\r\n|\n|\r/).length)
          expect(column).toBeGreaterThan(0)
          expect(reason).not.toBe('')
        }
        if (ok) loadProfile(text)
        else expect(() => loadProfile(text)).toThrow(ProfileError)
      }),
      { numRuns: 2000 },
    )
  })

  test('what is not text is misuse', () => {
    expect(() => checkProfile(undefined as never)).toThrow(TypeError)
  })
})
