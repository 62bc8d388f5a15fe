/**
 * A check digit at the end of a text. From the right, beginning beside the check digit, each digit is multiplied by the
 * next weight, the weights over and over; the sum of the products modulo `modulus` picks the check digit out of `digits`.
 *
 * 個人番号 is `{ modulus: 11, weights: [2,3,4,5,6,7], digits: '00987654321' }`, 全国地方公共団体コード `{ modulus: 11,
 * weights: [2,3,4,5,6], digits: '10987654321' }`, ISO/IEC 7812-1 (Luhn) `{ modulus: 10, weights: [2,1], digits:
 * '0987654321', addDigits: true }`.
 */
export interface CheckDigitRule {
  readonly modulus: 10 | 11
  /** 1 to 99 each, none a multiple of the modulus. */
  readonly weights: readonly number[]
  /** For each remainder 0 to modulus − 1 the check digit: 0 to 9, or X. */
  readonly digits: string
  /** The digits of each product are added, not the product. */
  readonly addDigits: boolean
}

/** The check digit of a text of digits. */
export function checkDigit(rule: CheckDigitRule, text: string): string {
  const { modulus, weights, digits, addDigits } = rule
  let sum = 0
  for (let i = 0; i < text.length; i++) {
    const product = Number(text[text.length - 1 - i]) * weights[i % weights.length]!
    sum += addDigits ? digitSum(product) : product
  }
  return digits[sum % modulus]!
}

function digitSum(value: number): number {
  return value < 10 ? value : (value % 10) + digitSum(Math.floor(value / 10))
}
