import { validTime } from '../../x509/der.ts'

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
