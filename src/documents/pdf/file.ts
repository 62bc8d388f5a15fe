import { inflateSync } from 'node:zlib'
import {
  heavy,
  isArray,
  isDict,
  isInteger,
  isRef,
  isStream,
  nameOf,
  type PdfDict,
  type PdfFault,
  PdfFaultError,
  PdfLexer,
  type PdfNames,
  type PdfRef,
  type PdfStream,
  type PdfValue,
} from './objects.ts'

/** Bounds of what is read. What exceeds one is refused, never skipped. */
export interface PdfLimits {
  /** Bytes of the file. */
  readonly maxBytes: number
  /** Objects, entries of cross-references and values looked at, of all revisions together. */
  readonly maxSteps: number
  /** Values of all objects; a dictionary, a string and an entry of a cross-reference count as four of them. */
  readonly maxValues: number
  /** Bytes of decoded object and cross-reference streams, of all together. */
  readonly maxDecoded: number
  readonly maxRevisions: number
}

/** 256 MiB, 16 million steps, 4 million values, 64 MiB, 256 revisions. */
export const pdfLimits: PdfLimits = {
  maxBytes: 256 << 20,
  maxSteps: 16_000_000,
  maxValues: 4_000_000,
  maxDecoded: 64 << 20,
  maxRevisions: 256,
}

/** What remains of the limits while a file is read. */
export class PdfBudget {
  readonly limits: PdfLimits
  #steps: number
  #decoded: number
  #values: number
  constructor(limits: PdfLimits) {
    this.limits = limits
    this.#steps = limits.maxSteps
    this.#decoded = limits.maxDecoded
    this.#values = limits.maxValues
  }
  step(count = 1): void {
    this.#steps -= count
    if (this.#steps < 0) throw new PdfFaultError('too-complex')
  }
  values(count: number): void {
    this.#values -= count
    if (this.#values < 0) throw new PdfFaultError('too-complex')
  }
  decode(data: Uint8Array): Uint8Array {
    let out: Uint8Array
    try {
      out = inflateSync(data, { maxOutputLength: Math.max(1, this.#decoded) })
    } catch (error) {
      throw new PdfFaultError(
        (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-complex' : 'stream-damaged',
      )
    }
    this.#decoded -= out.length
    return out
  }
}

/** The revision that an entry or section is of. */
export interface PdfScope {
  /** No byte of it, or of an object it names, is at or after this one: the end of the revision. */
  limit: number
}

/** Where an object is. */
export type PdfEntry =
  | { readonly kind: 'free' }
  | {
      readonly kind: 'plain'
      readonly offset: number
      readonly gen: number
      readonly scope: PdfScope
    }
  | { readonly kind: 'packed'; readonly stream: number; readonly index: number }

/** All entries that are free. */
const free: PdfEntry = { kind: 'free' }

/** The cross-reference of one revision. */
export interface PdfEntries extends Iterable<readonly [number, PdfEntry]> {
  readonly size: number
  get(num: number): PdfEntry | undefined
  has(num: number): boolean
}

/** An entry, and those that it replaced. */
interface Version {
  readonly since: number
  readonly entry: PdfEntry
  readonly older: Version | undefined
}

/** The entries of a revision and of those before it. All revisions share one table: a copy for each would cost their product. */
class RevisionEntries implements PdfEntries {
  readonly #table: ReadonlyMap<number, Version>
  readonly #revision: number
  readonly size: number

  constructor(table: ReadonlyMap<number, Version>, revision: number) {
    this.#table = table
    this.#revision = revision
    this.size = table.size
  }

  get(num: number): PdfEntry | undefined {
    let at = this.#table.get(num)
    while (at !== undefined && at.since > this.#revision) at = at.older
    return at?.entry
  }

  has(num: number): boolean {
    return this.get(num) !== undefined
  }

  *[Symbol.iterator](): Generator<readonly [number, PdfEntry]> {
    for (const num of this.#table.keys()) {
      const entry = this.get(num)
      if (entry !== undefined) yield [num, entry]
    }
  }
}

/** One cross-reference section: a table with its trailer, or a stream. ISO 32000-2 7.5.4, 7.5.8. */
export interface PdfSection {
  readonly offset: number
  readonly kind: 'table' | 'stream' | 'hybrid'
  readonly trailer: ReadonlyMap<string, PdfValue>
  readonly entries: ReadonlyMap<number, PdfEntry>
  readonly scope: PdfScope
  /** The byte after it, or after the first byte of the last object it names. */
  readonly needs: number
}

/** The document as it was at the end of one revision. */
export interface PdfRevision {
  /** From 1. */
  readonly number: number
  /** Offset of its `startxref`'s section. */
  readonly startxref: number
  /** Byte after `%%EOF`, without and with the end of its line. */
  readonly endMin: number
  readonly end: number
  readonly linearised: boolean
  /** Sections of this revision: one, or two of a linearised file. Newest first. */
  readonly sections: readonly PdfSection[]
  readonly view: PdfView
}

/** An object at its place. */
interface Parsed {
  readonly num: number
  readonly gen: number
  readonly value: PdfValue
  /** Byte after the value; of a stream after the keyword. */
  readonly end: number
  /** Of a stream whose length is in it: the least limit its end was found below. */
  checked: number
}

const maxNumber = 8_388_607

/** The document of one revision: resolves objects. */
export class PdfView {
  readonly #file: PdfFile
  readonly entries: PdfEntries
  readonly trailer: ReadonlyMap<string, PdfValue>
  readonly #resolving = new Set<number>()

  constructor(file: PdfFile, entries: PdfEntries, trailer: ReadonlyMap<string, PdfValue>) {
    this.#file = file
    this.entries = entries
    this.trailer = trailer
  }

  get root(): PdfRef {
    const root = this.trailer.get('Root')
    if (!isRef(root)) throw new PdfFaultError('structure-damaged')
    return root
  }

  /** The catalog. @throws PdfFaultError `structure-damaged` */
  get catalog(): PdfDict {
    const catalog = this.object(this.root.num)
    if (!isDict(catalog) || isStream(catalog)) throw new PdfFaultError('structure-damaged')
    return catalog
  }

  /** The object of this number; null when it is free or not defined. What was read is kept by the file, for all revisions. */
  object(num: number): PdfValue {
    const entry = this.entries.get(num)
    if (entry === undefined || entry.kind === 'free') return null
    if (entry.kind === 'plain') {
      const known = this.#file.knownAt(entry.offset)
      const isRead = known?.num === num && known.gen === entry.gen && known.end <= entry.scope.limit
      if (isRead && (!isStream(known.value) || known.checked <= entry.scope.limit)) return known.value
    }
    if (this.#resolving.has(num) || this.#resolving.size > 32) throw new PdfFaultError('structure-damaged')
    this.#resolving.add(num)
    try {
      return entry.kind === 'packed' ? this.#packed(entry.stream, entry.index, num) : this.#plain(entry, num)
    } finally {
      this.#resolving.delete(num)
    }
  }

  #plain({ offset, gen, scope }: PdfEntry & { readonly kind: 'plain' }, num: number): PdfValue {
    const parsed = this.#file.objectAt(offset, scope.limit)
    if (parsed.num !== num || parsed.gen !== gen) throw new PdfFaultError('xref-damaged', offset)
    const { value } = parsed
    if (isStream(value) && parsed.checked > scope.limit) {
      this.dataOf(value, scope.limit)
      // A length elsewhere may be another one in another revision.
      if (!isRef(value.entries.get('Length'))) parsed.checked = scope.limit
    }
    return value
  }

  #packed(stream: number, index: number, num: number): PdfValue {
    const host = this.entries.get(stream)
    if (host?.kind !== 'plain') throw new PdfFaultError('xref-damaged')
    const value = this.object(stream)
    if (!isStream(value) || nameOf(value.entries.get('Type')) !== 'ObjStm') throw new PdfFaultError('xref-damaged')
    // With its length elsewhere, its objects could change without any of them being redefined.
    if (isRef(value.entries.get('Length'))) throw new PdfFaultError('structure-damaged')
    const objects = this.#file.packedAt(value, () => this.dataOf(value, host.scope.limit))
    const found = objects[index]
    if (found?.num !== num) throw new PdfFaultError('xref-damaged', host.offset)
    return found.value()
  }

  /** A value, or the object a reference is about. A reference to a reference is refused. */
  resolve(value: PdfValue | undefined): PdfValue {
    if (!isRef(value)) return value ?? null
    const entry = this.entries.get(value.num)
    const gen = entry?.kind === 'plain' ? entry.gen : 0
    if (value.gen !== gen) return null
    const found = this.object(value.num)
    if (isRef(found)) throw new PdfFaultError('structure-damaged')
    return found
  }

  /** Bytes of a stream as they are in the file. Its end must be where its length is. */
  dataOf(stream: PdfStream, limit: number = this.#file.bytes.length): Uint8Array {
    const length = this.resolve(stream.entries.get('Length'))
    if (!isInteger(length) || length < 0) throw new PdfFaultError('stream-damaged', stream.dataStart)
    const end = stream.dataStart + length
    if (end > limit) throw new PdfFaultError('stream-damaged', stream.dataStart)
    const lexer = new PdfLexer(this.#file.bytes, end, limit)
    if (lexer.peek() === 0x0d) lexer.pos++
    if (lexer.peek() === 0x0a) lexer.pos++
    if (!lexer.word('endstream')) throw new PdfFaultError('stream-damaged', end)
    lexer.skipSpace()
    if (!lexer.word('endobj')) throw new PdfFaultError('object-damaged', end)
    return this.#file.bytes.subarray(stream.dataStart, end)
  }

  /** What distinguishes two places of an object. */
  placeOf(num: number): string {
    const entry = this.entries.get(num)
    if (entry === undefined || entry.kind === 'free') return ''
    if (entry.kind === 'plain') return `${entry.offset}/${entry.gen}`
    return `${this.placeOf(entry.stream)}:${entry.index}`
  }
}

/** A PDF file: its revisions, oldest first, and what is wrong with it. */
export class PdfFile {
  readonly bytes: Uint8Array
  readonly budget: PdfBudget
  readonly revisions: readonly PdfRevision[]
  /** Ends of revisions that a later one does not build on. */
  readonly bypassed: readonly number[]
  readonly #objects = new Map<number, Parsed>()
  readonly #names: PdfNames = new Map()
  readonly #packs = new Map<number, readonly { readonly num: number; readonly value: () => PdfValue }[]>()

  /** @throws PdfFaultError when its structure cannot be read without guessing. */
  constructor(bytes: Uint8Array, limits: PdfLimits = pdfLimits) {
    if (bytes.length > limits.maxBytes) throw new PdfFaultError('too-large')
    this.bytes = bytes
    this.budget = new PdfBudget(limits)
    if (!/^%PDF-[12]\.\d[\r\n\s]/.test(Buffer.from(bytes.subarray(0, 10)).toString('latin1')))
      throw new PdfFaultError('not-a-pdf', 0)
    const ends = endsOf(bytes, limits.maxRevisions)
    const last = ends[ends.length - 1]
    if (last === undefined) throw new PdfFaultError('xref-damaged')
    const chain = this.#chain(last.startxref, bytes.length)
    this.bypassed = []
    const revisions: PdfRevision[] = []
    let done = chain.length
    const table = new Map<number, Version>()
    for (const { startxref, endMin, end } of ends) {
      const at = chain.findIndex(({ offset }) => offset === startxref)
      if (at < 0) {
        // The first part of a linearised file ends with startxref 0.
        if (startxref !== 0) (this.bypassed as number[]).push(end)
        continue
      }
      if (at > done) throw new PdfFaultError('xref-damaged', end)
      if (at === done) continue
      // Bounded by the revision: nothing of a revision may be outside of it.
      const sections = chain.slice(at, done)
      for (const { scope, needs, offset } of sections) {
        if (needs > endMin) throw new PdfFaultError('xref-damaged', offset)
        scope.limit = endMin
      }
      const since = revisions.length + 1
      for (const section of [...sections].reverse()) {
        for (const [num, entry] of section.entries) {
          const older = table.get(num)
          table.set(num, { since, entry, older: older?.since === since ? older.older : older })
        }
      }
      const view = new PdfView(this, new RevisionEntries(table, since), sections[0]!.trailer)
      const linearised = revisions.length === 0 && isLinearised(this, chain)
      revisions.push({ number: revisions.length + 1, startxref, endMin, end, linearised, sections, view })
      done = at
    }
    if (done !== 0) throw new PdfFaultError('xref-damaged')
    this.revisions = revisions
  }

  get last(): PdfRevision {
    return this.revisions[this.revisions.length - 1]!
  }

  #requireInside(offset: number, end: number): void {
    if (offset >= end) throw new PdfFaultError('xref-damaged', offset)
  }

  /** Sections from this one to the oldest, as a reader of the first `limit` bytes finds them. */
  #chain(startxref: number, limit: number): readonly PdfSection[] {
    const chain: PdfSection[] = []
    for (let offset: number | undefined = startxref; offset !== undefined; ) {
      if (chain.some((one) => one.offset === offset)) throw new PdfFaultError('xref-damaged', offset)
      if (chain.length > 2 * this.budget.limits.maxRevisions) throw new PdfFaultError('too-complex', offset)
      const section = this.#section(offset, limit)
      chain.push(section)
      const prev = section.trailer.get('Prev')
      if (prev !== undefined && (!isInteger(prev) || prev < 0)) throw new PdfFaultError('xref-damaged', offset)
      offset = prev
    }
    return chain
  }

  #section(offset: number, limit: number): PdfSection {
    this.#requireInside(offset, limit)
    const lexer = new PdfLexer(this.bytes, offset, limit)
    lexer.skipSpace()
    const first = lexer.peek()
    if (first !== undefined && first >= 0x30 && first <= 0x39) return this.#streamSection(offset, limit)
    if (!lexer.word('xref')) lexer.fail('xref-damaged')
    const entries = new Map<number, PdfEntry>()
    const scope: PdfScope = { limit }
    let needs = 0
    for (;;) {
      lexer.skipSpace()
      if (lexer.word('trailer')) break
      const from = lexer.unsigned()
      lexer.skipSpace()
      needs = Math.max(needs, this.#table(lexer, from, lexer.unsigned(), scope, entries))
    }
    const trailer = lexer.value()
    if (!isDict(trailer)) throw new PdfFaultError('xref-damaged', offset)
    needs = Math.max(needs, lexer.pos)
    const hidden = trailer.entries.get('XRefStm')
    if (hidden === undefined) return { offset, kind: 'table', trailer: trailer.entries, entries, scope, needs }
    // A hybrid file, ISO 32000-2 7.5.8.4: what the table has as free may be in the stream.
    if (!isInteger(hidden)) throw new PdfFaultError('xref-damaged', offset)
    const more = this.#streamSection(hidden, limit, scope)
    for (const [num, entry] of more.entries) {
      const known = entries.get(num)
      // The same object at two places is one or the other, by the reader.
      if (known !== undefined && known.kind !== 'free') throw new PdfFaultError('xref-damaged', hidden)
      entries.set(num, entry)
    }
    needs = Math.max(needs, more.needs)
    return { offset, kind: 'hybrid', trailer: trailer.entries, entries, scope, needs }
  }

  /** Entries of exactly 20 bytes, ISO 32000-2 7.5.4. */
  #table(lexer: PdfLexer, first: number, count: number, scope: PdfScope, entries: Map<number, PdfEntry>): number {
    if (first + count > maxNumber) throw new PdfFaultError('xref-damaged', lexer.pos)
    while (lexer.peek() === 0x20) lexer.pos++
    if (lexer.peek() === 0x0d) lexer.pos++
    if (lexer.peek() === 0x0a) lexer.pos++
    if (lexer.pos + 20 * count > lexer.end) throw new PdfFaultError('xref-damaged', lexer.pos)
    this.budget.step(count)
    this.budget.values(heavy * count)
    let needs = 0
    for (let num = first; num < first + count; num++) {
      const offset = digitsAt(lexer.bytes, lexer.pos, 10)
      const gen = digitsAt(lexer.bytes, lexer.pos + 11, 5)
      const [space, kind, second, end] = [10, 17, 18, 19].map((at) => lexer.bytes[lexer.pos + at])
      const isEnd = second === 0x20 ? end === 0x0d || end === 0x0a : second === 0x0d && end === 0x0a
      const isRow = space === 0x20 && lexer.bytes[lexer.pos + 16] === 0x20 && (kind === 0x6e || kind === 0x66) && isEnd
      if (!isRow || offset < 0 || gen < 0 || entries.has(num)) throw new PdfFaultError('xref-damaged', lexer.pos)
      // Some writers have the entries of unused numbers as in use at byte 0.
      const isFree = kind === 0x66 || offset === 0
      if (!isFree) needs = Math.max(needs, offset + 1)
      entries.set(num, isFree ? free : { kind: 'plain', offset, gen, scope })
      lexer.pos += 20
    }
    return needs
  }

  #streamSection(offset: number, limit: number, scope: PdfScope = { limit }): PdfSection {
    const { value } = this.objectAt(offset, limit)
    const wrong = (): never => {
      throw new PdfFaultError('xref-damaged', offset)
    }
    if (!isStream(value) || nameOf(value.entries.get('Type')) !== 'XRef') return wrong()
    // Without a view there is no reference: ISO 32000-2 7.5.8.2 has the length directly.
    const none = new PdfView(this, new Map(), new Map())
    const raw = none.dataOf(value, limit)
    const data = this.decoded(value, raw)
    let needs = value.dataStart + raw.length
    const widths = value.entries.get('W')
    const size = value.entries.get('Size')
    if (!isArray(widths) || widths.length !== 3 || !isInteger(size)) return wrong()
    const [a, b, c] = widths as readonly number[]
    if (!widths.every((width) => isInteger(width) && width >= 0 && width <= 6)) return wrong()
    const index = value.entries.get('Index') ?? [0, size]
    if (!isArray(index) || index.length % 2 !== 0 || !index.every((one) => isInteger(one) && one >= 0)) return wrong()
    const entries = new Map<number, PdfEntry>()
    let at = 0
    const field = (width: number): number => {
      let number = 0
      for (let i = 0; i < width; i++) number = number * 256 + data[at++]!
      return number
    }
    for (let i = 0; i < index.length; i += 2) {
      const [first, count] = [index[i] as number, index[i + 1] as number]
      if (first + count > maxNumber || at + count * (a! + b! + c!) > data.length || a! + b! + c! === 0) return wrong()
      this.budget.step(count)
      this.budget.values(heavy * count)
      for (let num = first; num < first + count; num++) {
        const type = a === 0 ? 1 : field(a!)
        const [second, third] = [field(b!), field(c!)]
        if (entries.has(num)) return wrong()
        if (type === 1) needs = Math.max(needs, second + 1)
        if (type === 0) entries.set(num, free)
        else if (type === 1) entries.set(num, { kind: 'plain', offset: second, gen: third, scope })
        else if (type === 2) entries.set(num, { kind: 'packed', stream: second, index: third })
        else return wrong()
      }
    }
    if (at !== data.length) return wrong()
    return { offset, kind: 'stream', trailer: value.entries, entries, scope, needs }
  }

  /** What was read at this byte before. */
  knownAt(offset: number): Parsed | undefined {
    return this.#objects.get(offset)
  }

  /** The object that begins at this byte, white space before it aside. */
  objectAt(offset: number, limit: number): Parsed {
    const known = this.#objects.get(offset)
    if (known !== undefined && known.end <= limit) return known
    this.budget.step()
    const lexer = new PdfLexer(this.bytes, offset, limit, this.#names)
    lexer.skipSpace()
    const num = lexer.unsigned()
    lexer.skipSpace()
    const gen = lexer.unsigned()
    lexer.skipSpace()
    if (!lexer.word('obj')) lexer.fail('object-damaged')
    let value = lexer.value()
    this.budget.values(lexer.values)
    lexer.skipSpace()
    if (lexer.word('stream')) {
      if (!isDict(value)) throw new PdfFaultError('object-damaged', lexer.pos)
      if (lexer.peek() === 0x0d && lexer.peek(1) === 0x0a) lexer.pos += 2
      else if (lexer.peek() === 0x0a) lexer.pos++
      else lexer.fail('stream-damaged')
      value = { type: 'stream', entries: value.entries, dataStart: lexer.pos }
    } else if (!lexer.word('endobj')) lexer.fail('object-damaged')
    const parsed: Parsed = { num, gen, value, end: lexer.pos, checked: Number.POSITIVE_INFINITY }
    this.#objects.set(offset, parsed)
    return parsed
  }

  /** Objects of an object stream, ISO 32000-2 7.5.7. */
  packedAt(
    stream: PdfStream,
    data: () => Uint8Array,
  ): readonly { readonly num: number; readonly value: () => PdfValue }[] {
    const known = this.#packs.get(stream.dataStart)
    if (known !== undefined) return known
    const content = this.decoded(stream, data())
    const [count, first] = [stream.entries.get('N'), stream.entries.get('First')]
    if (!isInteger(count) || !isInteger(first) || count < 0 || count > content.length || first > content.length)
      throw new PdfFaultError('stream-damaged', stream.dataStart)
    this.budget.step(count)
    this.budget.values(heavy * count)
    const head = new PdfLexer(content, 0, first)
    const pairs: { num: number; at: number }[] = []
    for (let i = 0; i < count; i++) {
      head.skipSpace()
      const num = head.unsigned()
      head.skipSpace()
      pairs.push({ num, at: first + head.unsigned() })
    }
    const objects = pairs.map(({ num, at }, i) => {
      const end = pairs[i + 1]?.at ?? content.length
      if (end < at) throw new PdfFaultError('stream-damaged', stream.dataStart)
      let value: PdfValue | undefined
      return {
        num,
        value: () => {
          if (value !== undefined) return value
          const lexer = new PdfLexer(content, at, end, this.#names)
          const read = lexer.value()
          this.budget.values(lexer.values)
          lexer.skipSpace()
          if (lexer.pos < lexer.end || isRef(read)) throw new PdfFaultError('object-damaged', stream.dataStart)
          value = read
          return read
        },
      }
    })
    this.#packs.set(stream.dataStart, objects)
    return objects
  }

  /** Data of an object or cross-reference stream: Flate or none, with predictors. */
  decoded(stream: PdfStream, data: Uint8Array): Uint8Array {
    const only = (value: PdfValue | undefined): PdfValue | undefined =>
      isArray(value) && value.length === 1 ? value[0] : isArray(value) && value.length === 0 ? undefined : value
    const filter = only(stream.entries.get('Filter'))
    if (filter === undefined || filter === null) return data
    if (nameOf(filter) !== 'FlateDecode') throw new PdfFaultError('filter-unsupported', stream.dataStart)
    const out = this.budget.decode(data)
    const parameters = only(stream.entries.get('DecodeParms')) ?? null
    if (parameters === null) return out
    if (!isDict(parameters)) throw new PdfFaultError('filter-unsupported', stream.dataStart)
    const of = (name: string, otherwise: number): number => {
      const value = parameters.entries.get(name) ?? otherwise
      return isInteger(value) ? value : Number.NaN
    }
    const predictor = of('Predictor', 1)
    if (predictor === 1) return out
    const columns = of('Columns', 1)
    if (!(predictor >= 10 && predictor <= 15) || of('Colors', 1) !== 1 || of('BitsPerComponent', 8) !== 8)
      throw new PdfFaultError('filter-unsupported', stream.dataStart)
    if (!(columns >= 1 && columns <= 65_536) || out.length % (columns + 1) !== 0)
      throw new PdfFaultError('stream-damaged', stream.dataStart)
    return unpredicted(out, columns)
  }
}

/** A number of so many digits; -1 when it is none. */
function digitsAt(bytes: Uint8Array, at: number, count: number): number {
  let number = 0
  for (let i = at; i < at + count; i++) {
    const digit = bytes[i]! - 0x30
    if (!(digit >= 0 && digit <= 9)) return -1
    number = number * 10 + digit
  }
  return number
}

/** PNG predictors with one byte a pixel, W3C PNG 9.2. */
function unpredicted(data: Uint8Array, columns: number): Uint8Array {
  const rows = data.length / (columns + 1)
  const out = new Uint8Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const kind = data[row * (columns + 1)]!
    for (let x = 0; x < columns; x++) {
      const at = row * columns + x
      const left = x > 0 ? out[at - 1]! : 0
      const up = row > 0 ? out[at - columns]! : 0
      const corner = x > 0 && row > 0 ? out[at - columns - 1]! : 0
      let guess: number
      if (kind === 0) guess = 0
      else if (kind === 1) guess = left
      else if (kind === 2) guess = up
      else if (kind === 3) guess = (left + up) >> 1
      else if (kind === 4) guess = paeth(left, up, corner)
      else throw new PdfFaultError('stream-damaged')
      out[at] = data[row * (columns + 1) + 1 + x]! + guess
    }
  }
  return out
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  if (a <= b && a <= c) return left
  return b <= c ? up : corner
}

/** Every `startxref N %%EOF`, in the order of the file. */
function endsOf(
  bytes: Uint8Array,
  maxRevisions: number,
): readonly { startxref: number; endMin: number; end: number }[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const ends: { startxref: number; endMin: number; end: number }[] = []
  for (let at = buffer.indexOf('%%EOF'); at >= 0; at = buffer.indexOf('%%EOF', at + 5)) {
    const before = buffer.toString('latin1', Math.max(0, at - 64), at)
    const found = /(?:^|[\s>])startxref\s{1,4}(\d{1,15})\s{0,4}$/.exec(before)
    if (found === null) continue
    if (ends.length > 2 * maxRevisions) throw new PdfFaultError('too-complex', at)
    const endMin = at + 5
    let end = endMin
    if (buffer[end] === 0x0d) end++
    if (buffer[end] === 0x0a) end++
    ends.push({ startxref: Number(found[1]), endMin, end })
  }
  return ends
}

function isLinearised(file: PdfFile, chain: readonly PdfSection[]): boolean {
  if (chain.length < 2) return false
  const lexer = new PdfLexer(file.bytes, 0, 1024)
  try {
    lexer.skipSpace()
    const value: PdfValue | undefined = file.objectAt(lexer.pos, file.bytes.length).value
    return isDict(value) ? value.entries.has('Linearized') : false
  } catch {
    return false
  }
}

/** The file, or why it is not read. */
export function readPdf(
  bytes: Uint8Array,
  limits: PdfLimits = pdfLimits,
): { readonly file: PdfFile } | { readonly fault: PdfFault; readonly offset: number | undefined } {
  try {
    return { file: new PdfFile(bytes, limits) }
  } catch (error) {
    if (error instanceof PdfFaultError) return { fault: error.fault, offset: error.offset }
    throw error
  }
}
