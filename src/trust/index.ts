/**
 * Whether a certificate of the JPKI is to be believed: its profile, its authorities, its holder.
 *
 * @module jpki-card/trust
 */
export type { BirthDate, HolderAttributes } from './holder.ts'
export { holderAttributes } from './holder.ts'
export type { JpkiAuthority } from './jpki-authorities.ts'
export { fingerprint, jpkiAnchors, jpkiAuthorities, jpkiAuthorityOf } from './jpki-authorities.ts'
export type { JpkiCertificateUse, JpkiHierarchy, JpkiProfile } from './jpki-profile.ts'
export { jpkiPolicies, jpkiProfileOf } from './jpki-profile.ts'
