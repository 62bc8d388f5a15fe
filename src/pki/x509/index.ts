/**
 * Certificates and signatures without cards.
 */
export type { Algorithm, EncodingFinding, EncodingFindingKind } from '../../der/index.ts'
export { encodingFindingKinds } from '../../der/index.ts'
export { Certificate } from './certificate.ts'
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
export type { PemLabel } from './pem.ts'
export { derBlocks, mistakenContent } from './pem.ts'
export type { PublicKeyKind } from './public-key.ts'
export { PublicKey } from './public-key.ts'
export type { DigestAlgorithm, SignedInput } from './signature.ts'
export { digestInfo, digestLength, verifySignature } from './signature.ts'
export { SignatureBudget } from './signature-budget.ts'
export type { SignatureLimits, SignaturePolicy } from './signed.ts'
export { verifySigned } from './signed.ts'
