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
export type { BasicOcspResponse, ResponderId } from './ocsp/basic.ts'
export type { CertIdHash } from './ocsp/cert-id.ts'
export { CertId } from './ocsp/cert-id.ts'
export type { FreshnessProblem } from './ocsp/freshness.ts'
export type { OcspRequest, OcspRequestOptions } from './ocsp/request.ts'
export { buildOcspRequest } from './ocsp/request.ts'
export type { ResponderProblem } from './ocsp/responder.ts'
export type { OcspResponseStatus } from './ocsp/response.ts'
export { OcspResponse } from './ocsp/response.ts'
export type { OcspCertStatus, OcspReason, OcspSingleResponse } from './ocsp/single.ts'
export type { OcspEvidence, OcspProblem, OcspStatus, OcspStatusOptions } from './ocsp/status.ts'
export { ocspStatus } from './ocsp/status.ts'
export type { RevocationReason } from './reason.ts'
