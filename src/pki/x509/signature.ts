import { constants, createHash, type KeyObject, publicDecrypt, timingSafeEqual, verify } from 'node:crypto'
import { concat, equalBytes, fromHex } from '../../bytes.ts'
import type { Certificate } from './certificate.ts'
import { type SignaturePolicy, strongEnough } from './signed.ts'

/** Hash functions used with these cards. SHA-1 is deliberately excluded. */
export type DigestAlgorithm = 'SHA-256' | 'SHA-384' | 'SHA-512'

/** Length of each hash, bytes. */
export const digestLength: Readonly<Record<DigestAlgorithm, number>> = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 }

/** DER prefix of the hash value. RFC 8017 9.2, note 1. */
const prefixes: Record<DigestAlgorithm, Uint8Array> = {
  'SHA-256': fromHex('3031300D060960864801650304020105000420'),
  'SHA-384': fromHex('3041300D060960864801650304020205000430'),
  'SHA-512': fromHex('3051300D060960864801650304020305000440'),
}

/**
 * DigestInfo of a hash value: what RSASSA-PKCS1-v1_5 pads and the card signs with P1 = 00.
 *
 * @returns 51, 67 or 83 bytes.
 * @throws RangeError when the digest has another length than the hash gives.
 * @see RFC 8017 9.2
 */
export function digestInfo(hash: DigestAlgorithm, digest: Uint8Array): Uint8Array {
  const length = digestLength[hash]
  if (length === undefined) throw new TypeError('hash must be SHA-256, SHA-384 or SHA-512')
  if (digest.length !== length) throw new RangeError(`a ${hash} digest has ${length} bytes`)
  return concat(prefixes[hash], digest)
}

/** The signed input, and the padding of the signature. */
export type SignedInput =
  /** RSASSA-PKCS1-v1_5 or ECDSA over a message. */
  | { readonly padding: 'pkcs1' | 'ecdsa'; readonly hash: DigestAlgorithm; readonly message: Uint8Array }
  /** RSASSA-PKCS1-v1_5 or RSASSA-PSS over a given digest. PSS: MGF1 with the same hash, salt of the same length. */
  | { readonly padding: 'pkcs1' | 'pss'; readonly hash: DigestAlgorithm; readonly digest: Uint8Array }
  /** PKCS#1 type 1 padding over exactly these bytes. */
  | { readonly padding: 'pkcs1-raw'; readonly block: Uint8Array }

/**
 * Whether `signature` verifies with the certificate's key over `input`. A wrong key type, a wrong length or malformed
 * input returns `false`, never an exception. So does a key the policy does not accept: by default an RSA key of fewer
 * than 2048 or more than 4096 bits or with a public exponent of more than 32 bits, and curves other than P-256, P-384
 * and P-521.
 *
 * Source: RFC 8017 8.1.2, 8.2.2; FIPS 186-5 for ECDSA (DER signatures).
 */
export function verifySignature(
  certificate: Certificate,
  input: SignedInput,
  signature: Uint8Array,
  policy: SignaturePolicy = {},
): boolean {
  try {
    if (!strongEnough(certificate.key, policy)) return false
    if (input.padding === 'ecdsa') {
      return (
        certificate.publicKey.kind === 'ec' &&
        verify(nodeNames[input.hash], input.message, certificate.key.forVerify, signature)
      )
    }
    if (certificate.publicKey.kind !== 'rsa') return false
    // publicDecrypt accepts a signature without its leading zeros; RFC 8017 8.1.2 and 8.2.2 step 1 do not.
    if (signature.length !== Math.ceil(certificate.publicKey.bits / 8)) return false
    if ('message' in input) return verify(nodeNames[input.hash], input.message, certificate.key.forVerify, signature)
    const key = certificate.key.object
    if (input.padding === 'pss') return verifyPss(key, certificate.publicKey.bits, input, signature)
    const expected = input.padding === 'pkcs1-raw' ? input.block : digestInfo(input.hash, input.digest)
    return equalBytes(publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature), expected)
  } catch {
    return false
  }
}

const nodeNames = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const

const hashOf = (hash: DigestAlgorithm, ...parts: readonly Uint8Array[]): Uint8Array =>
  createHash(nodeNames[hash])
    .update(concat(...parts))
    .digest()

/** EMSA-PSS-VERIFY over a digest, RFC 8017 9.1.2; that of Node verifies messages only. */
function verifyPss(
  key: KeyObject,
  bits: number,
  input: { readonly hash: DigestAlgorithm; readonly digest: Uint8Array },
  signature: Uint8Array,
): boolean {
  const hashLength = digestLength[input.hash]
  const emBits = bits - 1
  const emLength = Math.ceil(emBits / 8)
  const whole = new Uint8Array(publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature))
  const em = whole.subarray(whole.length - emLength)
  if (input.digest.length !== hashLength || emLength < 2 * hashLength + 2 || em[emLength - 1] !== 0xbc) return false
  const dbLength = emLength - hashLength - 1
  const h = em.subarray(dbLength, emLength - 1)
  const unused = 8 * emLength - emBits
  if (em[0]! >> (8 - unused)) return false
  const mask = mgf1(input.hash, h, dbLength)
  const db = em.subarray(0, dbLength).map((byte, i) => byte ^ mask[i]!)
  db[0] = db[0]! & (0xff >> unused)
  const separator = dbLength - hashLength - 1
  if (db[separator] !== 0x01 || db.subarray(0, separator).some((byte) => byte !== 0)) return false
  const salt = db.subarray(separator + 1)
  return timingSafeEqual(h, hashOf(input.hash, new Uint8Array(8), input.digest, salt))
}

function mgf1(hash: DigestAlgorithm, seed: Uint8Array, length: number): Uint8Array {
  const parts: Uint8Array[] = []
  for (let counter = 0; counter * digestLength[hash] < length; counter++) {
    parts.push(hashOf(hash, seed, Uint8Array.of(0, 0, counter >> 8, counter & 0xff)))
  }
  return concat(...parts).subarray(0, length)
}
