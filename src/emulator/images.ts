/** The text images of a card face, which show patterns and no personal data. */

import { deflateSync } from 'node:zlib'
import { asciiBytes, concat, fromHex } from '../bytes.ts'

// PNG (ISO/IEC 15948) of one bit a pixel, as the text images of a card face are; they show a pattern and no personal
// data.

/** Big-endian integers. */

export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff)
}

export function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
}

const signature = fromHex('89504E470D0A1A0A')

/** Whether the pixel at column x, row y is white. */
type Pattern = (x: number, y: number) => boolean

/** Diagonal stripes of a width in pixels. */
export function stripes(width: number): Pattern {
  return (x, y) => Math.floor((x + y) / width) % 2 === 0
}

/** Dots that do not compress, the same for the same seed: makes an image as large as print is. */
export function noise(seed: number): Pattern {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state & 1) === 1
  }
}

/** Greyscale image of depth 1; width and height in pixels. */
export function png(width: number, height: number, pattern: Pattern): Uint8Array {
  const header = concat(uint32(width), uint32(height), Uint8Array.of(1, 0, 0, 0, 0))
  return concat(
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(scanLines(width, height, pattern))),
    chunk('IEND', new Uint8Array(0)),
  )
}

/** Each line is the filter type 0 and then eight pixels a byte. */
function scanLines(width: number, height: number, pattern: Pattern): Uint8Array {
  const lineLength = 1 + Math.ceil(width / 8)
  const lines = new Uint8Array(height * lineLength)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pattern(x, y)) lines[y * lineLength + 1 + (x >> 3)]! |= 0x80 >> (x & 7)
    }
  }
  return lines
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const checked = concat(asciiBytes(type), data)
  return concat(uint32(data.length), checked, uint32(crc32(checked)))
}

/** CRC-32 of ISO 3309, bit by bit: the images are small. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0)
  }
  return ~crc >>> 0
}
