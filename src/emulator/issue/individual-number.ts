/** 個人番号 with its check digit, card-facts section 5.1. */

/** 12 digits: the 11 given ones and their check digit. */
export function withCheckDigit(eleven: string): string {
  const sum = [...eleven].reverse().reduce((total, digit, i) => total + Number(digit) * (i < 6 ? i + 2 : i - 4), 0)
  const remainder = sum % 11
  return `${eleven}${remainder <= 1 ? 0 : 11 - remainder}`
}

/** The same with a check digit that is wrong by one. */
export function withWrongCheckDigit(twelve: string): string {
  return twelve.slice(0, 11) + ((Number(twelve[11]) + 1) % 10)
}
