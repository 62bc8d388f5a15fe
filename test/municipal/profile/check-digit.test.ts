import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CheckDigitRule, checkDigit } from '../../../src/municipal/profile/digits.ts'

const luhn: CheckDigitRule = { modulus: 10, weights: [2, 1], digits: '0987654321', addDigits: true }
const individualNumber: CheckDigitRule = {
  modulus: 11,
  weights: [2, 3, 4, 5, 6, 7],
  digits: '00987654321',
  addDigits: false,
}
const digits = fc.stringMatching(/^[0-9]{2,20}$/)

/** One digit replaced by another. */
const changed = fc.tuple(digits, fc.nat(), fc.integer({ min: 1, max: 9 })).map(([text, at, by]) => {
  const i = at % text.length
  return [text, text.slice(0, i) + ((Number(text[i]) + by) % 10) + text.slice(i + 1)] as const
})

describe('a check digit', () => {
  test('of ISO/IEC 7812-1 detects every single wrong digit', () => {
    fc.assert(fc.property(changed, ([text, other]) => checkDigit(luhn, text) !== checkDigit(luhn, other)))
  })

  // Remainders 0 and 1 share a digit, so these two cannot be distinguished.
  test('of 個人番号 detects every single wrong digit except those between remainders 0 and 1', () => {
    fc.assert(
      fc.property(changed, ([text, other]) => {
        const [a, b] = [checkDigit(individualNumber, text), checkDigit(individualNumber, other)]
        expect(a !== b || a === '0').toBe(true)
      }),
    )
  })
})
