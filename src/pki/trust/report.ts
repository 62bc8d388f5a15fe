import type { PathCheck } from '../path/index.ts'
import type { Certificate, EncodingFinding, SignatureLimits } from '../x509/index.ts'
import type { JpkiProfile } from './jpki-profile.ts'

/** What a source of revocation says of one certificate. */
export interface RevocationAnswer {
  /** `unknown` whenever the source cannot vouch for it; never taken for `good`. */
  readonly status: 'good' | 'revoked' | 'unknown'
  readonly revokedAt?: Date | undefined
  readonly reason?: string | undefined
  /** What the answer rests on. */
  readonly evidence: readonly RevocationEvidence[]
  /** Why sources were of no use. */
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
  /** What its issuer or responder should have written in another way; absent or empty: nothing. */
  readonly findings?: readonly EncodingFinding[] | undefined
}

/**
 * Where revocation is looked up: lists at hand, a directory, a responder. Must not throw for what it does not know. `anchor`
 * is the trust anchor of the certificate's path: who signs its list must lead to the same one. RFC 5280 6.3.3 (f). `limits`
 * are what the verifier takes signatures by, and what is left of its budget; a source applies them besides its own.
 */
export type RevocationSource = (
  certificate: Certificate,
  issuer: Certificate,
  at: Date,
  anchor?: Certificate,
  limits?: SignatureLimits,
) => RevocationAnswer | Promise<RevocationAnswer>

/** Checks by name: those of the path, and those on top of it. */
export type VerificationCheck = 'path' | PathCheck | 'jpki-profile' | 'revocation'

/** One check and what came of it. */
export interface CheckResult {
  readonly check: VerificationCheck
  readonly result: 'passed' | 'failed' | 'not-done'
  /** Certificate it is about: 0 is the end certificate. */
  readonly depth: number
  readonly message?: string | undefined
}

/** Something that was read although its issuer should have written it in another way: docs/verification.md. */
export interface VerificationFinding extends EncodingFinding {
  /** What it was found in. */
  readonly of: 'certificate' | RevocationEvidence['kind']
  /** Certificate it is, or is about: 0 is the end certificate. */
  readonly depth: number
}

/** Everything that was found out about a certificate. */
export interface VerificationReport {
  readonly ok: boolean
  readonly at: Date
  readonly checks: readonly CheckResult[]
  /** The first check that failed. */
  readonly failure?: CheckResult | undefined
  /**
   * End certificate first, trust anchor last: the path that holds, or of those that revocation refuses the one that came
   * nearest. Absent when there is no valid path.
   */
  readonly path?: readonly Certificate[] | undefined
  /** Until when the whole path is valid: the earliest end on it. */
  readonly validUntil?: Date | undefined
  readonly profile?: JpkiProfile | undefined
  /** By depth, the anchor left out. */
  readonly revocation: readonly RevocationAnswer[]
  /** What was read although it was written against the rules, in what the report rests on. Absent: nothing. */
  readonly findings?: readonly VerificationFinding[] | undefined
}
