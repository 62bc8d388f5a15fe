import { equalBytes, toHex } from '../bytes.ts'
import { DecodeError } from '../errors.ts'
import { type DerReader, readOid, tags } from './der.ts'

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
  /** DER of the whole name. */
  readonly der: Uint8Array
  /** Relative distinguished names, outermost first; each a set of attributes. */
  readonly rdns: readonly (readonly NameAttribute[])[]
  #key: readonly string[] | undefined

  private constructor(der: Uint8Array, rdns: readonly (readonly NameAttribute[])[]) {
    this.der = der
    this.rdns = rdns
  }

  /** Reads a Name from where the reader stands. @throws DecodeError `ERR_DER`. @internal */
  static read(reader: DerReader, tag: number = tags.sequence): Name {
    const element = reader.read(tag)
    const sequence = reader.into(element)
    const rdns: NameAttribute[][] = []
    while (sequence.more) {
      const set = sequence.enter(tags.set)
      const attributes: NameAttribute[] = []
      do {
        const pair = set.enter(tags.sequence)
        const type = readOid(pair)
        const value = pair.read()
        pair.finish()
        attributes.push({ type, tag: value.tag, value: textOf(value.tag, pair.value(value), value.content) })
      } while (set.more)
      rdns.push(attributes)
    }
    return new Name(reader.raw(element), rdns)
  }

  get empty(): boolean {
    return this.rdns.length === 0
  }

  /** One comparable text per relative distinguished name. RFC 5280 7.1: case and inner white space do not count. */
  get key(): readonly string[] {
    this.#key ??= this.rdns.map((rdn) =>
      rdn
        .map(({ type, tag, value }) => `${type}=${stringTags.has(tag) ? folded(value) : `#${tag}:${value}`}`)
        .sort()
        .join('+'),
    )
    return this.#key
  }

  equals(other: Name): boolean {
    if (equalBytes(this.der, other.der)) return true
    return this.rdns.length === other.rdns.length && this.startsWith(other)
  }

  /** Whether `base` is this name or an ancestor of it in the directory. */
  startsWith(base: Name): boolean {
    if (base.rdns.length > this.rdns.length) return false
    const mine = this.key
    return base.key.every((rdn, i) => rdn === mine[i])
  }

  /** `C=JP, O=…`, outermost first. May be personal data. */
  toString(): string {
    return this.rdns
      .map((rdn) => rdn.map(({ type, value }) => `${short.get(type) ?? type}=${escaped(value)}`).join('+'))
      .join(', ')
  }
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

const utf8 = new TextDecoder('utf-8', { fatal: true })

function textOf(tag: number, bytes: Uint8Array, offset: number): string {
  if (!stringTags.has(tag)) return toHex(bytes)
  if (tag === tags.utf8String) {
    try {
      return utf8.decode(bytes)
    } catch (cause) {
      throw new DecodeError('ERR_DER', 'text that is not UTF-8', offset, { cause })
    }
  }
  const width = tag === tags.bmpString ? 2 : tag === tags.universalString ? 4 : 1
  if (bytes.length % width !== 0) throw new DecodeError('ERR_DER', 'text cut off within a character', offset)
  let text = ''
  for (let i = 0; i < bytes.length; i += width) {
    let code = 0
    for (let k = 0; k < width; k++) code = code * 256 + bytes[i + k]!
    if (code > 0x10ffff) throw new DecodeError('ERR_DER', 'no such character', offset + i)
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
