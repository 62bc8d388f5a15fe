import { asciiText, toHex } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'

/** What the headers of a JPEG 2000 file say, ISO/IEC 15444-1 A.5.1 and I.5.3.1. */
export interface Jp2Header {
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
