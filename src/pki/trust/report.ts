import type { PathCheck } from '../path/options.ts'
import type { Certificate, EncodingFinding, SignatureLimits } from '../x509/index.ts'
import type { JpkiProfile } from './jpki-profile.ts'

/** Status of one certificate by a revocation source. */
export interface RevocationAnswer {
  /** `unknown` whenever the source has no proof of its status; never treated as `good`. */
  readonly status: 'good' | 'revoked' | 'unknown'
  readonly revokedAt?: Date | undefined
  readonly reason?: string | undefined
  /** Evidence of the status. */
  readonly evidence: readonly RevocationEvidence[]
  /** Why sources returned no status. */
  readonly problems: readonly string[]
}

/** One verified CRL or OCSP response. */
export interface RevocationEvidence {
  readonly kind: 'crl' | 'ocsp'
  readonly issuer: string
  readonly thisUpdate: Date
  readonly nextUpdate: Date | undefined
  /** SHA-256 of the CRL or OCSP response, hexadecimal. */
  readonly sha256: string
  /** Deviations from the encoding rules; absent or empty: none. */
  readonly findings?: readonly EncodingFinding[] | undefined
}

/**
 * Looks up revocation: local lists, a directory, a responder. Must not throw for an unknown status. `anchor` is the
 * trust anchor of the certificate's path: the signer of its list must lead to the same one. RFC 5280 6.3.3 (f).
 * `limits` are the verifier's signature policy and remaining budget; a source applies them in addition to its own.
 */
export type RevocationSource = (
  certificate: Certificate,
  issuer: Certificate,
  at: Date,
  anchor?: Certificate,
  limits?: SignatureLimits,
) => RevocationAnswer | Promise<RevocationAnswer>

/** Checks by name: those of the path, and further ones. */
export type VerificationCheck = 'path' | PathCheck | 'jpki-profile' | 'revocation'

/** One check and its result. */
export interface CheckResult {
  readonly check: VerificationCheck
  readonly result: 'passed' | 'failed' | 'not-done'
  /** Position of the certificate: 0 is the end certificate. */
  readonly depth: number
  readonly message?: string | undefined
}

/** A deviation from the encoding rules that was tolerated: docs/verification.md. */
export interface VerificationFinding extends EncodingFinding {
  /** Where it was found. */
  readonly of: 'certificate' | RevocationEvidence['kind']
  /** Position of the certificate concerned: 0 is the end certificate. */
  readonly depth: number
}

/** Result of all checks of a certificate. */
export interface VerificationReport {
  readonly ok: boolean
  readonly at: Date
  readonly checks: readonly CheckResult[]
  /** The first check that failed. */
  readonly failure?: CheckResult | undefined
  /**
   * End certificate first, trust anchor last: the valid path, or of those refused for revocation the one nearest to
   * success. Absent without a valid path.
   */
  readonly path?: readonly Certificate[] | undefined
  /** Last second at which the whole path is valid: the earliest notAfter on it. */
  readonly validUntil?: Date | undefined
  readonly profile?: JpkiProfile | undefined
  /** By depth, without the anchor. */
  readonly revocation: readonly RevocationAnswer[]
  /** Tolerated encoding deviations in certificates and evidence. Absent: none. */
  readonly findings?: readonly VerificationFinding[] | undefined
}
