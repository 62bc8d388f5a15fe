import { readFields, readKey, readSignature, span } from './fields.ts'
import { type CardImage, readPngImage } from './images.ts'
import type { SignedCardRecord } from './records.ts'

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
  const { record, fields } = readFields(bytes, 0xff40, [0xdf41, 0xdf42, 0xdf43])
  const [image, key, signature] = fields
  return {
    image: readPngImage(image),
    cardKey: readKey(key, record),
    signed: span(record, image, key),
    signature: readSignature(signature),
    record,
  }
}
