import { copyBytes, equalBytes } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import {
  type CardPublicKey,
  cardPublicKeyLength,
  fieldOf,
  readCardPublicKey,
  readKeyId,
  readTemplate,
  sha256,
  valueOffset,
} from '../../registry/index.ts'
import { digestedAttributes } from './attributes.ts'

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

/** EF 0003: what the issuer says about the two files with the holder's data. The signature is not checked here. */
export interface TextDigests {
  /** SHA-256 of EF 0001, all 17 bytes of it. */
  readonly individualNumber: Uint8Array
  /** SHA-256 of EF 0002 from DF22 on, see `digestedAttributes`. */
  readonly attributes: Uint8Array
  /** RSASSA-PKCS1-v1_5 with SHA-256 by the key of EF 0004, 256 bytes. */
  readonly signature: Uint8Array
  /** What the signature is over: the data objects DF31 and DF32, 70 bytes. */
  readonly signed: Uint8Array
}

/** Places of the two digests in EF 0003, bytes. */
const digestOffsets = { individualNumber: 8, attributes: 43 } as const

/**
 * Decodes EF 0003: `FF30 { DF31, DF32, DF33 }`. Fields from several public sources, what they cover from one.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset.
 */
export function decodeDigests(file: Uint8Array): TextDigests {
  const template = readTemplate(file, 0xff30)
  const number = fieldOf(template, 0, 0xdf31, 32)
  const attributes = fieldOf(template, 1, 0xdf32, 32)
  const signature = fieldOf(template, 2, 0xdf33, 256)
  const more = template.fields[3]
  if (more !== undefined) throw new DecodeError('ERR_CARD_DATA', 'a field after the signature', more.offset)
  return {
    individualNumber: copyBytes(number.value),
    attributes: copyBytes(attributes.value),
    signature: copyBytes(signature.value),
    signed: copyBytes(file, number.offset, signature.offset),
  }
}

/**
 * Checks that files belong to the digests beside them. Without the signature over the digests this detects files of
 * another card and transmission errors, not forgery.
 *
 * @param files - EF 0001, all 17 bytes, and EF 0002; what is left out is not checked.
 * @throws DecodeError `ERR_CARD_DATA` with the place of the digest in EF 0003: 8 for the number, 43 for the attributes.
 */
export function checkDigests(
  digests: TextDigests,
  files: { readonly individualNumber?: Uint8Array | undefined; readonly attributes?: Uint8Array | undefined },
): void {
  const { individualNumber, attributes } = files
  if (individualNumber !== undefined) match(individualNumber, digests, 'individualNumber')
  if (attributes !== undefined) match(digestedAttributes(attributes), digests, 'attributes')
}

function match(bytes: Uint8Array, digests: TextDigests, name: keyof typeof digestOffsets): void {
  if (equalBytes(sha256(bytes), digests[name])) return
  const what = name === 'attributes' ? 'attributes' : 'individual number'
  throw new DecodeError('ERR_CARD_DATA', `the ${what} does not have the signed digest`, digestOffsets[name])
}

/** EF 0007: the public key of key 0013, which signs challenges, with the issuer's signature. Not checked here. */
export interface TextCardKey {
  readonly publicKey: CardPublicKey
  /** RSASSA-PKCS1-v1_5 with SHA-256 by the key of EF 0004, 256 bytes. */
  readonly signature: Uint8Array
  /** What the signature is over: the data object DF51, 270 bytes. */
  readonly signed: Uint8Array
}

/**
 * Decodes EF 0007: `FF50 { DF51 key, DF52 signature }` (one public source).
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset.
 */
export function decodeTextCardKey(file: Uint8Array): TextCardKey {
  const template = readTemplate(file, 0xff50)
  const key = fieldOf(template, 0, 0xdf51, cardPublicKeyLength)
  const signature = fieldOf(template, 1, 0xdf52, 256)
  const more = template.fields[2]
  if (more !== undefined) throw new DecodeError('ERR_CARD_DATA', 'a field after the signature', more.offset)
  const at = valueOffset(key)
  return {
    publicKey: readCardPublicKey(file, at, at + cardPublicKeyLength),
    signature: copyBytes(signature.value),
    signed: copyBytes(file, key.offset, signature.offset),
  }
}

/**
 * Decodes EF 0006: `A1 { 90 exponent, 91 modulus }`, the key a session key is delivered under (two public sources).
 * It is not signed.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset.
 */
export function decodeSessionKeyFile(file: Uint8Array): CardPublicKey {
  const template = readTemplate(file, 0xa1)
  return readCardPublicKey(file, fieldOf(template, 0, 0x90).offset, template.end)
}
