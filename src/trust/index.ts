/**
 * Whether a certificate of the JPKI is to be believed: path, profile and revocation in one answer.
 *
 * @module jpki-card/trust
 */
export type { BirthDate, HolderAttributes } from './holder.ts'
export { holderAttributes } from './holder.ts'
export type { JpkiAuthority } from './jpki-authorities.ts'
export { fingerprint, jpkiAnchors, jpkiAuthorities, jpkiAuthorityOf } from './jpki-authorities.ts'
export type { JpkiCertificateUse, JpkiHierarchy, JpkiProfile } from './jpki-profile.ts'
export { jpkiPolicies, jpkiProfileOf } from './jpki-profile.ts'
export type {
  CheckResult,
  RevocationAnswer,
  RevocationEvidence,
  RevocationSource,
  VerificationCheck,
  VerificationReport,
} from './report.ts'
export * from './sources/index.ts'
export type { RevocationPolicy, VerifyOptions } from './verify.ts'
export { inspectCertificate, verifyCertificate } from './verify.ts'
