import { copyBytes } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import { readTlv } from '../../tlv/index.ts'
import { fieldOf } from '../template.ts'
import { type CardPublicKey, cardPublicKeyLength, readCardPublicKey } from './card-key.ts'
import { keyIdLength, readKeyId } from './key-id.ts'

/**
 * A card-verifiable certificate (CVC): it names a key by identifier and who signed that. It has no dates, so it cannot
 * expire. EF 0004 of the text and of the visual application holds that of the key which signed the records there.
 */
export interface CardVerifiableCertificate {
  /** 証明者鍵ID: which key signed it. 16 bytes. */
  readonly issuerKeyId: Uint8Array
  /** 被証明者鍵ID: which key it certifies. 16 bytes. */
  readonly subjectKeyId: Uint8Array
  readonly publicKey: CardPublicKey
  /** What the signature is over: the value of 5F4E, 297 bytes. */
  readonly signed: Uint8Array
  /** 256 bytes. */
  readonly signature: Uint8Array
  /** The whole certificate, 568 bytes. */
  readonly bytes: Uint8Array
}

/** Length of a certificate, bytes: every one known is for a key of RSA-2048, by one. */
export const cvcLength = 568

const bodyLength = 2 * keyIdLength + cardPublicKeyLength
const signatureLength = 256

/**
 * Decodes `7F21 { 5F4E { issuer id, subject id, 90 e, 91 n }, 5F37 signature }`, nothing before or after. Card facts 5.6,
 * three public sources. The signature is not checked.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset.
 */
export function decodeCvc(input: Uint8Array): CardVerifiableCertificate {
  // What is longer is refused by its first bytes.
  const bytes = copyBytes(input, 0, Math.min(input.length, 2 * cvcLength))
  const whole = readTlv(bytes, { maxDepth: 2, maxObjects: 3, maxLength: cvcLength })
  if (whole.tag !== 0x7f21) throw new DecodeError('ERR_CARD_DATA', 'not a card-verifiable certificate', 0)
  const template = { fields: whole.children, end: whole.totalLength }
  const signed = fieldOf(template, 0, 0x5f4e, bodyLength).value
  const signature = fieldOf(template, 1, 0x5f37, signatureLength).value
  const at = signed.byteOffset - bytes.byteOffset
  return {
    issuerKeyId: readKeyId(bytes, at),
    subjectKeyId: readKeyId(bytes, at + keyIdLength),
    publicKey: readCardPublicKey(bytes, at + 2 * keyIdLength, at + bodyLength),
    signed,
    signature,
    bytes,
  }
}
