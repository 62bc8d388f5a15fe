/** The images of a card face, which show patterns and no personal data: PNG and JPEG 2000. */

import { deflateSync } from 'node:zlib'
import { asciiBytes, concat, fromHex } from '../bytes.ts'

// PNG (ISO/IEC 15948) of one bit a pixel, as the text images of a card face are; they show a pattern and no personal
// data.

/** Big-endian integers. */

function uint16(value: number): Uint8Array {
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

// JP2 file (ISO/IEC 15444-1) of a greyscale image in one colour. One tile, one component of 8 bits, no wavelet
// decomposition, one quality layer: so one packet, and that packet is empty. Every sample decodes to the level shift
// 128.

/** Width and height in pixels. `filler` bytes (0 to 65 531) are put in a comment to enlarge the file. */
export function greyJp2(width: number, height: number, filler: Uint8Array): Uint8Array {
  const greyscale = Uint8Array.of(1, 0, 0, 0, 0, 0, 17)
  const imageHeader = concat(uint32(height), uint32(width), uint16(1), Uint8Array.of(7, 7, 0, 0))
  return concat(
    box('jP  ', fromHex('0D0A870A')),
    box('ftyp', asciiBytes('jp2 '), uint32(0), asciiBytes('jp2 ')),
    box('jp2h', box('ihdr', imageHeader), box('colr', greyscale)),
    box('jp2c', codestream(width, height, filler)),
  )
}

function codestream(width: number, height: number, filler: Uint8Array): Uint8Array {
  const startOfCodestream = fromHex('FF4F')
  const size = concat(
    uint16(0),
    ...[width, height, 0, 0, width, height, 0, 0].map(uint32),
    uint16(1),
    Uint8Array.of(7, 1, 1),
  )
  const codingStyle = fromHex('00 00 0001 00 00 04 04 00 01')
  const quantization = fromHex('40 40')
  const comment = concat(uint16(0), filler)
  const startOfData = fromHex('FF93')
  const emptyPacket = Uint8Array.of(0)
  const tilePartLength = 12 + startOfData.length + emptyPacket.length
  return concat(
    startOfCodestream,
    segment(0xff51, size),
    segment(0xff52, codingStyle),
    segment(0xff5c, quantization),
    filler.length > 0 ? segment(0xff64, comment) : filler,
    segment(0xff90, concat(uint16(0), uint32(tilePartLength), Uint8Array.of(0, 1))),
    startOfData,
    emptyPacket,
    fromHex('FFD9'),
  )
}

/** Marker, length (which counts itself) and parameters. */
function segment(marker: number, parameters: Uint8Array): Uint8Array {
  return concat(uint16(marker), uint16(parameters.length + 2), parameters)
}

function box(type: string, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = concat(...contents)
  return concat(uint32(body.length + 8), asciiBytes(type), body)
}
