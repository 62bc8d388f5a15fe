import { createHash } from 'node:crypto'
import { copyBytes } from '../bytes.ts'
import { type Certificate, type DigestAlgorithm, digestInfo, digestLength, type SignedInput } from '../pki/index.ts'

/**
 * Signature algorithm in JOSE terms (RFC 7518 3.1); `rsa-bare-sha256` is PKCS#1 padding over the bare hash, which has no
 * standard name. The ECDSA names are for cards to come: none of today's cards makes one.
 */
export type SignatureAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'ES256' | 'ES384' | 'ES512' | 'rsa-bare-sha256'

/**
 * What the card does with what it is given: P1 of COMPUTE DIGITAL SIGNATURE. Each was checked against the public key of
 * a real card by one public source; `digest-info` and `card-hash` by two (`docs/card-facts.md`).
 */
export type SignatureScheme =
  /** P1 00: DigestInfo made here, padded as it is. SHA-256, SHA-384 or SHA-512. What every client uses. */
  | 'digest-info'
  /** P1 01: the card hashes with SHA-256 and pads the bare hash. Only for systems that ask for it. */
  | 'card-hash-bare'
  /** P1 02: SHA-256 hash given, the card makes the DigestInfo. */
  | 'card-digest-info'
  /** P1 03: the card hashes and makes the DigestInfo. */
  | 'card-hash'
  /** P1 04: SHA-256 hash given, RSASSA-PSS. */
  | 'pss'
  /** P1 05: the card hashes, RSASSA-PSS. */
  | 'card-hash-pss'

/** What is to be signed: a message, or its digest made elsewhere. */
export type ToBeSigned = { readonly message: Uint8Array } | { readonly digest: Uint8Array }

/**
 * The message to be signed, made of the certificate of the key: where the certificate is part of what is signed, and can be read
 * only after the PIN. Called once.
 */
export type SignedWithCertificate = (certificate: Certificate) => Uint8Array | Promise<Uint8Array>

/** How one scheme goes about it. */
export interface SchemeRow {
  /** P1 of COMPUTE DIGITAL SIGNATURE. */
  readonly p1: number
  readonly takes: 'digest-info' | 'digest' | 'message'
  readonly padding: 'pkcs1' | 'pss' | 'bare'
}

/** All schemes with their P1. */
export const signatureSchemes: Readonly<Record<SignatureScheme, SchemeRow>> = {
  'digest-info': { p1: 0x00, takes: 'digest-info', padding: 'pkcs1' },
  'card-hash-bare': { p1: 0x01, takes: 'message', padding: 'bare' },
  'card-digest-info': { p1: 0x02, takes: 'digest', padding: 'pkcs1' },
  'card-hash': { p1: 0x03, takes: 'message', padding: 'pkcs1' },
  pss: { p1: 0x04, takes: 'digest', padding: 'pss' },
  'card-hash-pss': { p1: 0x05, takes: 'message', padding: 'pss' },
}

/** Longest message a card hashes itself: one short command. Longer ones are hashed here (`digest-info`, `pss`). */
export const maxCardHashMessage = 255

/** One signature, prepared before anything is sent: what goes to the card and how its answer is checked. */
export interface PreparedSignature {
  readonly p1: number
  readonly data: Uint8Array
  readonly algorithm: SignatureAlgorithm
  readonly check: SignedInput
}

type SchemeOptions = { readonly scheme?: SignatureScheme | undefined; readonly hash?: DigestAlgorithm | undefined }

/**
 * Prepares a signature: what can be refused of a message that is made later is refused now.
 *
 * @throws TypeError as {@link prepareSignature}, and for a scheme in which the card hashes, as it limits the message.
 */
export function prepareLater(input: SignedWithCertificate, options: SchemeOptions = {}): Preparation {
  const { scheme = 'digest-info', hash = 'SHA-256' } = options
  if (signatureSchemes[scheme]?.takes === 'message')
    throw new TypeError(`the ${scheme} scheme takes a message that is known before`)
  prepareSignature({ message: new Uint8Array() }, { scheme, hash })
  return async (certificate) => prepareSignature({ message: await input(certificate) }, { scheme, hash })
}

/** Makes the signature that is prepared for a certificate. */
export type Preparation = (certificate: Certificate) => PreparedSignature | Promise<PreparedSignature>

/**
 * Prepares a signature.
 *
 * @throws RangeError when a digest has the wrong length, or a message for a card-hash scheme is not 1 to 255 bytes.
 * @throws TypeError for an unknown scheme or hash, or a digest where the scheme takes a message.
 */
export function prepareSignature(input: ToBeSigned, options: SchemeOptions = {}): PreparedSignature {
  const { scheme = 'digest-info', hash = 'SHA-256' } = options
  const row = signatureSchemes[scheme]
  if (row === undefined) throw new TypeError(`unknown signature scheme ${String(scheme)}`)
  if (digestLength[hash] === undefined) throw new TypeError('hash must be SHA-256, SHA-384 or SHA-512')
  if (row.takes !== 'digest-info' && hash !== 'SHA-256') throw new TypeError(`the ${scheme} scheme uses SHA-256`)
  if (row.takes === 'message') {
    if (!('message' in input)) throw new TypeError(`the ${scheme} scheme takes a message, not a digest`)
    if (input.message.length < 1 || input.message.length > maxCardHashMessage) {
      throw new RangeError(`the ${scheme} scheme takes a message of 1 to ${maxCardHashMessage} bytes`)
    }
  }
  const digest = 'digest' in input ? copyBytes(input.digest) : digestOf(hash, input.message)
  if (digest.length !== digestLength[hash]) throw new RangeError(`a ${hash} digest has ${digestLength[hash]} bytes`)
  const data =
    row.takes === 'message' && 'message' in input
      ? copyBytes(input.message)
      : row.takes === 'digest'
        ? digest
        : digestInfo(hash, digest)
  return { p1: row.p1, data, algorithm: algorithmOf(row, hash), check: checkOf(row, hash, digest) }
}

function digestOf(hash: DigestAlgorithm, message: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(hash.replace('-', '').toLowerCase()).update(message).digest())
}

function algorithmOf(row: SchemeRow, hash: DigestAlgorithm): SignatureAlgorithm {
  if (row.padding === 'bare') return 'rsa-bare-sha256'
  if (row.padding === 'pss') return 'PS256'
  return ({ 'SHA-256': 'RS256', 'SHA-384': 'RS384', 'SHA-512': 'RS512' } as const)[hash]
}

function checkOf(row: SchemeRow, hash: DigestAlgorithm, digest: Uint8Array): SignedInput {
  return row.padding === 'bare' ? { padding: 'pkcs1-raw', block: digest } : { padding: row.padding, hash, digest }
}
