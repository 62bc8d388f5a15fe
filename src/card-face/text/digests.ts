import { copyBytes, equalBytes } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import { fieldOf, readTemplate, sha256 } from '../../registry/index.ts'
import { digestedAttributes } from './attributes.ts'

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
