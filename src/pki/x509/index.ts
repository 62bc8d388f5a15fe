/**
 * Certificates and signatures without cards.
 *
 * @module jpki-card/x509
 */
export type { Algorithm } from './algorithm.ts'
export { Certificate } from './certificate.ts'
export type { EncodingFinding, EncodingFindingKind } from './der.ts'
export { encodingFindingKinds } from './der.ts'
export type { DigestAlgorithm } from './digest-info.ts'
export { digestInfo, digestLength } from './digest-info.ts'
export type {
  DistributionPoint,
  DistributionPointName,
  Extensions,
  GeneralSubtree,
  KeyUsage,
  NameConstraints,
} from './extensions.ts'
export { anyPolicy, keyUsages } from './extensions.ts'
export type { GeneralName, GeneralNameKind } from './general-name.ts'
export type { NameAttribute } from './name.ts'
export { Name } from './name.ts'
export type { PublicKeyKind } from './public-key.ts'
export { PublicKey } from './public-key.ts'
export type { SignedInput } from './signature.ts'
export { verifySignature } from './signature.ts'
export { SignatureBudget } from './signature-budget.ts'
export type { SignatureLimits, SignaturePolicy } from './signed.ts'
export { verifySigned } from './signed.ts'
