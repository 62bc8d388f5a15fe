import { asciiText, equalBytes } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import { valueOffset } from '../../registry/index.ts'
import type { Tlv } from '../../tlv/index.ts'
import type { SignedCardRecord } from './fields.ts'
import { readSignedField } from './fields.ts'
import { readJp2 } from './jp2.ts'
import { pngSignature } from './png.ts'

/** EF 0005: the 個人番号 as it is printed. Its use is restricted by law (番号法). */
export interface NumberImage extends SignedCardRecord {
  readonly image: CardImage
}

/**
 * Decodes `FF40 { DF41 image, DF42 card key, DF43 signature over DF41 ‖ DF42 }`. Card facts 5.5, one public source.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset.
 */
export function decodeNumberImage(bytes: Uint8Array): NumberImage {
  const { field, signed } = readSignedField(bytes, 0xff40, [0xdf41, 0xdf42, 0xdf43])
  return { image: readPngImage(field), ...signed }
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

/** PNG by its signature and its first chunk, IHDR. @throws DecodeError `ERR_CARD_DATA`. */
export function readPngImage(object: Tlv): CardImage {
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
export function readJp2Image(object: Tlv): CardImage {
  const { width, height, sizeAt } = readJp2(object.value, valueOffset(object))
  requireSize(width, height, sizeAt)
  return { format: 'jp2', width, height, bytes: object.value }
}

function requireSize(width: number, height: number, at: number): void {
  if (width >= 1 && width <= maxSide && height >= 1 && height <= maxSide) return
  throw new DecodeError('ERR_CARD_DATA', `an image that is not 1 to ${maxSide} pixels wide and high`, at)
}
