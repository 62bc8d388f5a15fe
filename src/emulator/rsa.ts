/** RSA private-key operations of the card chip: PKCS#1 v1.5 type 1 and EMSA-PSS, both for 2048-bit keys. */

import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateEncrypt,
  randomBytes,
} from 'node:crypto'
import { promisify } from 'node:util'
import { concat, fromHex } from '../bytes.ts'

// RSA-2048 keys as DER, and as the objects `node:crypto` works with.

/** A key pair: private PKCS#8 DER, public SubjectPublicKeyInfo DER. */
export interface KeyPair {
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
}

/** A certificate (X.509 DER) and the private key (PKCS#8 DER) it is about. */
export interface IssuedCertificate {
  readonly certificate: Uint8Array
  readonly privateKey: Uint8Array
}

const generate = promisify(generateKeyPair)

export async function generateKeys(): Promise<KeyPair> {
  const { privateKey, publicKey } = await generate('rsa', {
    modulusLength: 2048,
    publicExponent: 0x10001,
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
    publicKeyEncoding: { format: 'der', type: 'spki' },
  })
  return { privateKey: new Uint8Array(privateKey), publicKey: new Uint8Array(publicKey) }
}

const known = new WeakMap<Uint8Array, KeyObject>()

/** The key object of a PKCS#8 DER; parsed once per array. */
export function privateKeyOf(pkcs8: Uint8Array): KeyObject {
  let key = known.get(pkcs8)
  if (key === undefined) {
    key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
    known.set(pkcs8, key)
  }
  return key
}

/** SubjectPublicKeyInfo DER of the public key. */
export function publicHalf(pkcs8: Uint8Array): Uint8Array {
  return new Uint8Array(createPublicKey(privateKeyOf(pkcs8)).export({ format: 'der', type: 'spki' }))
}

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
