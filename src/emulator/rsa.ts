/** RSA private-key operations of the card chip: PKCS#1 v1.5 type 1 and EMSA-PSS, both for 2048-bit keys. */

import { constants, createHash, type KeyObject, privateEncrypt, randomBytes } from 'node:crypto'
import { concat, fromHex } from '../bytes.ts'

/** Length of modulus and signature in bytes. */
export const modulusLength = 256

const sha256DigestInfoPrefix = fromHex('3031300D060960864801650304020105000420')

export function sha256(message: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(message).digest())
}

/** DigestInfo { sha256, digest }. */
export function sha256DigestInfo(digest: Uint8Array): Uint8Array {
  return concat(sha256DigestInfoPrefix, digest)
}

/** 00 01 FF..FF 00 ‖ payload, then the private operation. Payload 1 to 245 bytes. */
export function signPkcs1(key: KeyObject, payload: Uint8Array): Uint8Array {
  return new Uint8Array(privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, payload))
}

/** RSASSA-PSS (RFC 8017, 9.1.1) over a ready SHA-256 digest: MGF1-SHA-256, salt of 32 bytes. */
export function signPss(key: KeyObject, digest: Uint8Array, salt: Uint8Array = randomBytes(32)): Uint8Array {
  const hash = sha256(concat(new Uint8Array(8), digest, salt))
  const maskedLength = modulusLength - hash.length - 1
  const block = concat(new Uint8Array(maskedLength - salt.length - 1), Uint8Array.of(1), salt)
  const mask = generateMask(hash, maskedLength)
  const masked = block.map((byte, i) => byte ^ mask[i]!)
  masked[0]! &= 0x7f
  const encoded = concat(masked, hash, Uint8Array.of(0xbc))
  return new Uint8Array(privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded))
}

/** MGF1 with SHA-256 (RFC 8017, B.2.1). */
function generateMask(seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let counter = 0; counter * 32 < length; counter++) {
    blocks.push(sha256(concat(seed, Uint8Array.of(0, 0, 0, counter))))
  }
  return concat(...blocks).subarray(0, length)
}
