/**
 * Verification of a certificate of the JPKI: path, profile and revocation in one result.
 */
export type { FieldProblem, FieldProblemCode, HolderSex } from '../../holder-fields.ts'
export { fieldProblemCodes } from '../../holder-fields.ts'
export type { BirthDate, FurtherAttribute, HolderAttribute, HolderAttributes } from './holder.ts'
export { holderAttributes } from './holder.ts'
export type { JpkiAuthority } from './jpki-authorities.ts'
export { fingerprint, jpkiAnchors, jpkiAuthorities, jpkiAuthorityOf } from './jpki-authorities.ts'
export type {
  JpkiCertificateUse,
  JpkiHierarchy,
  JpkiIssuer,
  JpkiPolicy,
  JpkiProfile,
  JpkiProfileResult,
  JpkiProfiles,
} from './jpki-profile.ts'
export { jpkiIssuers, jpkiPolicies, jpkiPolicyTable, jpkiProfileOf } from './jpki-profile.ts'
export type {
  CheckResult,
  RevocationAnswer,
  RevocationEvidence,
  RevocationSource,
  VerificationCheck,
  VerificationFinding,
  VerificationReport,
} from './report.ts'
export type { CachedSourceOptions } from './sources/cached-source.ts'
export { cachedSource } from './sources/cached-source.ts'
export type { CrlSourceOptions } from './sources/combined-source.ts'
export { combinedSource, crlSource } from './sources/combined-source.ts'
export type { CrlFolderSource, CrlFolderSourceOptions } from './sources/crl-folder-source.ts'
export { crlFolderSource } from './sources/crl-folder-source.ts'
export type { CrlHttpSource, CrlHttpSourceOptions } from './sources/crl-http-source.ts'
export { crlHttpSource } from './sources/crl-http-source.ts'
export type { AddressOptions, HttpOptions } from './sources/http.ts'
export type { ListSourceOptions } from './sources/list-verifier.ts'
export type { OcspHttpSourceOptions, OcspPolicy, OcspSourceOptions } from './sources/ocsp-source.ts'
export { ocspHttpSource, ocspSource } from './sources/ocsp-source.ts'
export type { RevocationPolicy, VerifyOptions } from './verify.ts'
export { inspectCertificate, verifyCertificate } from './verify.ts'
