import fc from 'fast-check'

/** Changes of card records, which have tags of two bytes. */
type Change = (bytes: Buffer, where: number, what: number) => Buffer

/** Where data objects begin, and where their values begin and end; as far as the bytes are objects. */
function objects(bytes: Buffer): [start: number, value: number, end: number][] {
  const found: [number, number, number][] = []
  const walk = (from: number, to: number): void => {
    for (let at = from; at + 3 <= to; ) {
      const tagLength = (bytes[at]! & 0x1f) === 0x1f ? 2 : 1
      const first = bytes[at + tagLength]!
      const count = first < 0x80 ? 0 : first & 0x7f
      if (count > 3 || at + tagLength + 1 + count > to) return
      const value = at + tagLength + 1 + count
      const end = value + (count === 0 ? first : bytes.readUIntBE(at + tagLength + 1, count))
      if (end > to) return
      found.push([at, value, end])
      if ((bytes[at]! & 0x20) !== 0) walk(value, end)
      at = end
    }
  }
  walk(0, bytes.length)
  return found.length === 0 ? [[0, 0, bytes.length]] : found
}

const pick = (bytes: Buffer, where: number): [number, number, number] => {
  const list = objects(bytes)
  return list[where % list.length]!
}
const spliced = (bytes: Buffer, from: number, to: number, by: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)])

const changes: readonly Change[] = [
  // A bit, a byte.
  (bytes, where, what) =>
    bytes.map((byte, i) => (i === where % bytes.length ? byte ^ (1 << (what & 7)) : byte)) as Buffer,
  (bytes, where, what) => bytes.map((byte, i) => (i === where % bytes.length ? what & 0xff : byte)) as Buffer,
  // Cut off; something after it.
  (bytes, where) => bytes.subarray(0, where % bytes.length),
  (bytes, where, what) => Buffer.concat([bytes, Buffer.alloc(where % 600, what & 0xff)]),
  // A byte out, a byte in.
  (bytes, where) => spliced(bytes, where % bytes.length, (where % bytes.length) + 1, Buffer.alloc(0)),
  (bytes, where, what) => spliced(bytes, where % bytes.length, where % bytes.length, Buffer.from([what & 0xff])),
  // Tag or length of an object, a huge length.
  (bytes, where, what) => {
    const [start, value] = pick(bytes, where)
    const at = start + (what % Math.max(1, value - start))
    return bytes.map((byte, i) => (i === at ? (what >> 8) & 0xff : byte)) as Buffer
  },
  (bytes, where, what) => {
    const [start, value] = pick(bytes, where)
    const claims = ['84ffffffff', '847fffffff', '83ffffff', '82ffff', '80', 'ff', '8400000001']
    return spliced(bytes, Math.max(start, value - 3), value, Buffer.from(claims[what % claims.length]!, 'hex'))
  },
  // An object left out, twice, or emptied.
  (bytes, where) => {
    const [start, , end] = pick(bytes, where)
    return spliced(bytes, start, end, Buffer.alloc(0))
  },
  (bytes, where) => {
    const [start, , end] = pick(bytes, where)
    return spliced(bytes, end, end, bytes.subarray(start, end))
  },
  (bytes, where, what) => {
    const [, value, end] = pick(bytes, where)
    return spliced(bytes, value, end, Buffer.alloc(end - value, what & 0xff))
  },
]

/** A record with one to three changes; now and then any bytes at all. */
export function mutated(record: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(changes.length - 1), fc.nat(0xffffff), fc.nat(0xffffff))
  const changed = fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((list) =>
      list.reduce<Buffer>(
        (bytes, [kind, where, what]) => (bytes.length === 0 ? bytes : changes[kind]!(bytes, where, what)),
        Buffer.from(record),
      ),
    )
  return fc.oneof({ weight: 19, arbitrary: changed }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 600 }) })
}
