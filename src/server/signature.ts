import { createHash } from 'node:crypto'
import type { TokenAlgorithm } from '../token/index.ts'
import { type Certificate, type SignaturePolicy, type SignedInput, verifySignature } from '../pki/x509/index.ts'

const hashes = { '256': 'SHA-256', '384': 'SHA-384', '512': 'SHA-512' } as const
const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

/** Whether the certificate's key makes signatures of that algorithm: the key decides, not the token. RFC 7518 3. */
export function fitsKey(algorithm: TokenAlgorithm, { publicKey }: Certificate): boolean {
  if (algorithm.startsWith('ES')) return publicKey.kind === 'ec' && publicKey.curve === curves[algorithm]
  return publicKey.kind === 'rsa'
}

/** Whether the certificate's key made the signature over the message. */
export function isSignedBy(
  certificate: Certificate,
  algorithm: TokenAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
  policy: SignaturePolicy | undefined,
): boolean {
  return verifySignature(certificate, inputOf(algorithm, message), signature, policy)
}

function inputOf(algorithm: TokenAlgorithm, message: Uint8Array): SignedInput {
  const hash = hashes[algorithm.slice(2) as keyof typeof hashes]
  if (algorithm.startsWith('ES')) return { padding: 'ecdsa', hash, message }
  if (algorithm.startsWith('RS')) return { padding: 'pkcs1', hash, message }
  return { padding: 'pss', hash, digest: new Uint8Array(createHash('sha256').update(message).digest()) }
}
