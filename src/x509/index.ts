/**
 * Certificates and signatures without cards.
 *
 * @module jpki-card/x509
 */
export type { PublicKeyKind } from './certificate.ts'
export { Certificate } from './certificate.ts'
export type { DigestAlgorithm } from './digest-info.ts'
export { digestInfo, digestLength } from './digest-info.ts'
export type { SignedInput } from './signature.ts'
export { verifySignature } from './signature.ts'
