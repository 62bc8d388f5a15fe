/** Bits 1 to 8 of ReasonFlags, every reason there is; bit 0 is not used. RFC 5280 4.2.1.13. */
export const allReasons = 0x1fe

/** ReasonFlags as a mask; absent flags mean every reason. */
export function reasonMask(bits: ReadonlySet<number> | undefined): number {
  if (bits === undefined) return allReasons
  let mask = 0
  for (const bit of bits) if (bit < 9) mask |= 1 << bit
  return mask & allReasons
}
