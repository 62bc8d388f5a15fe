/** RSA-2048 keys as DER, and as the objects `node:crypto` works with. */

import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { CryptoEngine } from 'pkijs'
import { type Asn1, exactBuffer } from './asn1.ts'

/** Signing as pkijs wants it. */
/** A WebCrypto key for RSASSA-PKCS1-v1_5 with SHA-256, and the engine that signs with it. */
export interface SigningKey {
  readonly key: CryptoKey
  readonly engine: CryptoEngine
}

/** The key of a PKCS#8 DER. */
export async function signingKey(pkcs8: Uint8Array, { pkijs }: Asn1): Promise<SigningKey> {
  const { Crypto } = await import('@peculiar/webcrypto')
  const crypto = new Crypto()
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('pkcs8', exactBuffer(pkcs8), algorithm, false, ['sign'])
  return { key, engine: new pkijs.CryptoEngine({ name: 'peculiar', crypto }) }
}

/** Key identifiers of certificates, lists and OCSP answers. */
/** SHA-1 of the BIT STRING contents of a SubjectPublicKeyInfo (RFC 5280, 4.2.1.2, method 1). */
export function keyIdentifier(spki: Uint8Array, { pkijs }: Asn1): Uint8Array {
  const info = pkijs.PublicKeyInfo.fromBER(exactBuffer(spki))
  return new Uint8Array(createHash('sha1').update(info.subjectPublicKey.valueBlock.valueHexView).digest())
}

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

/** SubjectPublicKeyInfo DER of the public half. */
export function publicHalf(pkcs8: Uint8Array): Uint8Array {
  return new Uint8Array(createPublicKey(privateKeyOf(pkcs8)).export({ format: 'der', type: 'spki' }))
}
