import { copyBytes, latin1Text, toHex } from '../../bytes.ts'
import { DerReader, type Element, readOid, tags } from '../../der/index.ts'
import { DecodeError } from '../../errors.ts'

/** One attribute of a distinguished name. */
export interface NameAttribute {
  /** Dotted object identifier. */
  readonly type: string
  /** Tag of the value. */
  readonly tag: number
  /** Text of a string value; hexadecimal for others. */
  readonly value: string
}

const short: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.4', 'SN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
])

/** A distinguished name: exact bytes, readable text, and comparison by RFC 5280 7.1. */
export class Name {
  /** Its position in the input; validated when read, decoded on demand. */
  readonly #reader: DerReader
  readonly #element: Element
  /** Number of relative distinguished names. */
  readonly #size: number
  #rdns: readonly (readonly NameAttribute[])[] | undefined
  #key: readonly string[] | undefined
  #text: string | undefined
  #encoded: string | undefined

  private constructor(reader: DerReader, element: Element, size: number) {
    this.#reader = reader
    this.#element = element
    this.#size = size
  }

  /** Reads a Name at the reader's offset. @throws DecodeError `ERR_DER`. @internal */
  static read(reader: DerReader, tag: number = tags.sequence): Name {
    const element = reader.read(tag)
    const size = eachAttribute(reader.into(element), (pair) => {
      readOid(pair)
      const type = pair.nextTag
      const content = pair.pass()
      pair.finish()
      if (!isPlain(pair.bytes, type!, content, pair.end)) textOf(pair.bytes, type!, content, pair.end)
    })
    return new Name(reader, element, size)
  }

  /** DER of the whole name, a fresh copy. */
  get der(): Uint8Array {
    return copyBytes(this.#reader.raw(this.#element))
  }

  /** DER of the whole name, one character per byte: names with equal text are equal, others may be too. @internal */
  get encoded(): string {
    this.#encoded ??= latin1Text(this.#reader.bytes, this.#element.start, this.#element.end)
    return this.#encoded
  }

  /** Relative distinguished names, outermost first; each a set of attributes. */
  get rdns(): readonly (readonly NameAttribute[])[] {
    this.#rdns ??= this.#spellOut()
    return this.#rdns
  }

  #spellOut(): readonly (readonly NameAttribute[])[] {
    const rdns: NameAttribute[][] = Array.from({ length: this.#size }, () => [])
    eachAttribute(this.#reader.into(this.#element), (pair, rdn) => {
      rdns[rdn]!.push({ type: readOid(pair), ...readValue(pair) })
    })
    return rdns
  }

  /** Values of the attributes of one type, outermost first; the others are not decoded. */
  valuesOf(type: string): readonly string[] {
    const values: string[] = []
    eachAttribute(this.#reader.into(this.#element), (pair) => {
      if (readOid(pair) === type) values.push(readValue(pair).value)
    })
    return values
  }

  get empty(): boolean {
    return this.#size === 0
  }

  /**
   * One comparable text per relative distinguished name. RFC 5280 7.1: case and inner white space are insignificant.
   */
  get key(): readonly string[] {
    this.#key ??= this.rdns.map((rdn) =>
      rdn
        .map(({ type, tag, value }) => JSON.stringify(stringTags.has(tag) ? [type, folded(value)] : [type, tag, value]))
        .sort()
        .join(),
    )
    return this.#key
  }

  equals(other: Name): boolean {
    if (this === other || this.#sameBytes(other)) return true
    return this.#size === other.#size && this.startsWith(other)
  }

  #sameBytes(other: Name): boolean {
    const [mine, theirs] = [this.#reader.bytes, other.#reader.bytes]
    const from = this.#element.start
    const shift = other.#element.start - from
    if (other.#element.end - shift !== this.#element.end) return false
    for (let i = from; i < this.#element.end; i++) if (mine[i] !== theirs[i + shift]) return false
    return true
  }

  /** Whether `base` is this name or an ancestor of it in the directory. */
  startsWith(base: Name): boolean {
    if (base.#size > this.#size) return false
    const mine = this.key
    return base.key.every((rdn, i) => rdn === mine[i])
  }

  /** `C=JP, O=…`, outermost first. May be personal data. */
  toString(): string {
    this.#text ??= this.rdns
      .map((rdn) => rdn.map(({ type, value }) => `${short.get(type) ?? type}=${escaped(value)}`).join('+'))
      .join(', ')
    return this.#text
  }
}

/**
 * Visits the attributes of a name. Those of one relative distinguished name must be in the order of their encodings:
 * X.690 11.6. Otherwise software that compares, hashes or signs bytes would see a different name.
 *
 * @param visit - gets a reader of the attribute, valid during the call only, and the number of its relative
 *   distinguished name.
 * @returns the number of relative distinguished names.
 */
function eachAttribute(name: DerReader, visit: (pair: DerReader, rdn: number) => void): number {
  const set = new DerReader(name.bytes)
  const pair = new DerReader(name.bytes)
  let rdn = 0
  for (; name.more; rdn++) {
    name.enterWith(set, tags.set)
    let before = -1
    do {
      const at = set.offset
      set.enterWith(pair, tags.sequence)
      if (before >= 0 && !isAscending(name.bytes, before, at, set.offset)) {
        throw new DecodeError('ERR_DER', 'a set that is not sorted', at)
      }
      before = at
      visit(pair, rdn)
    } while (set.more)
  }
  return rdn
}

/** Whether the encoding from `first` to `second` is not after the one from `second` to `end`. */
function isAscending(bytes: Uint8Array, first: number, second: number, end: number): boolean {
  const length = Math.min(second - first, end - second)
  for (let i = 0; i < length; i++) {
    const difference = bytes[first + i]! - bytes[second + i]!
    if (difference !== 0) return difference < 0
  }
  return second - first <= end - second
}

/** Value of an attribute, its reader being past the type. */
function readValue(pair: DerReader): Pick<NameAttribute, 'tag' | 'value'> {
  const tag = pair.nextTag!
  const content = pair.pass()
  return { tag, value: textOf(pair.bytes, tag, content, pair.end) }
}

const stringTags: ReadonlySet<number> = new Set([
  tags.utf8String,
  tags.printableString,
  tags.ia5String,
  tags.teletexString,
  tags.bmpString,
  tags.numericString,
  tags.universalString,
])

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Whether a value is valid without decoding: ASCII in a string type with one byte per character. */
function isPlain(bytes: Uint8Array, tag: number, content: number, end: number): boolean {
  if (tag !== tags.utf8String && tag !== tags.printableString && tag !== tags.ia5String) return false
  for (let i = content; i < end; i++) if (bytes[i]! > 0x7f) return false
  return true
}

/** @throws DecodeError `ERR_DER` for an invalid string. */
function textOf(input: Uint8Array, tag: number, offset: number, end: number): string {
  if (isPlain(input, tag, offset, end)) return latin1Text(input, offset, end)
  const bytes = input.subarray(offset, end)
  if (!stringTags.has(tag)) return toHex(bytes)
  if (tag === tags.utf8String) {
    try {
      return utf8.decode(bytes)
    } catch (cause) {
      throw new DecodeError('ERR_DER', 'text is not valid UTF-8', offset, { cause })
    }
  }
  const width = tag === tags.bmpString ? 2 : tag === tags.universalString ? 4 : 1
  if (bytes.length % width !== 0) throw new DecodeError('ERR_DER', 'text cut off within a character', offset)
  let text = ''
  for (let i = 0; i < bytes.length; i += width) {
    let code = 0
    for (let k = 0; k < width; k++) code = code * 256 + bytes[i + k]!
    if (code > 0x10ffff) throw new DecodeError('ERR_DER', 'invalid character', offset + i)
    text += String.fromCodePoint(code)
  }
  return text
}

/** The caseless, space-folded form two values are compared in. */
function folded(value: string): string {
  return value.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/g, ' ')
}

function escaped(value: string): string {
  return value.replaceAll(/[,+"\\<>;=]/g, '\\$&')
}
