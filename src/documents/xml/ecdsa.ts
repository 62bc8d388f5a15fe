/** Length of a coordinate of each curve, bytes. */
const lengths: Readonly<Record<string, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 }

/**
 * An ECDSA signature value of XML, r and s side by side (XML Signature 1.1, 6.4.3), as DER.
 *
 * @returns undefined when it has another length than the curve gives.
 */
export function ecdsaFromXml(value: Uint8Array, curve: string): Uint8Array | undefined {
  const length = lengths[curve]
  if (length === undefined || value.length !== 2 * length) return undefined
  const [r, s] = [integer(value.subarray(0, length)), integer(value.subarray(length))]
  const size = r.length + s.length
  return Uint8Array.from([0x30, ...(size < 0x80 ? [size] : [0x81, size]), ...r, ...s])
}

/** An ECDSA signature in DER as XML has it. @throws RangeError for a curve that is not supported. */
export function ecdsaToXml(der: Uint8Array, curve: string): Uint8Array {
  const length = lengths[curve]
  if (length === undefined) throw new RangeError('a curve that documents are not signed with')
  const value = new Uint8Array(2 * length)
  let at = der[1] === 0x81 ? 3 : 2
  for (const end of [length, 2 * length]) {
    const size = der[at + 1]!
    const number = der.subarray(at + 2, at + 2 + size)
    const plain = number[0] === 0 ? number.subarray(1) : number
    value.set(plain, end - plain.length)
    at += 2 + size
  }
  return value
}

function integer(bytes: Uint8Array): readonly number[] {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const plain = [...bytes.subarray(start)]
  const number = plain[0]! >= 0x80 ? [0, ...plain] : plain
  return [0x02, number.length, ...number]
}
