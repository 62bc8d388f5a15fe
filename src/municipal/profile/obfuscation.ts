import type { Character } from './encodings.ts'

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
