/**
 * Certificates of the JPKI (公的個人認証サービスの電子証明書): X.509 and signatures, certification paths by RFC 5280 6.1, revocation
 * lists and OCSP, and the verification of a certificate with path, profile and revocation in one report.
 *
 * @example
 * ```ts
 * import { createIdentity, issueRevocationList } from 'jpki-card/emulator'
 * import { Certificate, crlSource, RevocationList, verifyCertificate } from 'jpki-card/pki'
 *
 * const { auth, authCa } = await createIdentity()
 * const at = new Date()
 * const days = { thisUpdate: at, nextUpdate: new Date(at.getTime() + 86_400_000) }
 * const list = await RevocationList.load(await issueRevocationList(authCa, days))
 * const anchors = [Certificate.fromDer(authCa.certificate)]
 * const { ok, validUntil } = await verifyCertificate(Certificate.fromDer(auth.certificate), {
 *   anchors,
 *   at,
 *   use: 'auth',
 *   hierarchies: ['virtual'],
 *   revocation: { mode: 'required', sources: [crlSource({ lists: [list], anchors, intermediates: [] })] },
 * })
 * console.log(ok, validUntil)
 * ```
 * @module jpki-card/pki
 */
export { inspectPath } from './path/inspect.ts'
export type { InvalidPath, PathCheck, PathFailure, PathOptions, ValidPath } from './path/options.ts'
export * from './revocation/index.ts'
export * from './trust/index.ts'
export * from './x509/index.ts'
