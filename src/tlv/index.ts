/**
 * BER-TLV on bytes, strict and bounded.
 */

import { concat } from '../bytes.ts'
import { DecodeError } from '../errors.ts'

/** One BER-TLV data object. Source: ISO/IEC 8825-1 (X.690) 8.1, ISO/IEC 7816-4 6.3. */
export interface Tlv {
  /** Tag as written, for example 0xDF21 or 0x7F21: 1 to 4 bytes as one number. */
  readonly tag: number
  /** Bit 6 of the first tag byte: the value is itself data objects. */
  readonly constructed: boolean
  /** Value: a view of the input, not a copy. */
  readonly value: Uint8Array
  /** Offset of the tag from the start of the input, bytes. */
  readonly offset: number
  /** Tag, length and value together, bytes. */
  readonly totalLength: number
  /** Data objects of a constructed value; empty for a primitive one. */
  readonly children: readonly Tlv[]
}

/** Bounds of a read. What a card sends is hostile until proven otherwise. */
export interface TlvLimits {
  /** Deepest nesting, 1 to 64. Default 8. */
  readonly maxDepth?: number
  /** Longest single value in bytes. Default 65 536. */
  readonly maxLength?: number
  /** Most data objects in all. Default 1024. */
  readonly maxObjects?: number
  /** Require the shortest form of every length (DER). Default true. */
  readonly minimalLengths?: boolean
  /**
   * Require the one-byte form of tag numbers below 31 (X.690 8.1.2.2). Default true; the cards' files have FF10 and DF11 to
   * DF13, which break the rule.
   */
  readonly minimalTags?: boolean
}

interface Header {
  readonly tag: number
  readonly constructed: boolean
  readonly valueAt: number
  readonly length: number
}

function fail(message: string, offset: number): never {
  throw new DecodeError('ERR_TLV', message, offset)
}

function readHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
  { minimalLengths = true, minimalTags = true }: TlvLimits,
): Header {
  let at = start
  const next = (what: string): number => (at < end ? bytes[at++]! : fail(`${what} is cut off`, at))
  const first = next('the tag')
  if (first === 0x00) fail('a tag of 00 is not a data object', start)
  let tag = first
  if ((first & 0x1f) === 0x1f) {
    let byte = next('the tag')
    if ((byte & 0x7f) === 0) fail('a tag number must not begin with zero bits', at - 1)
    if (minimalTags && byte < 0x1f) fail('a tag number below 31 must use the one-byte form', at - 1)
    tag = tag * 256 + byte
    while (byte & 0x80) {
      if (at - start >= 4) fail('a tag of more than 4 bytes', start)
      byte = next('the tag')
      tag = tag * 256 + byte
    }
  }
  const lengthAt = at
  let length = next('the length')
  if (length === 0x80) fail('the indefinite length form is not allowed', lengthAt)
  if (length > 0x80) {
    const count = length & 0x7f
    if (count > 4) fail('a length of more than 4 bytes', lengthAt)
    length = 0
    for (let i = 0; i < count; i++) length = length * 256 + next('the length')
    if (minimalLengths && (length < 0x80 || length < 2 ** (8 * (count - 1))))
      fail('the length is not minimal', lengthAt)
  }
  return { tag, constructed: (first & 0x20) !== 0, valueAt: at, length }
}

/**
 * Reads a sequence of BER-TLV data objects that must fill the input exactly. Strict: no filler, no indefinite length,
 * no trailing byte, bounded depth, size and number.
 *
 * @throws DecodeError `ERR_TLV`, with the offset from the start of the input.
 */
export function readTlvs(bytes: Uint8Array, limits: TlvLimits = {}): readonly Tlv[] {
  const { maxDepth = 8, maxLength = 65_536, maxObjects = 1024 } = limits
  if (!Number.isInteger(maxDepth) || maxDepth < 1 || maxDepth > 64) throw new RangeError('maxDepth must be 1 to 64')
  let objects = 0
  const level = (start: number, end: number, depth: number): Tlv[] => {
    if (depth > maxDepth) fail(`nesting deeper than ${maxDepth}`, start)
    const list: Tlv[] = []
    for (let at = start; at < end; ) {
      if (++objects > maxObjects) fail(`more than ${maxObjects} data objects`, at)
      const { tag, constructed, valueAt, length } = readHeader(bytes, at, end, limits)
      if (length > maxLength) fail(`a value of ${length} bytes, at most ${maxLength} allowed`, at)
      const valueEnd = valueAt + length
      if (valueEnd > end) fail(`the value needs ${length} bytes, ${end - valueAt} are there`, valueAt)
      const children = constructed ? level(valueAt, valueEnd, depth + 1) : []
      const value = bytes.subarray(valueAt, valueEnd)
      list.push({ tag, constructed, value, offset: at, totalLength: valueEnd - at, children })
      at = valueEnd
    }
    return list
  }
  return level(0, bytes.length, 1)
}

/** Reads exactly one data object that fills the input. @throws DecodeError `ERR_TLV`. */
export function readTlv(bytes: Uint8Array, limits: TlvLimits = {}): Tlv {
  const list = readTlvs(bytes, limits)
  const [only] = list
  if (only === undefined) fail('no data object', 0)
  if (list.length > 1) fail('bytes after the data object', list[1]!.offset)
  return only
}

/**
 * Total length, tag and length bytes included, of the data object that begins the input; only its header need be there.
 * What a reader uses to learn how much of a padded file is content.
 *
 * @returns bytes, at least 2.
 * @throws DecodeError `ERR_TLV` when the header is cut off or malformed.
 */
export function tlvTotalLength(head: Uint8Array, limits: Pick<TlvLimits, 'minimalTags'> = {}): number {
  const { valueAt, length } = readHeader(head, 0, head.length, limits)
  return valueAt + length
}

/** Whether data objects, one after the other, are cut off or malformed. @internal */
export function endsInside(bytes: Uint8Array): boolean {
  let at = 0
  try {
    while (at < bytes.length) at += tlvTotalLength(bytes.subarray(at), { minimalTags: false })
  } catch {
    return true
  }
  return at !== bytes.length
}

/**
 * Encodes one BER-TLV data object with the shortest length form.
 *
 * @param tag - the tag as written, 1 to 4 bytes as one number (0xDF21).
 * @param value - value bytes, or the encoded children of a constructed object.
 */
export function encodeTlv(tag: number, ...value: readonly Uint8Array[]): Uint8Array {
  if (!Number.isInteger(tag) || tag < 1 || tag > 0xffff_ffff) throw new RangeError('a tag is 1 to 4 bytes')
  const content = concat(...value)
  return concat(bigEndian(tag), encodeLength(content.length), content)
}

function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const bytes = bigEndian(length)
  return concat(Uint8Array.of(0x80 | bytes.length), bytes)
}

function bigEndian(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Uint8Array.from(bytes)
}
