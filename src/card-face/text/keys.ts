import { copyBytes } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import {
  type CardPublicKey,
  cardPublicKeyLength,
  fieldOf,
  readCardPublicKey,
  readTemplate,
  valueOffset,
} from '../../registry/index.ts'

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
