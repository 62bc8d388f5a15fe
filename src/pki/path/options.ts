import type { Certificate, KeyUsage, SignatureLimits } from '../x509/index.ts'

/** What a certification path must satisfy. RFC 5280 6.1.1. */
export interface PathOptions {
  /** Trust anchors; there is no default. Their own validity, path length and name constraints count too (RFC 5937). */
  readonly anchors: readonly Certificate[]
  /** Untrusted certificates to build the path with, in any order. */
  readonly intermediates?: readonly Certificate[] | undefined
  /** The time of the verification. */
  readonly at: Date
  /** Certificate policies that are acceptable; default: any. */
  readonly initialPolicies?: readonly string[] | undefined
  /** Refuse a path that is valid for none of them. Default false. */
  readonly requireExplicitPolicy?: boolean | undefined
  readonly inhibitPolicyMapping?: boolean | undefined
  readonly inhibitAnyPolicy?: boolean | undefined
  /** Key usage the end certificate must allow. */
  readonly keyUsage?: KeyUsage | undefined
  /** Extended key usage the end certificate must name, as object identifier. */
  readonly extendedKeyUsage?: string | undefined
  /** Algorithms and key sizes accepted for certificates, lists and answers. */
  readonly signatures?: SignatureLimits | undefined
  /** Most certificates between the end certificate and the anchor. Default 8. */
  readonly maxIntermediates?: number | undefined
  /**
   * Most signatures checked for one question, over path, lists and answers together; a hostile pool cannot cost more. A check
   * by P-384, DSA or RSA with a public exponent above 65 537 counts 4, by P-521 8: as long as they take. Default 160.
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
  /** Certificate it is about: 0 is the end certificate, 1 its issuer, and so on. */
  readonly depth: number
  readonly message: string
}

/** A path that satisfies everything asked. */
export interface ValidPath {
  readonly ok: true
  /** End certificate first, trust anchor last. */
  readonly path: readonly Certificate[]
  /** Acceptable policies the path is valid for; `2.5.29.32.0` when any is. */
  readonly policies: readonly string[]
}

/** No path, and what was wrong with the one that got farthest. */
export interface InvalidPath {
  readonly ok: false
  readonly failure: PathFailure
}
