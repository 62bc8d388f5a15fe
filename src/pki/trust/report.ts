import type { PathCheck } from '../path/index.ts'
import type { Certificate, EncodingFinding, SignatureLimits } from '../x509/index.ts'
import type { JpkiProfile } from './jpki-profile.ts'

/** Answer of a revocation source about one certificate. */
export interface RevocationAnswer {
  /** `unknown` whenever the source has no proof of its status; never treated as `good`. */
  readonly status: 'good' | 'revoked' | 'unknown'
  readonly revokedAt?: Date | undefined
  readonly reason?: string | undefined
  /** What the answer is based on. */
  readonly evidence: readonly RevocationEvidence[]
  /** Why sources gave no status. */
  readonly problems: readonly string[]
}

/** One verified list or answer. */
export interface RevocationEvidence {
  readonly kind: 'crl' | 'ocsp'
  readonly issuer: string
  readonly thisUpdate: Date
  readonly nextUpdate: Date | undefined
  /** SHA-256 of the list or answer, hexadecimal. */
  readonly sha256: string
  /** Deviations from the encoding rules; absent or empty: none. */
  readonly findings?: readonly EncodingFinding[] | undefined
}

/**
 * Looks up revocation: lists at hand, a directory, a responder. Must not throw for an unknown status. `anchor` is the trust
 * anchor of the certificate's path: the signer of its list must lead to the same one. RFC 5280 6.3.3 (f). `limits` are the
 * verifier's signature policy and what is left of its budget; a source applies them besides its own.
 */
export type RevocationSource = (
  certificate: Certificate,
  issuer: Certificate,
  at: Date,
  anchor?: Certificate,
  limits?: SignatureLimits,
) => RevocationAnswer | Promise<RevocationAnswer>

/** Checks by name: those of the path, and the further ones. */
export type VerificationCheck = 'path' | PathCheck | 'jpki-profile' | 'revocation'

/** One check and its result. */
export interface CheckResult {
  readonly check: VerificationCheck
  readonly result: 'passed' | 'failed' | 'not-done'
  /** Certificate it is about: 0 is the end certificate. */
  readonly depth: number
  readonly message?: string | undefined
}

/** A deviation from the encoding rules that was tolerated: docs/verification.md. */
export interface VerificationFinding extends EncodingFinding {
  /** Where it was found. */
  readonly of: 'certificate' | RevocationEvidence['kind']
  /** Certificate it is, or is about: 0 is the end certificate. */
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
   * End certificate first, trust anchor last: the valid path, or of those refused for revocation the one that got
   * nearest. Absent when there is no valid path.
   */
  readonly path?: readonly Certificate[] | undefined
  /** Until when the whole path is valid: the earliest end on it. */
  readonly validUntil?: Date | undefined
  readonly profile?: JpkiProfile | undefined
  /** By depth, the anchor left out. */
  readonly revocation: readonly RevocationAnswer[]
  /** Tolerated deviations in what the report is based on. Absent: none. */
  readonly findings?: readonly VerificationFinding[] | undefined
}
