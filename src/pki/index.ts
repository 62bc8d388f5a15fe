/**
 * Certificates of the JPKI (公的個人認証サービスの電子証明書): X.509 and signatures, certification paths by RFC 5280 6.1, revocation
 * lists and OCSP, and the verification of a certificate with path, profile and revocation in one report.
 *
 * @module jpki-card/pki
 */
export * from './path/index.ts'
export * from './revocation/index.ts'
export * from './trust/index.ts'
export * from './x509/index.ts'
