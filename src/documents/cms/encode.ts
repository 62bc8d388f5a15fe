import { GeneralizedTime, Integer, ObjectIdentifier, UTCTime, Utf8String } from 'asn1js'
import { concat } from '../../bytes.ts'
import { tags } from '../../der/index.ts'

/** One element in DER: its tag and its content in parts, which may be DER that is kept as it is. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return concat(
    head(
      tag,
      parts.reduce((sum, { length }) => sum + length, 0),
    ),
    ...parts,
  )
}

/** Tag and length of an element. X.690 8.1.3, 10.1. */
export function head(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length)
  const bytes: number[] = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256)
  return Uint8Array.of(tag, 0x80 | bytes.length, ...bytes)
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => element(tags.sequence, ...parts)

export const octets = (bytes: Uint8Array): Uint8Array => element(tags.octetString, bytes)

/** A SET OF: its elements in the order of their encodings. X.690 11.6. */
export function setOf(parts: readonly Uint8Array[], tag: number = tags.set): Uint8Array {
  return element(tag, ...[...parts].sort((a, b) => Buffer.compare(a, b)))
}

export const derNull: Uint8Array = Uint8Array.of(tags.null, 0)

export const oid = (value: string): Uint8Array => encoded(new ObjectIdentifier({ value }))

export const integer = (value: number): Uint8Array => encoded(new Integer({ value }))

/** A non-negative INTEGER of any length. */
export function unsigned(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const digits = bytes.subarray(start)
  return element(tags.integer, digits[0]! >= 0x80 ? concat(Uint8Array.of(0), digits) : digits)
}

export const utf8 = (value: string): Uint8Array => encoded(new Utf8String({ value }))

/** UTCTime to 2049, GeneralizedTime after: RFC 5652 11.3. To the second. */
export function time(date: Date): Uint8Array {
  const valueDate = new Date(Math.floor(date.getTime() / 1000) * 1000)
  const year = valueDate.getUTCFullYear()
  return encoded(year >= 1950 && year < 2050 ? new UTCTime({ valueDate }) : new GeneralizedTime({ valueDate }))
}

function encoded(value: { toBER(): ArrayBuffer }): Uint8Array {
  return new Uint8Array(value.toBER())
}
