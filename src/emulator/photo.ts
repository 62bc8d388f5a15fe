/**
 * The photograph of a card face: a drawn head as a JP2 file (ISO/IEC 15444-1). One component of 8 bits in one tile without
 * wavelet decomposition; each precinct of 64 by 64 pixels is one code-block in one packet. Only the upper four bits of a
 * sample are coded.
 */

import { randomBytes } from 'node:crypto'
import { asciiBytes, concat, fromHex } from '../bytes.ts'
import { uint16, uint32 } from './images.ts'

/** Grey from 0 black to 255 white of the pixel at column x, row y. */
export type Shade = (x: number, y: number) => number

/**
 * A head and shoulders before a background that becomes darker downwards, drawn with a few ellipses.
 *
 * @param look - a number that selects hair, face and clothes.
 */
export function portrait(width: number, height: number, look: number): Shade {
  const digit = (place: number): number => Math.floor(look / 10 ** place) % 10
  const skin = 180 + 4 * digit(0)
  const hair = 24 + 16 * digit(1)
  const clothes = 40 + 14 * digit(2)
  const hairLength = 0.02 * digit(3)
  const hasGlasses = digit(4) < 3
  /** How far a point is from the middle of an ellipse; below 1 within. Everything in shares of the width. */
  const from = (x: number, y: number, across: number, down: number, middleX: number, middleY: number): number =>
    Math.hypot((x - middleX) / across, (y - middleY) / down)
  return (column, row) => {
    const [x, y] = [column / width - 0.5, row / width]
    const face = from(x, y, 0.21, 0.28, 0, 0.52)
    const side = Math.abs(x)
    if (face < 1) {
      const eye = from(side, y, 0.035, 0.02, 0.09, 0.5)
      if (eye < 1) return 40
      if (hasGlasses && Math.abs(from(side, y, 0.075, 0.06, 0.09, 0.5) - 1) < 0.15) return 60
      if (from(side, y, 0.05, 0.012, 0.09, 0.44) < 1) return hair
      if (from(x, y, 0.07, 0.018, 0, 0.67) < 1) return 110
      if (from(x, y, 0.022, 0.05, 0, 0.57) < 1) return skin - 32
      if (y < 0.36 + 0.5 * x * x) return hair
      return skin - 40 * face * face + 60 * x
    }
    if (from(x, y, 0.25, 0.3 + hairLength, 0, 0.47 + hairLength) < 1) return hair + 16 * (0.5 - y)
    if (from(x, y, 0.45, 0.45, 0, 1.28) < 1) return clothes + 60 * (0.5 - side)
    if (side < 0.09 && y > 0.6) return skin - 48
    return 230 - (60 * row) / height
  }
}

const precinctSize = 64
/** Bits of a sample that are not coded. */
const droppedBits = 4
/** Magnitude bits of the subband: two guard bits and an exponent of 8 (B.10.5, E-2). */
const magnitudeBits = 9

/**
 * A JP2 file; width and height in pixels.
 *
 * @param least - bytes that the file has at least: a comment makes it as large, if it is more than six bytes smaller.
 */
export function jp2(width: number, height: number, shade: Shade, least = 0): Uint8Array {
  const greyscale = Uint8Array.of(1, 0, 0, 0, 0, 0, 17)
  const imageHeader = concat(uint32(height), uint32(width), uint16(1), Uint8Array.of(7, 7, 0, 0))
  const head = concat(
    box('jP  ', fromHex('0D0A870A')),
    box('ftyp', asciiBytes('jp2 '), uint32(0), asciiBytes('jp2 ')),
    box('jp2h', box('ihdr', imageHeader), box('colr', greyscale)),
  )
  const data = concat(...packets(width, height, shade))
  const file = (comment: Uint8Array): Uint8Array => concat(head, box('jp2c', codestream(width, height, comment, data)))
  const small = file(new Uint8Array(0))
  // Marker, length and registration have two bytes each.
  const filler = least - small.length - 6
  return filler > 0 ? file(segment(0xff64, concat(uint16(0), randomBytes(filler)))) : small
}

function codestream(width: number, height: number, comment: Uint8Array, data: Uint8Array): Uint8Array {
  const size = concat(
    uint16(0),
    ...[width, height, 0, 0, width, height, 0, 0].map(uint32),
    uint16(1),
    Uint8Array.of(7, 1, 1),
  )
  return concat(
    fromHex('FF4F'),
    segment(0xff51, size),
    // Precincts as given at the end; one layer, no decomposition, code-blocks of 64 by 64, reversible.
    segment(0xff52, fromHex('01 00 0001 00 00 04 04 00 01 66')),
    segment(0xff5c, fromHex('40 40')),
    comment,
    segment(0xff90, concat(uint16(0), uint32(14 + data.length), Uint8Array.of(0, 1))),
    fromHex('FF93'),
    data,
    fromHex('FFD9'),
  )
}

/** One packet for each precinct, row by row. */
function packets(width: number, height: number, shade: Shade): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let top = 0; top < height; top += precinctSize) {
    for (let left = 0; left < width; left += precinctSize) {
      const block = new CodeBlock(Math.min(precinctSize, width - left), Math.min(precinctSize, height - top))
      block.fill((x, y) => shade(left + x, top + y) - 128)
      parts.push(packetOf(block))
    }
  }
  return parts
}

/** Marker, length (which counts itself) and parameters. */
function segment(marker: number, parameters: Uint8Array): Uint8Array {
  return concat(uint16(marker), uint16(parameters.length + 2), parameters)
}

function box(type: string, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = concat(...contents)
  return concat(uint32(body.length + 8), asciiBytes(type), body)
}

/** Packet header (B.10) and the bytes of its only code-block. */
function packetOf(block: CodeBlock): Uint8Array {
  const { planes } = block
  if (planes === 0) return Uint8Array.of(0)
  const coded = block.encode()
  const passes = 3 * planes - 2
  // Not empty; included; leading planes of zeros.
  let bits = `11${'0'.repeat(magnitudeBits - planes - droppedBits)}1`
  if (passes === 1) bits += '0'
  else if (passes < 6) bits += `11${(passes - 3).toString(2).padStart(2, '0')}`
  else bits += `1111${(passes - 6).toString(2).padStart(5, '0')}`
  const least = 3 + Math.floor(Math.log2(passes))
  const more = Math.max(0, coded.length.toString(2).length - least)
  bits += `${'1'.repeat(more)}0${coded.length.toString(2).padStart(least + more, '0')}`
  return concat(stuffed(bits), coded)
}

/** Bits as bytes; a byte after FF has only seven (B.10.1). */
function stuffed(bits: string): Uint8Array {
  const bytes: number[] = []
  for (let at = 0; at < bits.length; ) {
    const room = bytes.at(-1) === 0xff ? 7 : 8
    bytes.push(Number.parseInt(bits.slice(at, at + room).padEnd(room, '0'), 2))
    at += room
  }
  if (bytes.at(-1) === 0xff) bytes.push(0)
  return Uint8Array.from(bytes)
}

const context = { sign: 9, refine: 14, run: 17, uniform: 18 } as const

/** Coefficients of a precinct and their coding in bit planes (annex D). A border of one insignificant coefficient surrounds them. */
class CodeBlock {
  readonly #width: number
  readonly #height: number
  readonly #stride: number
  readonly #magnitude: Uint8Array
  /** 1 or -1 once significant, else 0. */
  readonly #significance: Int8Array
  readonly #negative: Uint8Array
  readonly #visited: Uint8Array
  readonly #refined: Uint8Array
  readonly #coder = new ArithmeticCoder()
  /** Bit planes from the highest one. */
  planes = 0

  constructor(width: number, height: number) {
    this.#width = width
    this.#height = height
    this.#stride = width + 2
    const size = this.#stride * (height + 2)
    this.#magnitude = new Uint8Array(size)
    this.#significance = new Int8Array(size)
    this.#negative = new Uint8Array(size)
    this.#visited = new Uint8Array(size)
    this.#refined = new Uint8Array(size)
  }

  fill(value: (x: number, y: number) => number): void {
    for (let y = 0; y < this.#height; y++) {
      for (let x = 0; x < this.#width; x++) {
        const at = this.#at(x, y)
        const sample = Math.max(-128, Math.min(127, Math.round(value(x, y))))
        this.#magnitude[at] = Math.abs(sample) >> droppedBits
        this.#negative[at] = sample < 0 ? 1 : 0
        while (this.#magnitude[at]! >> this.planes > 0) this.planes += 1
      }
    }
  }

  encode(): Uint8Array {
    for (let plane = this.planes - 1; plane >= 0; plane--) {
      if (plane < this.planes - 1) {
        this.#scan((at) => this.#propagate(at, plane))
        this.#scan((at) => this.#refine(at, plane))
      }
      this.#cleanUp(plane)
      this.#visited.fill(0)
    }
    return this.#coder.flush()
  }

  #at(x: number, y: number): number {
    return (y + 1) * this.#stride + x + 1
  }

  /** Stripes of four rows, column by column (D.1). */
  #scan(visit: (at: number) => void): void {
    for (let top = 0; top < this.#height; top += 4) {
      for (let x = 0; x < this.#width; x++) {
        for (let y = top; y < Math.min(top + 4, this.#height); y++) visit(this.#at(x, y))
      }
    }
  }

  #propagate(at: number, plane: number): void {
    if (this.#significance[at] !== 0 || this.#zeroContext(at) === 0) return
    this.#visited[at] = 1
    this.#codeSignificance(at, plane)
  }

  #refine(at: number, plane: number): void {
    if (this.#significance[at] === 0 || this.#visited[at] === 1) return
    const first = this.#zeroContext(at) === 0 ? context.refine : context.refine + 1
    this.#coder.encode(this.#bit(at, plane), this.#refined[at] === 1 ? context.refine + 2 : first)
    this.#refined[at] = 1
  }

  #cleanUp(plane: number): void {
    for (let top = 0; top < this.#height; top += 4) {
      for (let x = 0; x < this.#width; x++) {
        const column = Array.from({ length: Math.min(4, this.#height - top) }, (_, i) => this.#at(x, top + i))
        for (const at of this.#afterRun(column, plane)) {
          if (this.#significance[at] === 0 && this.#visited[at] === 0) this.#codeSignificance(at, plane)
        }
      }
    }
  }

  /** Codes a column of four without context as a run. @returns the coefficients that are left. */
  #afterRun(column: readonly number[], plane: number): readonly number[] {
    const isQuiet = (at: number): boolean =>
      this.#significance[at] === 0 && this.#visited[at] === 0 && this.#zeroContext(at) === 0
    if (column.length < 4 || !column.every(isQuiet)) return column
    const first = column.findIndex((at) => this.#bit(at, plane) === 1)
    this.#coder.encode(first < 0 ? 0 : 1, context.run)
    if (first < 0) return []
    this.#coder.encode(first >> 1, context.uniform)
    this.#coder.encode(first & 1, context.uniform)
    this.#codeSign(column[first]!)
    return column.slice(first + 1)
  }

  #bit(at: number, plane: number): number {
    return (this.#magnitude[at]! >> plane) & 1
  }

  #codeSignificance(at: number, plane: number): void {
    const bit = this.#bit(at, plane)
    this.#coder.encode(bit, this.#zeroContext(at))
    if (bit === 1) this.#codeSign(at)
  }

  /** Table D.3. */
  #codeSign(at: number): void {
    const across = Math.sign(this.#significance[at - 1]! + this.#significance[at + 1]!)
    const down = Math.sign(this.#significance[at - this.#stride]! + this.#significance[at + this.#stride]!)
    const flipped = across < 0 || (across === 0 && down < 0)
    const number = Math.abs(3 * across + down)
    const negative = this.#negative[at]!
    this.#coder.encode(negative ^ (flipped ? 1 : 0), context.sign + number)
    this.#significance[at] = negative === 1 ? -1 : 1
  }

  /** Table D.1, subband LL. */
  #zeroContext(at: number): number {
    const significant = (offset: number): number => Math.abs(this.#significance[at + offset]!)
    const stride = this.#stride
    const across = significant(-1) + significant(1)
    const down = significant(-stride) + significant(stride)
    const corners =
      significant(-stride - 1) + significant(-stride + 1) + significant(stride - 1) + significant(stride + 1)
    if (across === 2) return 8
    if (across === 1) return down > 0 ? 7 : corners > 0 ? 6 : 5
    if (down > 0) return 2 + down
    return Math.min(2, corners)
  }
}

/** Table C.2: probability of the less probable symbol, next state after either symbol, and whether the symbols change roles. */
const states: readonly (readonly [number, number, number, 0 | 1])[] = [
  [0x5601, 1, 1, 1],
  [0x3401, 2, 6, 0],
  [0x1801, 3, 9, 0],
  [0x0ac1, 4, 12, 0],
  [0x0521, 5, 29, 0],
  [0x0221, 38, 33, 0],
  [0x5601, 7, 6, 1],
  [0x5401, 8, 14, 0],
  [0x4801, 9, 14, 0],
  [0x3801, 10, 14, 0],
  [0x3001, 11, 17, 0],
  [0x2401, 12, 18, 0],
  [0x1c01, 13, 20, 0],
  [0x1601, 29, 21, 0],
  [0x5601, 15, 14, 1],
  [0x5401, 16, 14, 0],
  [0x5101, 17, 15, 0],
  [0x4801, 18, 16, 0],
  [0x3801, 19, 17, 0],
  [0x3401, 20, 18, 0],
  [0x3001, 21, 19, 0],
  [0x2801, 22, 19, 0],
  [0x2401, 23, 20, 0],
  [0x2201, 24, 21, 0],
  [0x1c01, 25, 22, 0],
  [0x1801, 26, 23, 0],
  [0x1601, 27, 24, 0],
  [0x1401, 28, 25, 0],
  [0x1201, 29, 26, 0],
  [0x1101, 30, 27, 0],
  [0x0ac1, 31, 28, 0],
  [0x09c1, 32, 29, 0],
  [0x08a1, 33, 30, 0],
  [0x0521, 34, 31, 0],
  [0x0441, 35, 32, 0],
  [0x02a1, 36, 33, 0],
  [0x0221, 37, 34, 0],
  [0x0141, 38, 35, 0],
  [0x0111, 39, 36, 0],
  [0x0085, 40, 37, 0],
  [0x0049, 41, 38, 0],
  [0x0025, 42, 39, 0],
  [0x0015, 43, 40, 0],
  [0x0009, 44, 41, 0],
  [0x0005, 45, 42, 0],
  [0x0001, 45, 43, 0],
  [0x5601, 46, 46, 0],
]

/** The MQ coder (annex C.2). */
class ArithmeticCoder {
  readonly #bytes: number[] = [0]
  readonly #state = new Uint8Array(19)
  readonly #likely = new Uint8Array(19)
  #interval = 0x8000
  #code = 0
  #room = 12

  constructor() {
    // Table D.7.
    this.#state[0] = 4
    this.#state[context.run] = 3
    this.#state[context.uniform] = 46
  }

  encode(bit: number, cx: number): void {
    const [estimate, afterLikely, afterUnlikely, exchange] = states[this.#state[cx]!]!
    this.#interval -= estimate
    const isLikely = bit === this.#likely[cx]
    if (isLikely && (this.#interval & 0x8000) !== 0) {
      this.#code += estimate
      return
    }
    // The smaller part goes to the less probable symbol.
    if (isLikely === this.#interval < estimate) this.#interval = estimate
    else this.#code += estimate
    if (!isLikely && exchange === 1) this.#likely[cx]! ^= 1
    this.#state[cx] = isLikely ? afterLikely : afterUnlikely
    do {
      this.#interval *= 2
      this.#code *= 2
      this.#room -= 1
      if (this.#room === 0) this.#byteOut()
    } while ((this.#interval & 0x8000) === 0)
  }

  flush(): Uint8Array {
    const end = this.#code + this.#interval
    this.#code |= 0xffff
    if (this.#code >= end) this.#code -= 0x8000
    for (let i = 0; i < 2; i++) {
      this.#code *= 2 ** this.#room
      this.#byteOut()
    }
    if (this.#bytes.at(-1) === 0xff) this.#bytes.pop()
    return Uint8Array.from(this.#bytes.slice(1))
  }

  /** A carry goes to the last byte; after FF a byte has seven bits. */
  #byteOut(): void {
    const last = this.#bytes.length - 1
    if (this.#bytes[last] !== 0xff && this.#code >= 0x800_0000) {
      this.#bytes[last]! += 1
      this.#code -= 0x800_0000
    }
    const bits = this.#bytes[last] === 0xff ? 7 : 8
    const shift = 27 - bits
    this.#bytes.push(Math.floor(this.#code / 2 ** shift) & 0xff)
    this.#code %= 2 ** shift
    this.#room = bits
  }
}
