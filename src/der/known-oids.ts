/**
 * Object identifiers of nearly every certificate, by their bytes: a lookup instead of decoding, which is most of the
 * cost of parsing. Others are decoded.
 */
const known = [
  // Attribute types, RFC 5280 appendix A.1.
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((arc) => `2.5.4.${arc}`),
  '0.9.2342.19200300.100.1.25',
  '1.2.840.113549.1.9.1',
  // Algorithms of keys and signatures, RFC 4055, RFC 5480, RFC 5758.
  '1.2.840.113549.1.1.1',
  '1.2.840.113549.1.1.11',
  '1.2.840.10045.2.1',
  '1.2.840.10045.3.1.7',
  '1.3.132.0.34',
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  // Extensions and their values, RFC 5280 4.2.
  ...[14, 15, 17, 18, 19, 20, 21, 28, 29, 30, 31, 32, 33, 35, 36, 37].map((arc) => `2.5.29.${arc}`),
  '1.3.6.1.5.5.7.1.1',
  '1.3.6.1.5.5.7.48.1',
  '1.3.6.1.5.5.7.3.2',
  // The JPKI, card facts 6.2 and 6.3.
  '1.2.392.200149.8.5.1.1.20',
  '1.2.392.200149.8.5.1.0.20',
  '1.2.392.200149.8.5.1.3.30',
  ...[1, 2, 3, 4, 5, 6].map((arc) => `1.2.392.200149.8.5.5.${arc}`),
] as const

interface Known {
  readonly bytes: Uint8Array
  readonly text: string
}

/** A power of two well above their number. */
const slots = 512
const table: (Known | undefined)[] = Array.from({ length: slots })

for (const text of known) {
  const bytes = encode(text)
  let slot = slotOf(bytes, 0, bytes.length)
  while (table[slot] !== undefined) slot = (slot + 1) % slots
  table[slot] = { bytes, text }
}

/** The text of an identifier with that content, when it is a known one. */
export function knownOid(bytes: Uint8Array, start: number, end: number): string | undefined {
  for (let slot = slotOf(bytes, start, end); ; slot = (slot + 1) % slots) {
    const found = table[slot]
    if (found === undefined) return undefined
    if (isAt(found.bytes, bytes, start, end)) return found.text
  }
}

function isAt(wanted: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== wanted.length) return false
  for (let i = 0; i < wanted.length; i++) if (bytes[start + i] !== wanted[i]) return false
  return true
}

/** Only known identifiers are in the table, so input cannot cause collisions. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0
  return (hash ^ (hash >>> 9)) & (slots - 1)
}

/** Content of an OBJECT IDENTIFIER. X.690 8.19. */
function encode(text: string): Uint8Array {
  const [first, second, ...rest] = text.split('.').map(Number) as [number, number, ...number[]]
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc % 128]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift((left % 128) | 0x80)
    return digits
  })
  return Uint8Array.from(bytes)
}
