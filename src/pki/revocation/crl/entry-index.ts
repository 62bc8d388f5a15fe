import { randomBytes } from 'node:crypto'
import { DerReader, type EncodingFinding, validTime } from '../../../der/index.ts'
import { DecodeError } from '../../../errors.ts'
import type { Name } from '../../x509/name.ts'
import { type RawEntry, type RevokedEntry, readEntry } from './entry.ts'

/** Blocks of extensions remembered: lists use few, as a reason is one of ten. */
const maxBlocks = 16

/**
 * Recognises entries of the common form without decoding them: a short serial number, a UTCTime, and no extensions or
 * ones whose exact bytes were read before. A million of them take a fraction of the time of decoding. Other entries are
 * decoded by `readEntry`.
 */
export class EntryScan {
  readonly #bytes: Uint8Array
  readonly #end: number
  /** Where known blocks of extensions lie. */
  readonly #blocks: (readonly [start: number, end: number])[] = []

  constructor(bytes: Uint8Array, end: number) {
    this.#bytes = bytes
    this.#end = end
  }

  /** Offset after the entry at `at`, or 0 when it is not recognised. */
  after(at: number): number {
    const bytes = this.#bytes
    const entryEnd = at + 2 + bytes[at + 1]!
    // The shortest such entry: 30 len 02 01 serial 17 0D time.
    if (bytes[at] !== 0x30 || bytes[at + 1]! >= 0x80 || entryEnd > this.#end || entryEnd - at < 20) return 0
    const length = bytes[at + 3]!
    const time = at + 4 + length
    if (bytes[at + 2] !== 0x02 || length === 0 || time + 15 > entryEnd) return 0
    if (length > 1 && !isMinimal(bytes[at + 4]!, bytes[at + 5]!)) return 0
    if (bytes[time] !== 0x17 || bytes[time + 1] !== 13 || !validTime(bytes, time + 2, false)) return 0
    const rest = time + 15
    return rest === entryEnd || this.#isKnown(rest, entryEnd) ? entryEnd : 0
  }

  /** Remembers decoded extensions that are irrelevant to the index. */
  learn(start: number, end: number): void {
    if (end > start && this.#blocks.length < maxBlocks) this.#blocks.push([start, end])
  }

  #isKnown(start: number, end: number): boolean {
    const bytes = this.#bytes
    for (const [from, to] of this.#blocks) {
      if (to - from !== end - start) continue
      // Blocks differ at their end, where the reason is.
      let back = 1
      while (back <= to - from && bytes[to - back] === bytes[end - back]) back++
      if (back > to - from) return true
    }
    return false
  }
}

/** Whether a two's complement number of several bytes may begin with these. */
function isMinimal(first: number, second: number): boolean {
  return first === 0x00 ? second >= 0x80 : first !== 0xff || second < 0x80
}

/** The list to be indexed. */
interface EntrySource {
  readonly bytes: Uint8Array
  /** The content of revokedCertificates; an empty range when absent. */
  readonly start: number
  readonly end: number
  readonly extensible: boolean
  readonly indirect: boolean
  readonly issuer: Name
  /** Receives the findings about deviating entries. */
  readonly findings: EncodingFinding[]
}

/** Entries read before yielding to the event loop: a few milliseconds. */
const slice = 1024
const sliceBytes = 131_072
/** Secret, so that no list can be crafted whose entries all collide. */
const seed = randomBytes(4).readUInt32LE()
const keyOf = (name: Name): string => JSON.stringify(name.key)

/**
 * Finds an entry by serial number and certificate issuer: a hash table of offsets into the list, 7 to 15 bytes an
 * entry. The list itself stays as it is; an entry is decoded when it is found.
 */
export class EntryIndex {
  readonly #source: EntrySource
  readonly #table: Uint32Array
  readonly #marks: Uint8Array
  /** Number of each certificate issuer; 0 is the issuer of the list. */
  readonly #issuers: ReadonlyMap<string, number>
  /** Offsets at which the certificate issuer changes, ascending, with its number. */
  readonly #turns: readonly (readonly [offset: number, issuer: number])[]
  readonly count: number
  /** An unknown critical entry extension: by RFC 5280 5.3 the list must not be used. */
  readonly unknownCritical: string | undefined

  private constructor(
    source: EntrySource,
    issuers: ReadonlyMap<string, number>,
    turns: readonly (readonly [number, number])[],
    count: number,
    unknownCritical: string | undefined,
  ) {
    this.#source = source
    this.#issuers = issuers
    this.#turns = turns
    this.count = count
    this.unknownCritical = unknownCritical
    const slots = count === 0 ? 1 : 2 ** Math.ceil(Math.log2(count * 1.5 + 1))
    this.#table = new Uint32Array(slots)
    this.#marks = new Uint8Array(slots)
  }

  /** Reads every entry strictly, in slices. @throws DecodeError `ERR_DER`. */
  static *build(source: EntrySource): Generator<void, EntryIndex> {
    const { bytes, start, end, extensible, indirect, issuer, findings } = source
    const issuers = new Map([[keyOf(issuer), 0]])
    const turns: [number, number][] = []
    const scan = new EntryScan(bytes, end)
    let count = 0
    let unknownCritical: string | undefined
    let pausedAt = start
    for (let at = start; at < end; count++) {
      if (count % slice === 0 || at - pausedAt > sliceBytes) {
        pausedAt = at
        yield
      }
      const known = scan.after(at)
      if (known > 0) {
        at = known
        continue
      }
      const reader = new DerReader(bytes, at, end, findings)
      const entry = readEntry(reader, extensible)
      unknownCritical ??= entry.unknownCritical
      if (entry.certificateIssuer !== undefined) {
        if (!indirect) throw new DecodeError('ERR_DER', 'a certificate issuer in a list that is not indirect', at)
        const key = keyOf(entry.certificateIssuer)
        const number = issuers.get(key) ?? issuers.size
        issuers.set(key, number)
        turns.push([at, number])
      } else if (entry.unknownCritical === undefined) {
        scan.learn(entry.extensionsAt, reader.offset)
      }
      at = reader.offset
    }
    const index = new EntryIndex(source, issuers, turns, count, unknownCritical)
    yield* index.#fill()
    return index
  }

  *#fill(): Generator<void, void> {
    const { bytes, start, end, findings } = this.#source
    const noting = new DerReader(bytes, start, end, findings)
    let turn = 0
    let issuer = 0
    let done = 0
    let compared = 0
    for (let at = start; at < end; ) {
      for (; turn < this.#turns.length && this.#turns[turn]![0] <= at; turn++) issuer = this.#turns[turn]![1]
      const entry = at + headerLength(bytes, at)
      const from = entry + headerLength(bytes, entry)
      const hashed = hash(bytes, from, from + contentLength(bytes, entry), issuer)
      const slot = this.#slotOf(bytes, from, from + contentLength(bytes, entry), issuer, hashed)
      const other = this.#table[slot]!
      const after = entry + contentLength(bytes, at)
      if (other === 0) {
        this.#table[slot] = at
        this.#marks[slot] = markOf(hashed)
      } else {
        noting.note('duplicate-entry', at)
        if (outweighs(this.#entryAt(at), this.#entryAt(other))) this.#table[slot] = at
        compared += 256 + after - at
      }
      at = after
      if (++done % slice !== 0 && compared < sliceBytes) continue
      compared = 0
      yield
    }
  }

  /** The entry of a certificate. @param serial - content of the serial number INTEGER. */
  find(serial: Uint8Array, certificateIssuer: Name): RevokedEntry | undefined {
    const issuer = certificateIssuer.equals(this.#source.issuer) ? 0 : this.#issuers.get(keyOf(certificateIssuer))
    if (issuer === undefined || this.count === 0) return undefined
    const hashed = hash(serial, 0, serial.length, issuer)
    const at = this.#table[this.#slotOf(serial, 0, serial.length, issuer, hashed)]!
    if (at === 0) return undefined
    const { revocationDate, reason, invalidityDate } = this.#entryAt(at)
    return { revocationDate, reason, invalidityDate }
  }

  /** Reads an entry again: its findings are already recorded. */
  #entryAt(at: number): RawEntry {
    const { bytes, end, extensible } = this.#source
    return readEntry(new DerReader(bytes, at, end, []), extensible)
  }

  /** The slot that holds the entry of a serial number, or the free one for it. There always is a free one. */
  #slotOf(serial: Uint8Array, start: number, end: number, issuer: number, hashed: number): number {
    const mask = this.#table.length - 1
    const mark = markOf(hashed)
    let slot = hashed & mask
    for (; this.#table[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#marks[slot] !== mark) continue
      const at = this.#table[slot]!
      if (this.#sameSerial(at, serial, start, end) && this.#issuerAt(at) === issuer) break
    }
    return slot
  }

  #sameSerial(at: number, serial: Uint8Array, start: number, end: number): boolean {
    const { bytes } = this.#source
    const integer = at + headerLength(bytes, at)
    if (contentLength(bytes, integer) !== end - start) return false
    const from = integer + headerLength(bytes, integer)
    for (let i = 0; i < end - start; i++) if (bytes[from + i] !== serial[start + i]) return false
    return true
  }

  #issuerAt(at: number): number {
    let low = 0
    let high = this.#turns.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#turns[middle]![0] <= at) low = middle + 1
      else high = middle
    }
    return low === 0 ? 0 : this.#turns[low - 1]![1]
  }
}

/**
 * Which of two entries of one certificate takes precedence, whatever their order: a revocation before a release from a
 * delta, then the earlier one, then the one with a reason.
 */
function outweighs(a: RevokedEntry, b: RevokedEntry): boolean {
  const [releasesA, releasesB] = [a.reason === 'removeFromCRL', b.reason === 'removeFromCRL']
  if (releasesA !== releasesB) return releasesB
  const later = a.revocationDate.getTime() - b.revocationDate.getTime()
  if (later !== 0) return later < 0
  return (a.reason ?? '~') < (b.reason ?? '~')
}

/** Bytes of tag and length of an element that was checked before. */
function headerLength(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1]!
  return length < 0x80 ? 2 : 2 + (length & 0x7f)
}

/** Bytes of content of an element that was checked before. */
function contentLength(bytes: Uint8Array, at: number): number {
  let length = bytes[at + 1]!
  if (length < 0x80) return length
  const end = at + 2 + (length & 0x7f)
  length = 0
  for (let i = at + 2; i < end; i++) length = length * 256 + bytes[i]!
  return length
}

/** A 32-bit hash with a secret seed. */
function hash(bytes: Uint8Array, start: number, end: number, issuer: number): number {
  let h = seed ^ issuer
  for (let i = start; i < end; i++) {
    h = Math.imul(h ^ bytes[i]!, 0x9e3779b1)
    h = Math.imul(h ^ (h >>> 15), 0x85ebca77)
  }
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae3d)
  return (h ^ (h >>> 16)) >>> 0
}

/** The bits of a hash that choose no slot, so that most other entries are excluded without reading the list. */
const markOf = (hashed: number): number => hashed >>> 24
