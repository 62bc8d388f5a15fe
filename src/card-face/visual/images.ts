import { crc32, deflateSync } from 'node:zlib'
import { asciiBytes, asciiText, concat, equalBytes, fromHex, toHex } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import type { FieldProblem } from '../../holder-fields.ts'
import { valueOffset } from '../../registry/index.ts'
import type { Tlv } from '../../tlv/index.ts'
import { Defect, type Whole } from '../field-reader.ts'
import { readSignedField, requireSignedField, type SignedCardRecord } from './fields.ts'

/** Pixels of 8 bits a sample, line by line, samples of a pixel together. */
interface Pixels {
  readonly width: number
  readonly height: number
  /** 1 grey, 3 red, green and blue. */
  readonly components: 1 | 3
  readonly samples: Uint8Array
}

/** First bytes of every PNG file, ISO/IEC 15948. */
const pngSignature: Uint8Array = fromHex('89504E470D0A1A0A')
const colourType = { 1: 0, 3: 2 } as const

/** PNG of one image, ISO/IEC 15948: no filter, no interlace. */
export function encodePng({ width, height, components, samples }: Pixels): Uint8Array {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, colourType[components]], 8)
  const line = width * components
  const filtered = new Uint8Array(height * (line + 1))
  for (let y = 0; y < height; y++) filtered.set(samples.subarray(y * line, (y + 1) * line), y * (line + 1) + 1)
  const end = new Uint8Array()
  return concat(pngSignature, chunk('IHDR', header), chunk('IDAT', deflateSync(filtered)), chunk('IEND', end))
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const checked = concat(asciiBytes(type), data)
  const frame = new DataView(new ArrayBuffer(8))
  frame.setUint32(0, data.length)
  frame.setUint32(4, crc32(checked))
  const bytes = new Uint8Array(frame.buffer)
  return concat(bytes.subarray(0, 4), checked, bytes.subarray(4))
}

/** What the headers of a JPEG 2000 file say, ISO/IEC 15444-1 A.5.1 and I.5.3.1. */
interface Jp2Header {
  /** Pixels. */
  readonly width: number
  readonly height: number
  /** 1 for grey, 3 for colour. */
  readonly components: number
  /** Bits of each component when all have the same, are unsigned and at full size; else `undefined`. */
  readonly depth: number | undefined
  readonly tiles: number
  /** Where the size is, from the start of the input. */
  readonly sizeAt: number
}

interface Box {
  readonly type: string
  readonly content: number
  readonly end: number
}

const maxBoxes = 64

/**
 * Reads the boxes of a JP2 file and the size segment of its codestream; the image data is not read.
 *
 * @param base - added to every offset.
 * @throws DecodeError `ERR_CARD_DATA` when it is not such a file or its two headers do not agree.
 */
export function readJp2(bytes: Uint8Array, base = 0): Jp2Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const fail = (message: string, at: number): never => {
    throw new DecodeError('ERR_CARD_DATA', message, base + at)
  }
  const boxes = (from: number, to: number): Box[] => {
    const list: Box[] = []
    for (let at = from; at < to; at = list.at(-1)!.end) {
      if (to - at < 8) fail('a box that is cut off', at)
      if (list.length === maxBoxes) fail(`more than ${maxBoxes} boxes`, at)
      const length = view.getUint32(at) || to - at
      if (length < 8 || length > to - at) fail('a box of an impossible length', at)
      list.push({ type: asciiText(bytes.subarray(at + 4, at + 8)), content: at + 8, end: at + length })
    }
    return list
  }

  if (toHex(bytes.subarray(0, 12)) !== '0000000C6A5020200D0A870A') fail('not a JPEG 2000 image', 0)
  const outer = boxes(0, bytes.length)
  const header = outer.find(({ type }) => type === 'jp2h') ?? fail('no image header', bytes.length)
  const stream = outer.find(({ type }) => type === 'jp2c') ?? fail('no codestream', bytes.length)
  const [image] = boxes(header.content, header.end)
  if (image?.type !== 'ihdr' || image.end - image.content !== 14) fail('no image header', header.content)

  const size = stream.content + 4
  if (stream.end - size < 38 || view.getUint32(stream.content) !== 0xff4f_ff51) fail('no codestream', stream.content)
  const components = view.getUint16(size + 36)
  if (components < 1 || view.getUint16(size) !== 38 + 3 * components || stream.end - size < 38 + 3 * components) {
    fail('a size segment of another length', size)
  }
  const [right, bottom, left, top, tileWidth, tileHeight] = Array.from({ length: 6 }, (_, i) =>
    view.getUint32(size + 4 + 4 * i),
  ) as [number, number, number, number, number, number]
  if (left >= right || top >= bottom || tileWidth === 0 || tileHeight === 0) fail('an image without area', size + 4)
  const [width, height] = [right - left, bottom - top]
  const same = view.getUint32(image!.content) === height && view.getUint32(image!.content + 4) === width
  if (!same || view.getUint16(image!.content + 8) !== components) fail('the two headers differ', image!.content)

  const first = bytes[size + 38]!
  const alike = Array.from({ length: components }, (_, i) => size + 38 + 3 * i).every(
    (at) => bytes[at] === first && bytes[at + 1] === 1 && bytes[at + 2] === 1,
  )
  const depth = alike && first < 0x80 ? first + 1 : undefined
  const tiles = Math.ceil(right / tileWidth) * Math.ceil(bottom / tileHeight)
  return { width, height, components, depth, tiles, sizeAt: base + size + 4 }
}

/**
 * EF 0005: the 個人番号 as it is printed. Its use is restricted by law (番号法). What cannot be read is `undefined`, with a reason in
 * {@link problems}.
 */
export interface NumberImage extends SignedCardRecord {
  readonly image: CardImage | undefined
  /** What cannot be read, without its value. */
  readonly problems: readonly FieldProblem<'image' | 'further'>[]
}

const numberTags = [0xff40, 0xdf41, 0xdf42, 0xdf43] as const

/**
 * Decodes `FF40 { DF41 image, DF42 card key, DF43 signature over DF41 ‖ DF42 }`. Card facts 5.5, one public source.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset: not such a record, or a key or signature that is not of the
 *   specified form.
 */
export function decodeNumberImage(bytes: Uint8Array): NumberImage {
  const { value: image, record } = readSignedField(bytes, numberTags, 'image', pngImage)
  return { image, ...record }
}

/** The same, with exactly these fields and an image that can be read; for authenticity. @throws DecodeError. */
export function requireNumberImage(bytes: Uint8Array): Whole<NumberImage> {
  const { value: image, record } = requireSignedField(bytes, numberTags, 'image', pngImage)
  return { image, ...record }
}

/** An image of the card. Only its header was checked: a viewer decodes input that may be hostile. */
export interface CardImage {
  /** PNG (ISO/IEC 15948) for text, JP2 (ISO/IEC 15444-1) for the photo. */
  readonly format: 'png' | 'jp2'
  /** Pixels, 1 to 2048, as the header says. */
  readonly width: number
  /** Pixels, 1 to 2048, as the header says. */
  readonly height: number
  /** The file. */
  readonly bytes: Uint8Array
}

/** Longest side of an image, pixels. Chosen here: photos on cards are of some hundred, text images of fewer lines. */
export const maxSide = 2048

const headerLength = 33

/** A PNG image of a record. */
export function pngImage(field: Tlv): CardImage | Defect {
  return imageOf(field, readPngImage)
}

/** A JPEG 2000 image of a record. */
export function jp2Image(field: Tlv): CardImage | Defect {
  return imageOf(field, readJp2Image)
}

function imageOf(field: Tlv, read: (field: Tlv) => CardImage): CardImage | Defect {
  try {
    return read(field)
  } catch (error) {
    if (error instanceof DecodeError) return new Defect('not-an-image', error.reason, error.offset)
    throw error
  }
}

/** PNG by its signature and its first chunk, IHDR. @throws DecodeError `ERR_CARD_DATA`. */
function readPngImage(object: Tlv): CardImage {
  const { value: bytes } = object
  const at = valueOffset(object)
  const starts = equalBytes(bytes.subarray(0, pngSignature.length), pngSignature)
  if (!starts) throw new DecodeError('ERR_CARD_DATA', 'not a PNG image', at)
  if (bytes.length < headerLength)
    throw new DecodeError('ERR_CARD_DATA', 'a PNG image that is cut off', at + bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(8) !== 13 || asciiText(bytes.subarray(12, 16)) !== 'IHDR') {
    throw new DecodeError('ERR_CARD_DATA', 'a PNG image without its header', at + 8)
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)]
  requireSize(width, height, at + 16)
  return { format: 'png', width, height, bytes }
}

/** JP2 by its boxes and the header of its codestream. @throws DecodeError `ERR_CARD_DATA`. */
function readJp2Image(object: Tlv): CardImage {
  const { width, height, sizeAt } = readJp2(object.value, valueOffset(object))
  requireSize(width, height, sizeAt)
  return { format: 'jp2', width, height, bytes: object.value }
}

function requireSize(width: number, height: number, at: number): void {
  if (width >= 1 && width <= maxSide && height >= 1 && height <= maxSide) return
  throw new DecodeError('ERR_CARD_DATA', `an image that is not 1 to ${maxSide} pixels wide and high`, at)
}
