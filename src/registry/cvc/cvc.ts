import { createPublicKey } from 'node:crypto'
import { copyBytes } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import { readTlv } from '../../tlv/index.ts'
import { fieldOf } from '../template.ts'
import {
  type CardPublicKey,
  cardPublicKeyLength,
  isCardPublicKey,
  keyIdLength,
  readCardPublicKey,
  readKeyId,
} from './card-key.ts'

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

/** Hierarchies of card-verifiable certificates: of real cards, of test cards, of virtual cards. */
export const cvcHierarchies = ['production', 'test', 'virtual'] as const

/** One of {@link cvcHierarchies}. */
export type CvcHierarchy = (typeof cvcHierarchies)[number]

/** A key that is trusted to certify the keys which sign card records. It has no dates. */
export interface CvcRoot {
  /** By which certificates name it, 16 bytes; all of them count. */
  readonly keyId: Uint8Array
  readonly publicKey: CardPublicKey
  readonly hierarchy: CvcHierarchy
  /** The only application whose certificates it may sign. Left out: any. */
  readonly application?: 'manager' | 'text' | 'visual' | undefined
}

/**
 * A root from a key in the usual form.
 *
 * @param spki - SubjectPublicKeyInfo, DER, of an RSA-2048 key.
 * @throws TypeError, RangeError when it is not one, or the identifier is not 16 bytes.
 */
export function cvcRootFromSpki(spki: Uint8Array, root: Omit<CvcRoot, 'publicKey'>): CvcRoot {
  if (!(spki instanceof Uint8Array)) throw new TypeError('spki must be bytes')
  if (!(root?.keyId instanceof Uint8Array)) throw new TypeError('root.keyId must be bytes')
  const made = { ...root, keyId: copyBytes(root.keyId), publicKey: rsaKey(spki) }
  checkRoot(made)
  return made
}

function rsaKey(spki: Uint8Array): CardPublicKey {
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'))
  let jwk: { n?: string; e?: string }
  try {
    jwk = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({ format: 'jwk' })
  } catch (cause) {
    throw new TypeError('the root key must be a SubjectPublicKeyInfo', { cause })
  }
  if (jwk.n === undefined || jwk.e === undefined) throw new TypeError('the root key must be an RSA key')
  return { modulus: bytes(jwk.n), exponent: bytes(jwk.e) }
}

/** @throws TypeError, RangeError naming the argument with a wrong type or length. */
export function checkRoots(roots: readonly CvcRoot[], hierarchies: readonly CvcHierarchy[]): void {
  if (!Array.isArray(roots)) throw new TypeError('roots must be a list of roots')
  for (const [i, root] of roots.entries()) checkRoot(root, `roots[${i}]`)
  if (!Array.isArray(hierarchies)) throw new TypeError('hierarchies must be a list of hierarchies')
  for (const one of hierarchies) {
    if (!cvcHierarchies.includes(one)) throw new TypeError(`hierarchies must be of ${cvcHierarchies.join(', ')}`)
  }
}

function checkRoot(root: CvcRoot, name = 'root'): void {
  if (typeof root !== 'object' || root === null)
    throw new TypeError(`${name} must be a root: keyId, publicKey, hierarchy`)
  const { keyId, publicKey, hierarchy, application } = root
  if (!(keyId instanceof Uint8Array)) throw new TypeError(`${name}.keyId must be bytes`)
  if (!(publicKey?.modulus instanceof Uint8Array) || !(publicKey.exponent instanceof Uint8Array)) {
    throw new TypeError(
      `${name}.publicKey must have modulus and exponent; cvcRootFromSpki makes a root from a key in DER`,
    )
  }
  if (keyId.length !== keyIdLength)
    throw new RangeError(`${name}.keyId: the identifier of a root has ${keyIdLength} bytes`)
  if (!isCardPublicKey(publicKey)) {
    throw new RangeError(`${name}.publicKey: the key of a root is RSA-2048 with an exponent of 3 bytes`)
  }
  if (!cvcHierarchies.includes(hierarchy)) throw new TypeError(`${name}.hierarchy must be ${cvcHierarchies.join(', ')}`)
  if (application !== undefined && !['manager', 'text', 'visual'].includes(application)) {
    throw new TypeError(`${name}.application must be manager, text or visual`)
  }
}
