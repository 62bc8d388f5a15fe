import { copyBytes, typedCode } from '../bytes.ts'
import { DecodeError } from '../errors.ts'

/**
 * Check digit, modulus 11 with weights 2 to 7 from the right, again and again: 11 less the remainder, 0 for the remainders
 * 0 and 1.
 *
 * 個人番号: 平成26年総務省令第85号 5条, over 11 digits (official). 住民票コード: 住民基本台帳法施行規則 1条 refers to a notice
 * (平成14年総務省告示第436号) that was not read; the same algorithm over 10 digits by two public programs, and in a published
 * specimen. See `docs/card-facts.md` 3.4.
 */
function checkDigit(digits: Uint8Array): number {
  const sum = digits.reduceRight((total, digit, i) => total + (digit - zero) * (2 + ((digits.length - 1 - i) % 6)), 0)
  const remainder = sum % 11
  return remainder <= 1 ? 0 : 11 - remainder
}

const zero = 0x30
const space = 0x20

/** @throws TypeError when the digits are not a Uint8Array; the value is not in the message. */
export function requireBytes(bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes must be a Uint8Array')
}

/**
 * Digits that end in their check digit, as bytes of their own.
 *
 * @param bytes - ASCII; not kept.
 * @throws DecodeError `ERR_CARD_DATA` with the offset of what is wrong; no digit is in the message.
 */
export function checkedDigits(bytes: Uint8Array, length: number, what: string): Uint8Array {
  const bad = bytes.findIndex((byte) => byte < zero || byte > zero + 9)
  if (bad >= 0 && bad < length) throw new DecodeError('ERR_CARD_DATA', `${what} must be digits`, bad)
  if (bytes.length !== length) {
    throw new DecodeError('ERR_CARD_DATA', `${what} has ${length} digits`, Math.min(bytes.length, length))
  }
  if (checkDigit(bytes.subarray(0, -1)) !== bytes[length - 1]! - zero) {
    throw new DecodeError('ERR_CARD_DATA', `the check digit of ${what} is wrong`, length - 1)
  }
  return copyBytes(bytes)
}

/** More characters than any number has, in any grouping. */
const mostTyped = 64

/**
 * Digits that a person typed, as bytes: full-width digits are narrowed, blanks and hyphens between groups left out. Where
 * the result is not `length` digits, nothing is left out, and every other character becomes a byte that is not a digit,
 * so that {@link checkedDigits} refuses it at its offset.
 *
 * @throws TypeError when it is not text; the value is not in the message.
 */
export function typedDigits(text: string, length: number): Uint8Array {
  if (typeof text !== 'string') throw new TypeError('text must be a string')
  const typed = new Uint8Array(Math.min(text.length, mostTyped))
  for (let i = 0; i < typed.length; i++) typed[i] = Math.min(typedCode(text.charCodeAt(i)) ?? space, 0xff)
  const digits = typed.filter((byte) => byte !== space)
  const [right, other] = digits.length === length && text.length <= mostTyped ? [digits, typed] : [typed, digits]
  other.fill(0)
  return right
}
