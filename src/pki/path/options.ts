import type { Certificate, KeyUsage, SignatureLimits } from '../x509/index.ts'

/** Requirements on a certification path. RFC 5280 6.1.1. */
export interface PathOptions {
  /** Trust anchors; there is no default. Their own validity, path length and name constraints count too (RFC 5937). */
  readonly anchors: readonly Certificate[]
  /** Untrusted certificates to build the path with, in any order. */
  readonly intermediates?: readonly Certificate[] | undefined
  /** The time of the verification. */
  readonly at: Date
  /** Acceptable certificate policies; default: any. */
  readonly initialPolicies?: readonly string[] | undefined
  /** Refuse a path that is valid for none of them. Default false. */
  readonly requireExplicitPolicy?: boolean | undefined
  readonly inhibitPolicyMapping?: boolean | undefined
  readonly inhibitAnyPolicy?: boolean | undefined
  /** Key usage the end certificate must allow. */
  readonly keyUsage?: KeyUsage | undefined
  /** Extended key usage the end certificate must name, as object identifier. */
  readonly extendedKeyUsage?: string | undefined
  /** Algorithms and key sizes accepted for certificates, CRLs and OCSP responses. */
  readonly signatures?: SignatureLimits | undefined
  /** Certificates between the end certificate and the anchor, at most. Default 8. */
  readonly maxIntermediates?: number | undefined
  /**
   * Signature verifications per verification, over path, CRLs and OCSP responses together, at most; limits the cost of
   * a malicious pool. A P-384, DSA or RSA one with a public exponent above 65 537 counts 4, a P-521 one 8, in
   * proportion to their time. Default 160.
   */
  readonly maxSignatures?: number | undefined
}

/** The checks of a path, by name. */
export type PathCheck =
  | 'trust-anchor'
  | 'signature'
  | 'validity'
  | 'name-chaining'
  | 'basic-constraints'
  | 'path-length'
  | 'key-usage'
  | 'extended-key-usage'
  | 'name-constraints'
  | 'policy'
  | 'critical-extension'
  | 'certificate-profile'
  | 'budget'

/** Why a path is refused. */
export interface PathFailure {
  readonly check: PathCheck
  /** Position of the certificate: 0 is the end certificate, 1 its issuer, and so on. */
  readonly depth: number
  readonly message: string
}

/** A path that satisfies all requirements. */
export interface ValidPath {
  readonly ok: true
  /** End certificate first, trust anchor last. */
  readonly path: readonly Certificate[]
  /** Acceptable policies the path is valid for; `2.5.29.32.0` when any is. */
  readonly policies: readonly string[]
}

/** No valid path, and the failure of the one that got farthest. */
export interface InvalidPath {
  readonly ok: false
  readonly failure: PathFailure
}
