import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import type { KeyPair } from '../../src/emulator/index.ts'
import { children } from './tlv-reader.ts'

export function keyOf({ publicKey }: Pick<KeyPair, 'publicKey'>): KeyObject {
  return createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
}

/** Key of the objects `90 e`, `91 n`. */
export function keyOfObjects(objects: Uint8Array): KeyObject {
  const { 90: e, 91: n } = children(objects) as Record<string, { value: Uint8Array }>
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
  return createPublicKey({ key: { kty: 'RSA', e: text(e!.value), n: text(n!.value) }, format: 'jwk' })
}

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
