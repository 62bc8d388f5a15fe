import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkFaultScript } from '../../src/emulator/index.ts'

const schema = JSON.parse(
  readFileSync(new URL('../../docs/schema/faults.schema.json', import.meta.url), 'utf8'),
) as object
const fits = new Ajv().compile(schema)

function isScript(value: unknown): boolean {
  try {
    checkFaultScript(value)
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return false
  }
}

/** Numbers at and beyond every limit. */
const number = fc.oneof(
  fc.constantFrom(-1, 0, 1, 1.5, 255, 256, 65_535, 65_536, 65_538, 65_539, 600_000, 600_001, 2 ** 53 - 1, 2 ** 53),
  fc.integer(),
)
const word = fc.constantFrom(
  'every',
  'pull',
  'reset',
  'silent',
  'empty',
  'before',
  'after',
  '',
  'A',
  'a0',
  '00FF',
  '0 0',
  'zz',
)
const value = fc.oneof(number, word, fc.constant(null), fc.boolean(), fc.array(number, { maxLength: 3 }))
const action = fc.oneof(
  value,
  fc.dictionary(fc.constantFrom('delayMs', 'truncate', 'status', 'garbage', 'other'), value, { maxKeys: 2 }),
)
const valid = fc.record(
  {
    at: fc.oneof(fc.constant('every'), fc.integer({ min: 1, max: 9 })),
    on: fc.oneof(fc.nat({ max: 255 }), fc.array(fc.nat({ max: 255 }))),
    do: fc.oneof(
      fc.constantFrom('pull', 'reset', 'silent', 'empty'),
      fc.record({ delayMs: fc.nat({ max: 600_000 }) }),
      fc.record({ truncate: fc.nat({ max: 65_538 }) }),
      fc.record({ status: fc.nat({ max: 0xffff }) }),
      fc.record({ garbage: fc.constantFrom('', '9000', 'abCD') }),
    ),
    when: fc.constantFrom('before', 'after'),
  },
  { requiredKeys: ['at', 'do'] },
)

/** A valid fault with one member replaced, or one more. */
const almost = fc
  .tuple(valid, fc.constantFrom('at', 'on', 'do', 'when', 'more'), action)
  .map(([fault, member, other]) => ({ ...fault, [member]: other }))

test('the schema accepts what the check accepts, and nothing else', () => {
  const script = fc.oneof(fc.array(almost, { maxLength: 2 }), value, action)
  fc.assert(
    fc.property(script, (one) => {
      const json: unknown = JSON.parse(JSON.stringify(one))
      expect(fits(json), JSON.stringify(json)).toBe(isScript(json))
    }),
    { numRuns: 20_000 },
  )
})

test('valid scripts are valid to both', () => {
  fc.assert(
    fc.property(fc.array(valid, { maxLength: 4 }), (one) => {
      expect([fits(one), isScript(one)]).toEqual([true, true])
    }),
  )
})
