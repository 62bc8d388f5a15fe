import { randomBytes } from 'node:crypto'
import { DecodeError } from '../../errors.ts'
import { DerReader, readInteger, tags } from '../../x509/der.ts'
import type { Name } from '../../x509/name.ts'
import { type RevokedEntry, readEntry } from './entry.ts'

/** What the index is made over. */
export interface EntrySource {
  readonly bytes: Uint8Array
  /** The content of revokedCertificates; an empty range when there is none. */
  readonly start: number
  readonly end: number
  readonly extensible: boolean
  readonly indirect: boolean
  readonly issuer: Name
}

/** Entries read between two chances for others to run: a few milliseconds. */
const slice = 1024
const sliceBytes = 131_072
/** Not known outside, so that no list can be made whose entries all fall together. */
const seed = randomBytes(4).readUInt32LE()
const keyOf = (name: Name): string => JSON.stringify(name.key)

/**
 * Finds an entry by serial number and certificate issuer: a hash table of offsets into the list, 6 to 12 bytes an entry.
 * The list itself stays as it is; an entry is decoded when it is found.
 */
export class EntryIndex {
  readonly #source: EntrySource
  readonly #table: Uint32Array
  /** Number of each certificate issuer; 0 is the issuer of the list. */
  readonly #issuers: ReadonlyMap<string, number>
  /** Offsets from which on entries are of another issuer, ascending, and its number. */
  readonly #turns: readonly (readonly [offset: number, issuer: number])[]
  readonly count: number
  /** A critical entry extension not known here: RFC 5280 5.3 forbids to use the list at all. */
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
    this.#table = new Uint32Array(count === 0 ? 1 : 2 ** Math.ceil(Math.log2(count * 1.5 + 1)))
  }

  /** Reads every entry strictly, in slices. @throws DecodeError `ERR_DER`. */
  static *build(source: EntrySource): Generator<void, EntryIndex> {
    const { bytes, start, end, extensible, indirect, issuer } = source
    const issuers = new Map([[keyOf(issuer), 0]])
    const turns: [number, number][] = []
    let count = 0
    let unknownCritical: string | undefined
    let pausedAt = start
    const reader = new DerReader(bytes, start, end)
    while (reader.more) {
      const at = reader.offset
      const entry = readEntry(reader, extensible)
      unknownCritical ??= entry.unknownCritical
      if (entry.certificateIssuer !== undefined) {
        if (!indirect) throw new DecodeError('ERR_DER', 'a certificate issuer in a list that is not indirect', at)
        const key = keyOf(entry.certificateIssuer)
        const number = issuers.get(key) ?? issuers.size
        issuers.set(key, number)
        turns.push([at, number])
      }
      count++
      if (count % slice === 0 || reader.offset - pausedAt > sliceBytes) {
        pausedAt = reader.offset
        yield
      }
    }
    const index = new EntryIndex(source, issuers, turns, count, unknownCritical)
    yield* index.#fill()
    return index
  }

  *#fill(): Generator<void, void> {
    const { bytes, start, end } = this.#source
    let turn = 0
    let issuer = 0
    let done = 0
    for (const reader = new DerReader(bytes, start, end); reader.more; ) {
      const element = reader.read(tags.sequence)
      const at = element.start
      for (; turn < this.#turns.length && this.#turns[turn]![0] <= at; turn++) issuer = this.#turns[turn]![1]
      const serial = readInteger(reader.into(element))
      const slot = this.#slotOf(serial, issuer)
      if (this.#table[slot] !== 0) throw new DecodeError('ERR_DER', 'a certificate stands in the list twice', at)
      this.#table[slot] = at
      if (++done % slice === 0) yield
    }
  }

  /** The entry of a certificate. @param serial - content of the serial number INTEGER. */
  find(serial: Uint8Array, certificateIssuer: Name): RevokedEntry | undefined {
    const issuer = certificateIssuer.equals(this.#source.issuer) ? 0 : this.#issuers.get(keyOf(certificateIssuer))
    if (issuer === undefined || this.count === 0) return undefined
    const at = this.#table[this.#slotOf(serial, issuer)]!
    if (at === 0) return undefined
    const { bytes, end, extensible } = this.#source
    const { revocationDate, reason, invalidityDate } = readEntry(new DerReader(bytes, at, end), extensible)
    return { revocationDate, reason, invalidityDate }
  }

  /** The slot that holds the entry, or the free one where it would stand. The table always has a free one. */
  #slotOf(serial: Uint8Array, issuer: number): number {
    const mask = this.#table.length - 1
    let slot = hash(serial, issuer) & mask
    for (; this.#table[slot] !== 0; slot = (slot + 1) & mask) {
      const at = this.#table[slot]!
      if (this.#sameSerial(at, serial) && this.#issuerAt(at) === issuer) break
    }
    return slot
  }

  #sameSerial(at: number, serial: Uint8Array): boolean {
    const { bytes } = this.#source
    const integer = at + headerLength(bytes, at)
    const from = integer + headerLength(bytes, integer)
    const { length } = serial
    // The length is compared first: its last byte stands before the content, others only in a serial over 127 bytes.
    if (bytes[from - 1] !== (length & 0xff) || from - integer !== headerOf(length)) return false
    if (length > 0xff && bytes[from - 2] !== length >> 8) return false
    for (let i = 0; i < length; i++) if (bytes[from + i] !== serial[i]) return false
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

/** Bytes of tag and length of an element that was checked before. */
function headerLength(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1]!
  return length < 0x80 ? 2 : 2 + (length & 0x7f)
}

/** Bytes of tag and length before a content of that length; entries are below 64 KiB. */
function headerOf(length: number): number {
  return length < 0x80 ? 2 : length < 0x100 ? 3 : 4
}

/** A well mixed 32-bit hash with a secret start. */
function hash(serial: Uint8Array, issuer: number): number {
  let h = seed ^ issuer
  for (let i = 0; i < serial.length; i++) {
    h = Math.imul(h ^ serial[i]!, 0x9e3779b1)
    h = Math.imul(h ^ (h >>> 15), 0x85ebca77)
  }
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae3d)
  return (h ^ (h >>> 16)) >>> 0
}
