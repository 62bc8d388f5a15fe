/** The one data object of a protected command, card-facts section 4 (one source). */

/** Ciphertext of `86 L 01 ‖ ciphertext`; L short, 81 or 82. Undefined for anything else, trailing bytes included. */
export function cryptogramOf(field: Uint8Array): Uint8Array | undefined {
  const first = field[1]
  if (field[0] !== 0x86 || first === undefined || first > 0x82 || first === 0x80) return undefined
  const lengthOctets = first < 0x80 ? 0 : first - 0x80
  const start = 2 + lengthOctets
  let length = lengthOctets === 0 ? first : 0
  for (const octet of field.subarray(2, start)) length = length * 256 + octet
  if (field.length !== start + length || field[start] !== 0x01) return undefined
  return field.subarray(start + 1)
}

/** Ne of `96 03 00 hh ll`, 1 to 65 536. Undefined for anything else. */
export function expectedLengthOf(field: Uint8Array): number | undefined {
  const [tag, length, zero, high, low] = field
  if (field.length !== 5 || tag !== 0x96 || length !== 3 || zero !== 0) return undefined
  return (high! << 8) | low! || 65_536
}
