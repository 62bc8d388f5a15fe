import { copyBytes } from '../../bytes.ts'
import { fieldOf, readKeyId, readTemplate, valueOffset } from '../../registry/index.ts'

/** AP basic information, EF 0005. Nothing of it is signed. */
export interface TextInformation {
  /** Version of the specification the application follows; 1 seen. */
  readonly specification: number
  /** What the card says of extended Lc and Le; 3 seen, the meaning of its bits is not public. */
  readonly extendedLength: number
  /** Who made the application; 0x0E seen. */
  readonly vendor: number
  /** A byte of the vendor's own. */
  readonly vendorByte: number
  /** A key identifier, 16 bytes; not that of the key in EF 0004. What it names is not public. */
  readonly keyId: Uint8Array
  /** The rest, 128 bytes. Its meaning is not public. */
  readonly opaque: Uint8Array
}

/**
 * Decodes EF 0005: `FF40 { DF41, DF42, DF43 }`, several public sources.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset.
 */
export function decodeTextInformation(file: Uint8Array): TextInformation {
  const template = readTemplate(file, 0xff40)
  const application = fieldOf(template, 0, 0xdf41, 4).value
  const keyId = fieldOf(template, 1, 0xdf42, 16)
  const [specification, extendedLength, vendor, vendorByte] = application as unknown as [number, number, number, number]
  return {
    specification,
    extendedLength,
    vendor,
    vendorByte,
    keyId: readKeyId(file, valueOffset(keyId)),
    opaque: copyBytes(fieldOf(template, 2, 0xdf43).value),
  }
}
