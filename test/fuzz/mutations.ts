import fc from 'fast-check'

/** One change of some bytes; the second input is another of the corpus, to take parts of. */
type Mutation = (bytes: Buffer, other: Buffer) => Buffer

/** Where elements begin, content begins and elements end, as far as the bytes are DER. */
function elements(bytes: Buffer): readonly (readonly [start: number, inner: number, end: number])[] {
  const found: [number, number, number][] = []
  const walk = (from: number, to: number, depth: number): void => {
    for (let at = from; at + 2 <= to && found.length < 2000; ) {
      const [tag, first] = [bytes[at]!, bytes[at + 1]!]
      const count = first < 0x80 ? 0 : first & 0x7f
      if (count > 3 || at + 2 + count > to) return
      const inner = at + 2 + count
      const end = inner + (count === 0 ? first : bytes.readUIntBE(at + 2, count))
      if (end > to) return
      found.push([at, inner, end])
      const wraps = (tag & 0x20) !== 0 || tag === 0x04 || tag === 0x03
      if (wraps && depth < 20) walk(tag === 0x03 ? inner + 1 : inner, end, depth + 1)
      at = end
    }
  }
  walk(0, bytes.length, 0)
  return found
}

/** Replaces a range and mends the lengths of all elements around it, so that the change is not seen by its length. */
function replaced(bytes: Buffer, from: number, to: number, by: Buffer): Buffer {
  let result = Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)])
  let grown = by.length - (to - from)
  const around = elements(bytes).filter(([start, inner, end]) => inner <= from && to <= end && start < from)
  for (const [start, inner, end] of around.reverse()) {
    const length = end - inner + grown
    const size =
      length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, (length >> 8) & 0xff, length & 0xff]
    result = Buffer.concat([result.subarray(0, start + 1), Buffer.from(size), result.subarray(inner)])
    grown += 1 + size.length - (inner - start)
  }
  return result
}

const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % list.length]

/** Every kind of change, for two numbers that say where and what. */
const kinds: readonly ((where: number, what: number) => Mutation)[] = [
  // A bit.
  (where, what) => (bytes) =>
    Buffer.from(bytes.map((byte, i) => (i === where % bytes.length ? byte ^ (1 << (what & 7)) : byte))),
  // A byte.
  (where, what) => (bytes) => Buffer.from(bytes.map((byte, i) => (i === where % bytes.length ? what & 0xff : byte))),
  // A length byte, with nothing else mended.
  (where, what) => (bytes) => {
    const [start] = pick(elements(bytes), where) ?? [0]
    return Buffer.from(bytes.map((byte, i) => (i === start + 1 ? what & 0xff : byte)))
  },
  // A huge length claimed.
  (where, what) => (bytes) => {
    const [start, inner] = pick(elements(bytes), where) ?? [0, 1]
    const claims = ['84ffffffff', '847fffffff', '83ffffff', '80', '8800000000ffffffff', 'ff', '8400000001']
    return Buffer.concat([bytes.subarray(0, start + 1), Buffer.from(pick(claims, what)!, 'hex'), bytes.subarray(inner)])
  },
  // Cut off.
  (where) => (bytes) => bytes.subarray(0, where % (bytes.length + 1)),
  // An element left out.
  (where) => (bytes) => {
    const [start, , end] = pick(elements(bytes), where) ?? [0, 0, 0]
    return replaced(bytes, start, end, Buffer.alloc(0))
  },
  // An element several times.
  (where, what) => (bytes) => {
    const [start, , end] = pick(elements(bytes), where) ?? [0, 0, 0]
    return replaced(bytes, start, start, Buffer.alloc((end - start) * (1 + (what % 8)), bytes.subarray(start, end)))
  },
  // An element of another input in place of one.
  (where, what) => (bytes, other) => {
    const [start, , end] = pick(elements(bytes), where) ?? [0, 0, 0]
    const [from, , to] = pick(elements(other), what) ?? [0, 0, 0]
    return replaced(bytes, start, end, other.subarray(from, to))
  },
  // The beginning of one and the end of another.
  (where, what) => (bytes, other) =>
    Buffer.concat([bytes.subarray(0, where % bytes.length), other.subarray(what % Math.max(1, other.length))]),
  // Nested deep.
  (where, what) => (bytes) => {
    const [start, , end] = pick(elements(bytes), where) ?? [0, 0, 0]
    let nested = Buffer.from([0x05, 0x00])
    const depth = 1 + (what % 300)
    for (let i = 0; i < depth; i++) {
      const { length } = nested
      const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
      nested = Buffer.concat([Buffer.from([what & 1 ? 0x30 : 0xa0, ...size]), nested])
    }
    return replaced(bytes, start, end, nested)
  },
  // Many tiny elements for one.
  (where, what) => (bytes) => {
    const [, inner, end] = pick(elements(bytes), where) ?? [0, 0, 0]
    const units = ['0500', '8200', '8700', '3000', '06012a', '020101', '0c00', '30030601 2a'.replace(' ', '')]
    const unit = Buffer.from(pick(units, what)!, 'hex')
    return replaced(bytes, inner, end, Buffer.alloc(unit.length * (1 + (what % 5000)), unit))
  },
  // Another tag.
  (where, what) => (bytes) => {
    const [start] = pick(elements(bytes), where) ?? [0]
    return Buffer.from(bytes.map((byte, i) => (i === start ? what & 0xff : byte)))
  },
]

/** Inputs of a corpus with up to four changes, and now and then any bytes at all. */
export function mutated(corpus: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return changedBy(corpus, kinds)
}

function changedBy(
  corpus: readonly Buffer[],
  by: readonly ((where: number, what: number) => Mutation)[],
): fc.Arbitrary<Buffer> {
  const numbers = fc.tuple(fc.nat(0xffff_ff), fc.nat(0xffff_ff))
  const change = fc.tuple(fc.nat(by.length - 1), numbers).map(([kind, [where, what]]) => by[kind]!(where, what))
  const good = fc.constantFrom(...corpus)
  const changed = fc
    .tuple(good, good, fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([bytes, other, changes]) => changes.reduce((now, one) => (now.length === 0 ? now : one(now, other)), bytes))
  const bytes = fc.uint8Array({ maxLength: 400 }).map((any) => Buffer.from(any))
  return fc.oneof({ weight: 9, arbitrary: changed }, { weight: 1, arbitrary: bytes })
}

/** Changes of texts: pieces left out, moved, doubled or taken of another one, and words put in. */
const textKinds = (words: readonly string[]): readonly ((where: number, what: number) => Mutation)[] => [
  (where, what) => (bytes) =>
    Buffer.from(bytes.map((byte, i) => (i === where % bytes.length ? byte ^ (1 << (what & 7)) : byte))),
  (where, what) => (bytes) => spliced(bytes, where, what % 64, Buffer.alloc(0)),
  (where, what) => (bytes) => spliced(bytes, where, 0, piece(bytes, what)),
  (where, what) => (bytes, other) => spliced(bytes, where, what % 64, piece(other, what)),
  (where, what) => (bytes) => spliced(bytes, where, 0, Buffer.from(pick(words, what)!, 'latin1')),
  (where, what) => (bytes) => {
    // In place of the next word, so that a structure stays one.
    const from = where % bytes.length
    const text = bytes.toString('latin1', from, from + 200)
    const [word = ''] = /[A-Za-z0-9]+/.exec(text) ?? []
    const at = from + text.indexOf(word)
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from(pick(words, what)!, 'latin1'),
      bytes.subarray(at + word.length),
    ])
  },
  (where, what) => (bytes) => {
    // A digit, as of an offset or a length.
    const from = where % bytes.length
    const found = bytes.subarray(from).findIndex((byte) => byte >= 0x30 && byte <= 0x39)
    return found < 0 ? bytes : Buffer.from(bytes.map((byte, i) => (i === from + found ? 0x30 + (what % 10) : byte)))
  },
  (where) => (bytes) => bytes.subarray(0, where % (bytes.length + 1)),
  (where, what) => (bytes, other) =>
    Buffer.concat([bytes.subarray(0, where % bytes.length), other.subarray(what % Math.max(1, other.length))]),
  (where, what) => (bytes) => spliced(bytes, where, 0, Buffer.alloc(what % 20_000, pick(words, what)!, 'latin1')),
]

const piece = (bytes: Buffer, what: number): Buffer => {
  const from = (what >> 4) % bytes.length
  return bytes.subarray(from, from + (what % 400))
}

const spliced = (bytes: Buffer, where: number, length: number, by: Uint8Array): Buffer => {
  const at = where % (bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + length)])
}

/** As {@link mutated}, for texts. */
export function mutatedText(corpus: readonly Buffer[], words: readonly string[]): fc.Arbitrary<Buffer> {
  return changedBy(corpus, textKinds(words))
}
