/** Check digits and obscured digits of municipal applications, card-facts section 1.3 (one source for the latter). */

/**
 * Check digit modulus 11, weights from the right. A result of 10 or 11 becomes 0, or its last digit.
 */
export function eleven(digits: string, weights: readonly number[], beyondNine: 'zero' | 'last-digit'): string {
  let total = 0
  let turn = 0
  for (const digit of [...digits].reverse()) {
    total += Number(digit) * weights[turn]!
    turn = turn + 1 === weights.length ? 0 : turn + 1
  }
  const rest = 11 - (total % 11)
  if (rest < 10) return String(rest)
  return beyondNine === 'zero' ? '0' : String(rest - 10)
}

/** Position, from 1, of the digit at each of the 18 places in modes 1 and 2. */
const order = [18, 2, 16, 4, 14, 6, 12, 8, 9, 10, 11, 7, 13, 5, 15, 3, 17, 1]

/** 18 digits as stored on the card. */
export function obscured(mode: 0 | 1 | 2, digits: string): string {
  if (mode === 0) return digits
  return order
    .map((from, i) => {
      const digit = Number(digits[from - 1])
      return String(mode === 1 ? 9 - digit : (20 + (i + 1) - digit) % 10)
    })
    .join('')
}
