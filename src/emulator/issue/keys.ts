/** RSA-2048 keys as DER, and as the objects `node:crypto` works with. */

import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

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
