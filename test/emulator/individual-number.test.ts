import { expect, test } from 'vitest'
import { withCheckDigit, withWrongCheckDigit } from '../../src/emulator/issue/holder.ts'

/** Worked out with the weights 6 5 4 3 2 7 6 5 4 3 2, modulo 11; remainders 0 and 1 both give 0. */
test.each([
  '123456789018',
  '987654321093',
  '000000000000',
  '000000000060',
  '000000000019',
  '000000000051',
  '111111111118',
  '314159265352',
])('%s ends in its check digit', (number) => {
  expect(withCheckDigit(number.slice(0, 11))).toBe(number)
  expect(withWrongCheckDigit(number).slice(0, 11)).toBe(number.slice(0, 11))
  expect(withWrongCheckDigit(number)).not.toBe(number)
})
