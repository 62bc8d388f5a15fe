import type { Character } from './encodings.ts'

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

/**
 * Obfuscation of 18 digits of a user id, as in the one municipal application with a public reader (one source, not
 * known for any other). Not a protection: the rule is public.
 *
 * Mode 0: the digits as they are. Mode 1: each digit is its nines' complement. Mode 2: the digit in place p, counted
 * from 1, is (10 + p − digit) mod 10. In modes 1 and 2 the places 1, 3, 5 and 7 then change with 18, 16, 14 and 12.
 */
export interface Obfuscation {
  /** The mode, or the index of the character that gives it. */
  readonly mode: ObfuscationMode | { readonly at: number }
  /** Index of the first of the 18 digits. */
  readonly start: number
}

/** Modes of {@link Obfuscation}. */
export const obfuscationModes = ['0', '1', '2'] as const
/** One of the modes. */
export type ObfuscationMode = (typeof obfuscationModes)[number]

/** Number of obfuscated digits. */
export const obfuscatedDigits = 18

const plain: Readonly<Record<ObfuscationMode, (digit: number, place: number) => number>> = {
  0: (digit) => digit,
  1: (digit) => 9 - digit,
  2: (digit, place) => (10 + place - digit) % 10,
}

const changesPlace = (i: number): boolean => (i % 2 === 0 && i <= 6) || (i % 2 === 1 && i >= 11)

/** The 18 digits before obfuscation, each with the offset it was read at; or the malformed part. */
export function reveal(
  { mode, start }: Obfuscation,
  characters: readonly Character[],
): readonly Character[] | { readonly offset: number; readonly reason: string } {
  const needed = Math.max(start + obfuscatedDigits, typeof mode === 'string' ? 0 : mode.at + 1)
  if (characters.length < needed) {
    return { offset: characters.at(-1)?.offset ?? 0, reason: 'too short for its obfuscation' }
  }
  const obscured = characters.slice(start, start + obfuscatedDigits)
  const given = typeof mode === 'string' ? mode : characters[mode.at]!.text
  const known = obfuscationModes.find((one) => one === given)
  if (known === undefined) {
    return { offset: characters[(mode as { at: number }).at]!.offset, reason: 'unknown obfuscation mode' }
  }
  const wrong = obscured.find(({ text }) => !/^[0-9]$/.test(text))
  if (wrong !== undefined) return { offset: wrong.offset, reason: 'an obscured character is not a digit' }
  const digits = obscured.map(({ text, offset }, i) => ({ text: String(plain[known](Number(text), i + 1)), offset }))
  if (known === '0') return digits
  return digits.map((digit, i) => (changesPlace(i) ? digits[obfuscatedDigits - 1 - i]! : digit))
}
