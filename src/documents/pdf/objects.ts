import { latin1Text } from '../../bytes.ts'

/** Why a file is not read. Ends as a problem of the report, or as a refusal to sign. */
export const pdfFaults = [
  'not-a-pdf',
  'too-large',
  'too-complex',
  'syntax',
  'duplicate-key',
  'xref-damaged',
  'object-damaged',
  'stream-damaged',
  'filter-unsupported',
  'encrypted',
  'structure-damaged',
] as const
export type PdfFault = (typeof pdfFaults)[number]

/** A file that is not read, below {@link readPdf}: never leaves this room. */
export class PdfFaultError extends Error {
  readonly fault: PdfFault
  /** Byte of the file at which reading stopped, when it is known. */
  readonly offset: number | undefined
  constructor(fault: PdfFault, offset?: number) {
    super(offset === undefined ? fault : `${fault} at byte ${offset}`)
    this.fault = fault
    this.offset = offset
  }
}

/** ISO 32000-2 7.3. Numbers, booleans and null are those of the language; arrays are arrays. */
export type PdfValue =
  | null
  | boolean
  | number
  | PdfName
  | PdfString
  | PdfRef
  | PdfDict
  | PdfStream
  | readonly PdfValue[]

export interface PdfName {
  readonly type: 'name'
  /** With `#xx` decoded, as Latin-1. */
  readonly value: string
}
export interface PdfString {
  readonly type: 'string'
  /** Decoded each time. */
  readonly bytes: Uint8Array
  readonly hex: boolean
  /** First byte of its brackets, and the byte after them, in the bytes it was parsed from. */
  readonly start: number
  readonly end: number
}
export interface PdfRef {
  readonly type: 'ref'
  readonly num: number
  readonly gen: number
}
export interface PdfDict {
  readonly type: 'dict'
  readonly entries: ReadonlyMap<string, PdfValue>
}
export interface PdfStream {
  readonly type: 'stream'
  readonly entries: ReadonlyMap<string, PdfValue>
  /** First byte of the data in the file. */
  readonly dataStart: number
}

/** Names by their text, each kept once: there are few of them, and many times the same. */
export type PdfNames = Map<string, PdfName>

/** What a dictionary or a string counts as, in values. */
export const heavy = 4

/** A string as it is written, decoded when it is asked for: most of a file are not. */
class SourceString implements PdfString {
  readonly #source: Uint8Array
  readonly hex: boolean
  readonly start: number
  readonly end: number
  constructor(source: Uint8Array, hex: boolean, start: number, end: number) {
    this.#source = source
    this.hex = hex
    this.start = start
    this.end = end
  }

  get type(): 'string' {
    return 'string'
  }

  get bytes(): Uint8Array {
    return (this.hex ? hexBytes : literalBytes)(this.#source, this.start + 1, this.end - 1)
  }
}

/** Bytes of hexadecimal digits; an odd one is the high half of a last byte. ISO 32000-2 7.3.4.3. */
function hexBytes(source: Uint8Array, start: number, end: number): Uint8Array {
  const found = new Uint8Array((end - start + 1) >> 1)
  let digits = 0
  for (let at = start; at < end; at++) {
    const digit = hexDigit(source[at])
    if (digit < 0) continue
    found[digits >> 1]! |= digits % 2 === 0 ? digit << 4 : digit
    digits++
  }
  return found.subarray(0, (digits + 1) >> 1)
}

/** Bytes of a literal string between its brackets. ISO 32000-2 7.3.4.2. */
function literalBytes(source: Uint8Array, start: number, end: number): Uint8Array {
  const out = new Uint8Array(end - start)
  let length = 0
  for (let at = start; at < end; ) {
    const byte = source[at++]!
    if (byte === 0x0d) {
      if (source[at] === 0x0a) at++
      out[length++] = 0x0a
    } else if (byte !== 0x5c) out[length++] = byte
    else {
      const next = source[at++]!
      if (next >= 0x30 && next <= 0x37) {
        let value = next - 0x30
        for (let i = 0; i < 2 && source[at]! >= 0x30 && source[at]! <= 0x37; i++)
          value = value * 8 + source[at++]! - 0x30
        out[length++] = value & 0xff
      } else if (next === 0x0d) {
        // Continues the line.
        if (source[at] === 0x0a) at++
      } else if (next !== 0x0a) {
        const name = 'nrtbf'.indexOf(String.fromCharCode(next))
        out[length++] = name < 0 ? next : [0x0a, 0x0d, 0x09, 0x08, 0x0c][name]!
      }
    }
  }
  return out.subarray(0, length)
}

/** Entries of a dictionary. Most have a handful, for which a Map takes several times as much memory. */
class FewEntries implements ReadonlyMap<string, PdfValue> {
  /** Keys, and each behind it its value. */
  readonly #items: readonly (string | PdfValue)[]
  constructor(items: readonly (string | PdfValue)[]) {
    this.#items = items
  }

  get size(): number {
    return this.#items.length / 2
  }

  #indexOf(key: string): number {
    for (let i = 0; i < this.#items.length; i += 2) if (this.#items[i] === key) return i
    return -1
  }

  get(key: string): PdfValue | undefined {
    const at = this.#indexOf(key)
    return at < 0 ? undefined : (this.#items[at + 1] as PdfValue)
  }

  has(key: string): boolean {
    return this.#indexOf(key) >= 0
  }

  forEach(call: (value: PdfValue, key: string, map: ReadonlyMap<string, PdfValue>) => void): void {
    for (const [key, value] of this) call(value, key, this)
  }

  *entries(): MapIterator<[string, PdfValue]> {
    for (let i = 0; i < this.#items.length; i += 2) yield [this.#items[i] as string, this.#items[i + 1] as PdfValue]
  }

  *keys(): MapIterator<string> {
    for (let i = 0; i < this.#items.length; i += 2) yield this.#items[i] as string
  }

  *values(): MapIterator<PdfValue> {
    for (let i = 1; i < this.#items.length; i += 2) yield this.#items[i] as PdfValue
  }

  [Symbol.iterator](): MapIterator<[string, PdfValue]> {
    return this.entries()
  }
}

/** Most entries that are searched one by one. */
const fewEntries = 12

/** Most values of one object. */
const maxValues = 1_000_000
/** Deepest nesting of arrays and dictionaries. */
const maxDepth = 64

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x0c || byte === 0x00
const delimiters = new Set([...'()<>[]{}/%'].map((text) => text.charCodeAt(0)))
const isRegular = (byte: number | undefined): boolean => byte !== undefined && !isSpace(byte) && !delimiters.has(byte)

const hexDigit = (byte: number | undefined): number => {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57
  return -1
}

/**
 * Reads PDF objects, strictly: whatever two readers could take for different things is refused (duplicate keys, odd
 * numbers, unbalanced strings), because a signature must mean the same everywhere.
 */
export class PdfLexer {
  readonly bytes: Uint8Array
  /** No byte at or after it is read. */
  readonly end: number
  pos: number
  /** Values read so far; dictionaries and strings as several. */
  values = 0
  readonly #names: PdfNames

  constructor(bytes: Uint8Array, pos = 0, end: number = bytes.length, names: PdfNames = new Map()) {
    this.bytes = bytes
    this.#names = names
    this.pos = pos
    this.end = Math.min(end, bytes.length)
  }

  fail(fault: PdfFault = 'syntax'): never {
    throw new PdfFaultError(fault, this.pos)
  }

  peek(ahead = 0): number | undefined {
    const at = this.pos + ahead
    return at < this.end ? this.bytes[at] : undefined
  }

  skipSpace(): void {
    for (;;) {
      const byte = this.peek()
      if (isSpace(byte)) this.pos++
      else if (byte === 0x25) {
        while (this.pos < this.end && this.bytes[this.pos] !== 0x0a && this.bytes[this.pos] !== 0x0d) this.pos++
      } else return
    }
  }

  /** Whether this word stands here, not as part of a longer one; reads it then. */
  word(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.peek(i) !== text.charCodeAt(i)) return false
    if (isRegular(this.peek(text.length))) return false
    this.pos += text.length
    return true
  }

  /** An integer without sign, of at most 15 digits. */
  unsigned(): number {
    const start = this.pos
    let value = 0
    for (let byte = this.peek(); byte !== undefined && byte >= 0x30 && byte <= 0x39; byte = this.peek()) {
      value = value * 10 + byte - 0x30
      this.pos++
      if (this.pos - start > 15) this.fail()
    }
    if (this.pos === start || isRegular(this.peek())) this.fail()
    return value
  }

  /** Any object but a stream. */
  value(depth = 0): PdfValue {
    if (depth > maxDepth) this.fail('too-complex')
    this.#count(1)
    this.skipSpace()
    const byte = this.peek()
    if (byte === undefined) this.fail()
    if (byte === 0x2f) return this.#name()
    if (byte === 0x28 || byte === 0x3c) {
      this.#count(heavy)
      if (byte === 0x28) return this.#literal()
      return this.peek(1) === 0x3c ? this.#dict(depth) : this.#hex()
    }
    if (byte === 0x5b) return this.#array(depth)
    if ((byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e) return this.#number()
    if (this.word('true')) return true
    if (this.word('false')) return false
    if (this.word('null')) return null
    return this.fail()
  }

  /** A number, or a reference when two integers and `R` follow. */
  #number(): PdfValue {
    const start = this.pos
    let dots = 0
    let digits = 0
    if (this.peek() === 0x2b || this.peek() === 0x2d) this.pos++
    for (let byte = this.peek(); isRegular(byte); byte = this.peek()) {
      if (byte === 0x2e) dots++
      else if (byte! >= 0x30 && byte! <= 0x39) digits++
      else this.fail()
      this.pos++
      if (this.pos - start > 64) this.fail()
    }
    if (digits === 0 || dots > 1) this.fail()
    const number = Number(latin1Text(this.bytes, start, this.pos))
    if (dots > 0 || digits !== this.pos - start || digits > 10) return number
    const after = this.pos
    this.skipSpace()
    const second = this.pos
    let gen = 0
    while (this.pos - second < 6 && this.peek()! >= 0x30 && this.peek()! <= 0x39) {
      gen = gen * 10 + this.peek()! - 0x30
      this.pos++
    }
    if (this.pos > second && isSpace(this.peek())) {
      this.skipSpace()
      if (this.word('R')) return { type: 'ref', num: number, gen }
    }
    this.pos = after
    return number
  }

  #name(): PdfName {
    this.pos++
    let text = ''
    for (let byte = this.peek(); isRegular(byte); byte = this.peek()) {
      this.pos++
      if (byte !== 0x23) text += String.fromCharCode(byte!)
      else {
        const [high, low] = [hexDigit(this.peek()), hexDigit(this.peek(1))]
        if (high < 0 || low < 0 || high + low === 0) this.fail()
        text += String.fromCharCode(high * 16 + low)
        this.pos += 2
      }
      if (text.length > 1024) this.fail('too-complex')
    }
    const known = this.#names.get(text)
    if (known !== undefined) return known
    this.#count(heavy)
    const name = { type: 'name', value: text } as const
    this.#names.set(text, name)
    return name
  }

  #count(values: number): void {
    this.values += values
    if (this.values > maxValues) this.fail('too-complex')
  }

  #hex(): PdfString {
    const start = this.pos++
    const close = this.bytes.indexOf(0x3e, start)
    if (close < 0 || close >= this.end) this.fail()
    for (; this.pos < close; this.pos++) {
      const byte = this.bytes[this.pos]
      if (!isSpace(byte) && hexDigit(byte) < 0) this.fail()
    }
    this.pos++
    return new SourceString(this.bytes, true, start, this.pos)
  }

  /** A literal string, up to the bracket that closes it. */
  #literal(): PdfString {
    const start = this.pos++
    let open = 1
    for (; this.pos < this.end; this.pos++) {
      const byte = this.bytes[this.pos]
      if (byte === 0x5c) this.pos++
      else if (byte === 0x28) open++
      else if (byte === 0x29 && --open === 0) return new SourceString(this.bytes, false, start, ++this.pos)
    }
    return this.fail()
  }

  #array(depth: number): readonly PdfValue[] {
    this.pos++
    const items: PdfValue[] = []
    for (;;) {
      this.skipSpace()
      if (this.peek() === 0x5d) break
      items.push(this.value(depth + 1))
    }
    this.pos++
    // A copy has no room to grow.
    return items.slice()
  }

  #dict(depth: number): PdfDict {
    this.pos += 2
    const items: (string | PdfValue)[] = []
    const keys = new Set<string>()
    for (;;) {
      this.skipSpace()
      if (this.peek() === 0x3e && this.peek(1) === 0x3e) break
      if (this.peek() !== 0x2f) this.fail()
      const key = this.#name().value
      if (keys.has(key)) this.fail('duplicate-key')
      keys.add(key)
      items.push(key, this.value(depth + 1))
    }
    this.pos += 2
    if (keys.size <= fewEntries) return { type: 'dict', entries: new FewEntries(items.slice()) }
    const entries = new Map<string, PdfValue>()
    for (let i = 0; i < items.length; i += 2) entries.set(items[i] as string, items[i + 1] as PdfValue)
    return { type: 'dict', entries }
  }
}

export const isDict = (value: PdfValue | undefined): value is PdfDict | PdfStream =>
  typeof value === 'object' && value !== null && 'entries' in value && typeof value.entries !== 'function'
export const isRef = (value: PdfValue | undefined): value is PdfRef =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'ref'
export const isString = (value: PdfValue | undefined): value is PdfString =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'string'
export const isStream = (value: PdfValue | undefined): value is PdfStream =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'stream'
export const isArray = (value: PdfValue | undefined): value is readonly PdfValue[] => Array.isArray(value)
export const isInteger = (value: PdfValue | undefined): value is number => Number.isSafeInteger(value)

/** The text of a name, else `undefined`. */
export const nameOf = (value: PdfValue | undefined): string | undefined =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'name' ? value.value : undefined

/** Text of a text string, ISO 32000-2 7.9.2.2: UTF-16BE or UTF-8 with a mark, else as Latin-1. */
export function textOf(value: PdfValue | undefined): string | undefined {
  if (!isString(value)) return undefined
  const { bytes } = value
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes.subarray(2))
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return new TextDecoder().decode(bytes.subarray(3))
  return latin1Text(bytes)
}

/** Whether two objects are the same, references by their numbers, without the data of streams. */
export function sameValue(a: PdfValue | undefined, b: PdfValue | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || a === null || b === null) return (a ?? null) === (b ?? null)
  if (typeof a !== 'object' || typeof b !== 'object') return false
  if (isArray(a) || isArray(b)) {
    if (!isArray(a) || !isArray(b) || a.length !== b.length) return false
    return a.every((item, i) => sameValue(item, b[i]))
  }
  const [one, two] = [a as Exclude<typeof a, readonly PdfValue[]>, b as Exclude<typeof b, readonly PdfValue[]>]
  if (one.type === 'name') return two.type === 'name' && one.value === two.value
  if (one.type === 'ref') return two.type === 'ref' && one.num === two.num && one.gen === two.gen
  if (one.type === 'string') {
    return two.type === 'string' && Buffer.compare(one.bytes, two.bytes) === 0
  }
  if (two.type !== one.type) return false
  const keys = new Set([...one.entries.keys(), ...two.entries.keys()])
  return [...keys].every((key) => sameValue(one.entries.get(key), two.entries.get(key)))
}
