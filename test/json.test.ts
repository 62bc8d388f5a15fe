import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasDuplicateName, isRecord } from '../src/json.ts'

test('an object of JSON is neither null nor an array', () => {
  expect([{}, { a: 1 }, Object.create(null)].map(isRecord)).toEqual([true, true, true])
  expect([null, undefined, [], 'a', 1, () => {}].map(isRecord)).toEqual(Array(6).fill(false))
})

describe('a name given twice', () => {
  test.each([
    ['{"a":1,"a":1}'],
    ['{"a":1,"\\u0061":1}'],
    ['{"a":1, "a" \n\t: 2}'],
    ['{"a\\"":1,"a\\"":1}'],
    ['{"":1,"":1}'],
    ['{"__proto__":1,"__proto__":2}'],
    ['{"a":{"b":1},"c":[{"b":1},{"d":1,"d":2}]}'],
    ['[{"a":1},{"a":{},"b":{"a":1},"a":2}]'],
  ])('is found in %s', (text) => {
    expect(hasDuplicateName(text)).toBe(true)
  })

  test.each([
    ['{}'],
    ['"a"'],
    ['{"a":"b\\":c"}'],
    ['{"a":"\\\\","b":""}'],
    ['{"a":"x","b":"a\\"\\"b"}'],
    ['{"a":":","b":" : "}'],
    ['{"a":"{","b":"}","c":"a"}'],
    ['{"a":{"a":{"a":1}},"b":{"a":1}}'],
    ['{"a":[":","b"]}'],
    ['[{"a":1},{"a":1}]'],
  ])('is not found in %s', (text) => {
    expect(hasDuplicateName(text)).toBe(false)
  })

  test('is found wherever it stands, and nowhere in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 }),
        fc.nat(4),
        (value, indent) => {
          const text = JSON.stringify(value, undefined, indent)
          expect(hasDuplicateName(text)).toBe(false)
          const name = Object.keys(value)[0]!
          const doubled = text.replace('{', () => `{${JSON.stringify(name)}:"\\"",`)
          expect(hasDuplicateName(doubled)).toBe(true)
          expect(hasDuplicateName(`{"x":[1,${doubled}]}`)).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('is looked for in deep and long text without running out of stack', () => {
    expect(hasDuplicateName(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)).toBe(false)
    expect(hasDuplicateName(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`)).toBe(false)
    expect(hasDuplicateName(`{"a":"${'\\"'.repeat(500_000)}","a":1}`)).toBe(true)
  })
})
