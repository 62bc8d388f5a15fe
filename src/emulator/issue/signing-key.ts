/** Signing as pkijs wants it. */

import type { CryptoEngine } from 'pkijs'
import { type Asn1, exactBuffer } from './asn1.ts'

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
