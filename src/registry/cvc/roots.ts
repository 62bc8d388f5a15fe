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
