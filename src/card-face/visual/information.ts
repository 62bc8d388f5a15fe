import { copyBytes } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import { fixedValue, readKeyId, valueOffset } from '../../registry/index.ts'
import { readDigits, readFields } from './fields.ts'

/** EF 0003, basic information of the application. Free to read; no signature over it is known. */
export interface VisualInformation {
  /** `06 03 0E 01` on cards seen: version of the specification, lengths supported, vendor. */
  readonly specification: Uint8Array
  /** Identifier of a key whose use is not known; not that of the issuer. 16 bytes. */
  readonly keyId: Uint8Array
  readonly version: number
  /** 全国地方公共団体コード of the municipality that issued the card, 5 digits. */
  readonly municipalityCode: string
  /** A key identifier (16 bytes) and data whose meaning is not known. */
  readonly opaque: Uint8Array
}

/**
 * Decodes `FF30 { DF31, DF32 key identifier, DF33 version, DF34 municipality, DF35 }`. Card facts 5.4, two public sources.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset.
 */
export function decodeVisualInformation(bytes: Uint8Array): VisualInformation {
  const { record, fields } = readFields(bytes, 0xff30, [0xdf31, 0xdf32, 0xdf33, 0xdf34, 0xdf35])
  const [specification, keyId, version, municipality, opaque] = fields
  if (opaque.value.length < 16) throw new DecodeError('ERR_CARD_DATA', 'DF35 is cut off', valueOffset(opaque))
  fixedValue(keyId, 16)
  return {
    specification: copyBytes(fixedValue(specification, 4)),
    keyId: readKeyId(record, valueOffset(keyId)),
    version: fixedValue(version, 1)[0]!,
    municipalityCode: readDigits(municipality, 5),
    opaque: copyBytes(opaque.value),
  }
}
