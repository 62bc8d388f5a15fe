/** Card-verifiable certificates (CVC), card-facts section 5.6 (three sources). */

import { createPublicKey } from 'node:crypto'
import { asciiBytes, concat, copyBytes } from '../../bytes.ts'
import { type KeyPair, privateKeyOf, sha256, sha256DigestInfo, signPkcs1 } from '../rsa.ts'
import { tlv } from '../tlv-writer.ts'

/** A key pair with the 16-byte id by which certificates name it. */
export interface CardVerifiableKey extends KeyPair {
  readonly keyId: Uint8Array
}

/** A root, the issuer key it certifies (which signs card records), and that certificate. */
export interface CvcChain {
  readonly root: CardVerifiableKey
  readonly issuer: CardVerifiableKey
  /** `7F21 { 5F4E, 5F37 }`, 568 bytes. */
  readonly certificate: Uint8Array
}

/** 7 digits ‖ 08 05 ‖ 3 digits ‖ 4 pad bytes. */
export function cvcKeyId(digits: string, suffix: string, lastPad: number): Uint8Array {
  return concat(asciiBytes(digits), Uint8Array.of(8, 5), asciiBytes(suffix), Uint8Array.of(0, 0, 0, lastPad))
}

export function certify(issuer: CardVerifiableKey, subject: CardVerifiableKey): Uint8Array {
  const body = concat(issuer.keyId, subject.keyId, publicKeyObjects(subject.publicKey))
  return tlv(0x7f21, tlv(0x5f4e, body), tlv(0x5f37, signRecord(issuer, body)))
}

/** A root of a virtual card, for `roots` of `verifyAuthenticity` and `verifyEvidence`. */
export interface VirtualRoot {
  readonly keyId: Uint8Array
  readonly publicKey: { readonly modulus: Uint8Array; readonly exponent: Uint8Array }
  readonly hierarchy: 'virtual'
  readonly application: 'manager' | 'text' | 'visual'
}

/**
 * Root keys of a virtual card, without any value, for `roots` with `hierarchies: ['virtual']`: one for each application
 * whose records are signed.
 *
 * @param identity - `identity` of the card.
 * @throws TypeError when it is not an identity.
 */
export function virtualRoots(identity: {
  readonly cvc: Readonly<Record<VirtualRoot['application'], CvcChain>>
}): readonly VirtualRoot[] {
  if (identity?.cvc?.text === undefined) throw new TypeError('identity must be the identity of a virtual card')
  return (['manager', 'text', 'visual'] as const).map((application) => {
    const { keyId, publicKey } = identity.cvc[application].root
    return { keyId: copyBytes(keyId), publicKey: rsaNumbers(publicKey), hierarchy: 'virtual', application }
  })
}

function rsaNumbers(spki: Uint8Array): VirtualRoot['publicKey'] {
  const { n, e } = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({ format: 'jwk' })
  return { modulus: base64url(n!), exponent: base64url(e!) }
}

/** `90 03 e ‖ 91 82 0100 n`, 265 bytes. */
export function publicKeyObjects(spki: Uint8Array): Uint8Array {
  const { modulus, exponent } = rsaNumbers(spki)
  return concat(tlv(0x90, exponent), tlv(0x91, modulus))
}

/** RSASSA-PKCS1-v1_5 with SHA-256. */
export function signRecord(key: KeyPair, message: Uint8Array): Uint8Array {
  return signPkcs1(privateKeyOf(key.privateKey), sha256DigestInfo(sha256(message)))
}

function base64url(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'))
}
