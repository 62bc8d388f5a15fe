/** Signatures a card would not make. */

import { constants, createHash, createHmac, createPublicKey, privateEncrypt, sign } from 'node:crypto'
import { copyBytes } from '../../bytes.ts'
import { signRs256, type TokenPlan } from '../probe.ts'

type Signer = NonNullable<TokenPlan['sign']>

const rs =
  (hash: string): Signer =>
  (message, key) =>
    sign(hash, message, key)

/** Names of the wrong signatures. */
type SignatureName =
  | 'ps256'
  | 'rs512'
  | 'altered'
  | 'truncated'
  | 'longer'
  | 'zeros'
  | 'ofOtherMessage'
  | 'ofBareNonce'
  | 'bareHash'
  | 'hmacOfPublicKey'
  | 'none'

export const signatures: Readonly<Record<SignatureName, Signer>> = {
  ps256: (message, key) => sign('sha256', message, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  rs512: rs('sha512'),
  /** One bit in the middle is inverted. */
  altered: (message, key) => {
    const bytes = copyBytes(signRs256(message, key))
    bytes[100]! ^= 1
    return bytes
  },
  truncated: (message, key) => copyBytes(signRs256(message, key), 0, 255),
  longer: (message, key) => Uint8Array.of(...signRs256(message, key), 0),
  zeros: () => new Uint8Array(256),
  ofOtherMessage: (_message, key) => signRs256(Buffer.from('another message'), key),
  /** Over the nonce only, as for a server without domain separation. */
  ofBareNonce: (_message, key, { nonce }) => signRs256(Buffer.from(nonce, 'base64url'), key),
  /** PKCS#1 padding around the hash itself, without the DigestInfo that names its algorithm. */
  bareHash: (message, key) =>
    privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, createHash('sha256').update(message).digest()),
  /** Keyed with the public key, which is public. */
  hmacOfPublicKey: (message, key) =>
    createHmac('sha256', createPublicKey(key).export({ format: 'der', type: 'spki' }))
      .update(message)
      .digest(),
  none: () => new Uint8Array(),
}
