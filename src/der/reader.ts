import { daysInMonth } from '../days.ts'
import { DecodeError } from '../errors.ts'
import { knownOid } from './known-oids.ts'

/** Universal tags used in certificates, revocation lists and OCSP. X.680 8.4; constructed ones with bit 6 set. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** Kinds of unambiguous deviations from the encoding rules: docs/verification.md. */
export const encodingFindingKinds = [
  /** A DEFAULT value is encoded. X.690 11.5. */
  'default-written-out',
  /** A named bit list ends in zero bits. X.690 11.2.2. */
  'trailing-zero-bits',
  /** A SEQUENCE OF without an element, which must be omitted. RFC 5280 4.1, 5.1.2.6, 5.3. */
  'empty-sequence',
  /** GeneralizedTime for a year from 1950 to 2049. RFC 5280 4.1.2.5, 5.1.2.4. */
  'time-form',
  /** A list encodes version 1, which must be absent there. RFC 5280 5.1.2.1. */
  'version-written-out',
  /** A list has duplicate entries for one certificate. RFC 5280 5.1.2.6. */
  'duplicate-entry',
] as const

/** One of {@link encodingFindingKinds}. */
export type EncodingFindingKind = (typeof encodingFindingKinds)[number]

/** A tolerated deviation from the encoding rules. */
export interface EncodingFinding {
  readonly kind: EncodingFindingKind
  /** Offset of its first occurrence, bytes from the start of the certificate, list or response. */
  readonly offset: number
}

/** Tag byte of a context-specific element. */
export const context = (number: number, constructed = true): number => 0x80 | (constructed ? 0x20 : 0) | number

/** One element: its tag, and the offsets of its encoding and content in the input. */
export interface Element {
  readonly tag: number
  /** Offset of the tag byte. */
  readonly start: number
  /** Offset of the first content byte. */
  readonly content: number
  /** Offset after the last content byte. */
  readonly end: number
}

function fail(message: string, offset: number): never {
  throw new DecodeError('ERR_DER', message, offset)
}

/**
 * Strict DER reader: definite, minimal lengths, one-byte tags, no trailing bytes. Every error has its offset from the
 * start of the whole input, however deep the reader is. A reader with `findings` records unambiguous deviations; one
 * without refuses those too.
 *
 * Source: ITU-T X.690 clauses 8 and 10.
 */
export class DerReader {
  readonly bytes: Uint8Array
  /** Receives the tolerated deviations of this reader and its sub-readers. */
  readonly findings: EncodingFinding[] | undefined
  #at: number
  #end: number

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length, findings?: EncodingFinding[]) {
    this.bytes = bytes
    this.findings = findings
    this.#at = start
    this.#end = end
  }

  /** Records a finding, each kind once, however often it occurs. */
  note(kind: EncodingFindingKind, offset: number): void {
    const { findings } = this
    if (findings !== undefined && !findings.some((one) => one.kind === kind)) findings.push({ kind, offset })
  }

  /** Records a finding, in a reader with `findings`. @throws DecodeError `ERR_DER` in one without. */
  tolerate(kind: EncodingFindingKind, message: string, offset: number): void {
    if (this.findings === undefined) fail(message, offset)
    this.note(kind, offset)
  }

  /** Offset after the last byte to read. */
  get end(): number {
    return this.#end
  }

  /** Offset of the next element. */
  get offset(): number {
    return this.#at
  }

  /** Whether another element follows. */
  get more(): boolean {
    return this.#at < this.#end
  }

  /** Tag of the next element, `undefined` at the end. */
  get nextTag(): number | undefined {
    return this.more ? this.bytes[this.#at] : undefined
  }

  /** Reads the next element. @param tag - the only tag allowed, if given. @throws DecodeError `ERR_DER`. */
  read(tag?: number): Element {
    const start = this.#at
    const content = this.pass(tag)
    return { tag: this.bytes[start]!, start, content, end: this.#at }
  }

  /** Skips the next element and returns the offset of its content, which ends at {@link offset}. As {@link read}. */
  pass(tag?: number): number {
    const { bytes } = this
    const end = this.#end
    const start = this.#at
    if (start >= end) fail('an element is missing', start)
    const found = bytes[start]!
    if (tag !== undefined && found !== tag) {
      fail(`tag ${hex(found)}, expected ${hex(tag)}`, start)
    }
    if ((found & 0x1f) === 0x1f) fail('a tag of more than one byte', start)
    if (start + 1 >= end) fail('the length is cut off', start + 1)
    const short = bytes[start + 1]!
    const content = short < 0x80 ? start + 2 : start + 2 + (short & 0x7f)
    const length = short < 0x80 ? short : this.#longLength(start + 1)
    if (length > end - content) fail(`the content needs ${length} bytes, ${end - content} are left`, content)
    this.#at = content + length
    return content
  }

  /** A length of several bytes, the first at `at`. */
  #longLength(at: number): number {
    const { bytes } = this
    const end = this.#end
    const count = bytes[at]! & 0x7f
    if (count === 0) fail('the indefinite length form is not DER', at)
    if (count > 4) fail('a length of more than 4 bytes', at)
    if (at + 1 + count > end) fail('the length is cut off', end)
    let length = 0
    for (let i = at + 1; i <= at + count; i++) length = length * 256 + bytes[i]!
    if (length < 0x80 || length < 2 ** (8 * (count - 1))) fail('the length is not minimal', at)
    return length
  }

  /** Reads the next element if it has that tag. */
  optional(tag: number): Element | undefined {
    return this.nextTag === tag ? this.read(tag) : undefined
  }

  /** A reader of the next element's content. */
  enter(tag: number): DerReader {
    const content = this.pass(tag)
    return new DerReader(this.bytes, content, this.#at, this.findings)
  }

  /** As {@link enter}, but reuses a finished reader of the same bytes, which saves an allocation in loops. */
  enterWith(inner: DerReader, tag: number): void {
    inner.#at = this.pass(tag)
    inner.#end = this.#at
  }

  /** A reader of an element's content. */
  into(element: Element): DerReader {
    return new DerReader(this.bytes, element.content, element.end, this.findings)
  }

  /** Bytes of an element, tag and length included: a view, not a copy. */
  raw(element: Element): Uint8Array {
    return this.bytes.subarray(element.start, element.end)
  }

  /** Content bytes of an element: a view, not a copy. */
  value(element: Element): Uint8Array {
    return this.bytes.subarray(element.content, element.end)
  }

  /** @throws DecodeError `ERR_DER` when anything follows. */
  finish(): void {
    if (this.more) fail('bytes after the last element', this.#at)
  }
}

const hex = (tag: number): string => tag.toString(16).toUpperCase().padStart(2, '0')

/** BOOLEAN: 00 or FF. X.690 11.1. */
export function readBoolean(reader: DerReader, tag: number = tags.boolean): boolean {
  const content = reader.pass(tag)
  const byte = reader.bytes[content]
  if (reader.offset - content !== 1 || (byte !== 0x00 && byte !== 0xff)) fail('a boolean is 00 or FF', content)
  return byte === 0xff
}

/** Content of a minimal INTEGER, two's complement: a view. X.690 8.3. */
export function readInteger(reader: DerReader, tag: number = tags.integer): Uint8Array {
  const content = passInteger(reader, tag)
  return reader.bytes.subarray(content, reader.offset)
}

/** Skips a minimal INTEGER and returns the offset of its content, which ends at the reader's offset. */
export function passInteger(reader: DerReader, tag: number = tags.integer): number {
  const content = reader.pass(tag)
  const { bytes, offset } = reader
  if (offset === content) fail('an integer without content', content)
  const first = bytes[content]!
  const second = bytes[content + 1]!
  if (offset > content + 1 && ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    fail('an integer is not minimal', content)
  }
  return content
}

/** A non-negative INTEGER below 2^31, for counters and versions. */
export function readSmallInteger(reader: DerReader, tag: number = tags.integer): number {
  const at = reader.offset
  const content = passInteger(reader, tag)
  const { bytes, offset } = reader
  const length = offset - content
  if (bytes[content]! >= 0x80) fail('a negative number', at)
  if (length > 5 || (length === 5 && bytes[content] !== 0)) fail('a number out of range', at)
  let number = 0
  for (let i = content; i < offset; i++) number = number * 256 + bytes[i]!
  if (number > 0x7fff_ffff) fail('a number out of range', at)
  return number
}

/** OBJECT IDENTIFIER as dotted text. X.690 8.19. */
export function readOid(reader: DerReader, tag: number = tags.oid): string {
  const content = reader.pass(tag)
  const end = reader.offset
  return knownOid(reader.bytes, content, end) ?? oidText(reader.bytes.subarray(content, end), content)
}

function oidText(value: Uint8Array, offset: number): string {
  if (value.length === 0) fail('an object identifier without content', offset)
  if (value[value.length - 1]! & 0x80) fail('an object identifier is cut off', offset + value.length)
  let text = ''
  let arc = 0
  let fresh = true
  for (let i = 0; i < value.length; i++) {
    const byte = value[i]!
    if (fresh && byte === 0x80) fail('an arc is not minimal', offset + i)
    arc = arc * 128 + (byte & 0x7f)
    if (arc > Number.MAX_SAFE_INTEGER) fail('an arc is too large', offset + i)
    fresh = (byte & 0x80) === 0
    if (!fresh) continue
    if (text === '') {
      const first = Math.min(Math.floor(arc / 40), 2)
      text = `${first}.${arc - 40 * first}`
    } else {
      text += `.${arc}`
    }
    arc = 0
  }
  return text
}

/** A BIT STRING: its bytes and the number of unused bits at the end. */
export interface BitString {
  readonly bytes: Uint8Array
  readonly unusedBits: number
}

/** BIT STRING; the unused bits must be zero. X.690 8.6, 11.2. */
export function readBitString(reader: DerReader, tag: number = tags.bitString): BitString {
  const [content, unusedBits] = passBitString(reader, tag)
  return { bytes: reader.bytes.subarray(content, reader.offset), unusedBits }
}

/** Skips a BIT STRING: offset of its bytes, and number of unused bits at the end. */
function passBitString(reader: DerReader, tag: number): readonly [number, number] {
  const content = reader.pass(tag)
  const { bytes, offset } = reader
  if (offset === content) fail('a bit string without content', content)
  const unusedBits = bytes[content]!
  const isEmpty = offset === content + 1
  if (unusedBits > 7 || (isEmpty && unusedBits > 0)) fail('unused bits out of range', content)
  if (!isEmpty && bytes[offset - 1]! & ((1 << unusedBits) - 1)) fail('unused bits are not zero', offset - 1)
  return [content + 1, unusedBits]
}

/**
 * A named bit list: the numbers of the bits that are set. Trailing zero bits have no meaning, and are recorded. X.690
 * 11.2.2.
 */
export function readNamedBits(reader: DerReader, tag: number = tags.bitString): readonly number[] {
  const at = reader.offset
  const [content, unusedBits] = passBitString(reader, tag)
  const { bytes, offset } = reader
  const length = (offset - content) * 8 - unusedBits
  if (length > 0 && (bytes[offset - 1]! & (1 << unusedBits)) === 0) {
    reader.tolerate('trailing-zero-bits', 'trailing zero bits', at)
  }
  const bits: number[] = []
  for (let i = 0; i < length; i++) if (bytes[content + (i >> 3)]! & (0x80 >> (i & 7))) bits.push(i)
  return bits
}

/**
 * UTCTime or GeneralizedTime in the forms of RFC 5280 4.1.2.5: to the second, ending in Z. Years to 2049 must be
 * UTCTime; the other form has the same meaning, and is recorded.
 *
 * @returns milliseconds since 1970, UTC.
 */
export function readTime(reader: DerReader): number {
  const { offset } = reader
  const time = readAnyTime(reader)
  if (reader.bytes[offset] === tags.generalizedTime && time >= year1950 && time < year2050)
    reader.note('time-form', offset)
  return time
}

const [year1950, year2050] = [Date.UTC(1950, 0), Date.UTC(2050, 0)]

/**
 * GeneralizedTime where no other form is allowed: RFC 5280 5.3.2, RFC 6960 4.2.2.1. In the form of RFC 5280 4.1.2.5.2.
 */
export function readGeneralizedTime(reader: DerReader): number {
  if (reader.nextTag !== tags.generalizedTime) fail('GeneralizedTime expected', reader.offset)
  return readAnyTime(reader)
}

function readAnyTime(reader: DerReader): number {
  const { tag, start, content, end } = reader.read()
  const { bytes } = reader
  if (tag !== tags.utcTime && tag !== tags.generalizedTime) fail('UTCTime or GeneralizedTime expected', start)
  const general = tag === tags.generalizedTime
  if (end - content !== (general ? 15 : 13) || bytes[end - 1] !== 0x5a)
    fail('a time not in the form RFC 5280 allows', content)
  for (let at = content; at < end - 1; at++) if (!isDigit(bytes[at]!)) fail('a time has digits only', at)
  if (!validTime(bytes, content, general)) fail('a time that does not exist', content)
  const rest = general ? content + 4 : content + 2
  const month = two(bytes, rest) - 1
  const day = two(bytes, rest + 2)
  const [hour, minute, second] = [two(bytes, rest + 4), two(bytes, rest + 6), two(bytes, rest + 8)]
  const year = yearAt(bytes, content, general)
  if (year >= 100) return Date.UTC(year, month, day, hour, minute, second)
  // Date.UTC maps years 0 to 99 to the twentieth century.
  return new Date(Date.UTC(2000, month, day, hour, minute, second)).setUTCFullYear(year, month, day)
}

/** Whether the bytes are an existing time of that form, ending in Z. The caller has checked the length. */
export function validTime(bytes: Uint8Array, at: number, general: boolean): boolean {
  const rest = general ? at + 4 : at + 2
  for (let i = at; i < rest + 10; i++) if (!isDigit(bytes[i]!)) return false
  const month = two(bytes, rest)
  const day = two(bytes, rest + 2)
  if (month < 1 || month > 12 || day < 1) return false
  if (day > 28 && day > daysInMonth(yearAt(bytes, at, general), month)) return false
  return (
    two(bytes, rest + 4) < 24 && two(bytes, rest + 6) < 60 && two(bytes, rest + 8) < 60 && bytes[rest + 10] === 0x5a
  )
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39
const two = (bytes: Uint8Array, at: number): number => (bytes[at]! - 0x30) * 10 + bytes[at + 1]! - 0x30

function yearAt(bytes: Uint8Array, at: number, general: boolean): number {
  const first = two(bytes, at)
  if (general) return first * 100 + two(bytes, at + 2)
  return first < 50 ? 2000 + first : 1900 + first
}
