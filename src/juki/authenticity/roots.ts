import { createPublicKey } from 'node:crypto'
import { copyBytes } from '../../bytes.ts'
import { type CardPublicKey, isCardPublicKey } from './card-key.ts'
import { keyIdLength } from './key-id.ts'

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
 * @throws TypeError, RangeError when it is none, or the identifier has not 16 bytes.
 */
export function cvcRootFromSpki(spki: Uint8Array, root: Omit<CvcRoot, 'publicKey'>): CvcRoot {
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

/** @throws TypeError, RangeError for a root that cannot be one. */
export function checkRoot({ keyId, publicKey, hierarchy }: CvcRoot): void {
  if (keyId.length !== keyIdLength) throw new RangeError(`the identifier of a root has ${keyIdLength} bytes`)
  if (!isCardPublicKey(publicKey)) throw new RangeError('the key of a root is RSA-2048 with an exponent of 3 bytes')
  if (!cvcHierarchies.includes(hierarchy)) throw new TypeError(`hierarchy must be ${cvcHierarchies.join(', ')}`)
}
