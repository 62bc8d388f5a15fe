/**
 * Whether a certificate was revoked: revocation lists by RFC 5280 6.3, OCSP by RFC 6960.
 *
 * @module jpki-card/revocation
 */
export type { RevokedEntry } from './crl/entry.ts'
export type { IssuingDistributionPoint } from './crl/issuing-distribution-point.ts'
export type { ListExtensions } from './crl/list-extensions.ts'
export { RevocationList } from './crl/revocation-list.ts'
export type { SignerOptions } from './crl/signer.ts'
export { listsItself } from './crl/signer.ts'
export type { CrlEvidence, CrlProblem, CrlStatus, CrlStatusOptions } from './crl/status.ts'
export { crlStatus } from './crl/status.ts'
export * from './ocsp/index.ts'
export type { RevocationReason } from './reason.ts'
