import { equalBytes } from '../../../bytes.ts'
import type { EncodingFinding } from '../../../der/index.ts'
import type { Certificate } from '../../x509/certificate.ts'
import type { SignatureLimits } from '../../x509/signed.ts'
import { findResponder, isIssuedBy, type ResponderProblem } from './responder.ts'
import type { OcspResponse, OcspResponseStatus } from './response.ts'
import type { OcspReason, OcspSingleResponse } from './single.ts'
import { type FreshnessProblem, freshnessProblem } from './single.ts'

/** Options of `ocspStatus`. */
export interface OcspStatusOptions {
  /** The time of the verification: usually now. */
  readonly at: Date
  /** Nonce of the request. Without it, a response to any request is accepted while it is fresh. */
  readonly nonce?: Uint8Array | undefined
  /** Refuse a response without nonce. Default: whether a nonce is given. A wrong nonce is always refused. */
  readonly requireNonce?: boolean | undefined
  /**
   * Greatest age of thisUpdate, milliseconds, 0 or more. Default: 24 hours when there is no nextUpdate, no limit when
   * there is.
   */
  readonly maxAgeMs?: number | undefined
  /** Largest difference of the clocks, milliseconds, 0 or more; every limit is extended by it. Default: 5 minutes. */
  readonly skewMs?: number | undefined
  /**
   * Whether a delegated responder is not revoked; called for each, and only `true` accepts it. Without it a
   * delegate needs the nocheck extension. RFC 6960 4.2.2.2.1.
   */
  readonly validateResponder?: ((responder: Certificate) => boolean) | undefined
  /** Algorithms and key sizes accepted for the response, a delegate's certificate and the certificate in question. */
  readonly signatures?: SignatureLimits | undefined
}

/** Why a response gives no status. The codes are stable. */
export type OcspProblem =
  /** An error status of the responder; unsigned, so it may come from another party. */
  | Exclude<OcspResponseStatus, 'successful'>
  | ResponderProblem
  | FreshnessProblem
  /** The certificate was not issued by that issuer. */
  | 'issuer-mismatch'
  | 'unknown-critical-extension'
  /** The response is not about this certificate of this issuer. */
  | 'other-certificate'
  /** It is both good and unknown. */
  | 'ambiguous'
  | 'nonce-missing'
  | 'nonce-wrong'
  /** The responder reports `unknown`. */
  | 'status-unknown'
  /** The signature budget is spent. */
  | 'budget'

/** Evidence of a status. */
export interface OcspEvidence {
  readonly producedAt: Date
  readonly thisUpdate: Date
  readonly nextUpdate: Date | undefined
  /** Certificate of the key that signed: the issuer's own or a delegate's. */
  readonly responder: Certificate
  /** SHA-256 of the whole response, upper-case hexadecimal. */
  readonly sha256: string
  /** Encoding deviations in the response or the delegate's certificate. */
  readonly findings: readonly EncodingFinding[]
}

/** Status by an authorised responder. `unknown` must be treated like `revoked`. */
export type OcspStatus =
  | { readonly status: 'good'; readonly evidence: OcspEvidence }
  | {
      readonly status: 'revoked'
      readonly revokedAt: Date
      readonly reason: OcspReason | undefined
      readonly evidence: OcspEvidence
    }
  | { readonly status: 'unknown'; readonly problem: OcspProblem; readonly evidence?: OcspEvidence }

/**
 * Status of the certificate by the response. `good` and `revoked` result only from a signed, authorised, fresh response
 * about exactly this certificate; otherwise `unknown` with the first problem found.
 *
 * The issuer must come from a validated path: its own validity, key usage and revocation are not checked. Any
 * revocation counts, whatever its time and reason, `certificateHold` included. RFC 6960 3.2. Of several responses about
 * the certificate each must be valid, and a revoked one takes precedence.
 *
 * @throws TypeError if `at` is an invalid date or `requireNonce` is set without a nonce; RangeError if `skewMs` or
 *   `maxAgeMs` is not a finite number of at least 0; never for anything in the response.
 */
export function ocspStatus(
  certificate: Certificate,
  issuer: Certificate,
  response: OcspResponse,
  options: OcspStatusOptions,
): OcspStatus {
  const limits = limitsOf(options)
  if (response.status !== 'successful') return unknown(response.status)
  const basic = response.basic!
  const { validateResponder, signatures } = options
  const isSpent = (): boolean => signatures?.budget?.exceeded === true
  const issued = isIssuedBy(certificate, issuer, signatures)
  if (isSpent()) return unknown('budget')
  if (!issued) return unknown('issuer-mismatch')
  if (basic.unknownCritical.length > 0) return unknown('unknown-critical-extension')

  const found = findResponder(basic, { certificate, issuer, atMs: limits.atMs, validateResponder, signatures })
  if (isSpent()) return unknown('budget')
  if (!found.ok) return unknown(found.problem)
  const { responder } = found

  const answers = basic.responses.filter(({ certId }) => certId.fits(certificate, issuer))
  const problemOf = (answer: OcspSingleResponse): OcspProblem | undefined =>
    answer.unknownCritical.length > 0
      ? 'unknown-critical-extension'
      : (freshnessProblem(basic.producedAtMs, answer, limits) ?? nonceProblem(basic.nonce, options))
  const evidenceOf = ({ thisUpdateMs, nextUpdateMs }: OcspSingleResponse): OcspEvidence => ({
    producedAt: new Date(basic.producedAtMs),
    thisUpdate: new Date(thisUpdateMs),
    nextUpdate: nextUpdateMs === undefined ? undefined : new Date(nextUpdateMs),
    responder,
    sha256: response.sha256,
    findings: responder === issuer ? response.findings : [...response.findings, ...responder.findings],
  })
  for (const answer of answers) {
    const { certStatus } = answer
    if (certStatus.kind !== 'revoked' || problemOf(answer) !== undefined) continue
    const { revokedAtMs, reason } = certStatus
    return { status: 'revoked', revokedAt: new Date(revokedAtMs), reason, evidence: evidenceOf(answer) }
  }
  const [soonest, ...others] = [...answers].sort((a, b) => endOf(a) - endOf(b))
  if (soonest === undefined) return unknown('other-certificate')
  const problem = answers.map(problemOf).find((one) => one !== undefined)
  if (problem !== undefined) return unknown(problem)
  if (others.some(({ certStatus }) => certStatus.kind !== soonest.certStatus.kind)) return unknown('ambiguous')
  const evidence = evidenceOf(soonest)
  if (soonest.certStatus.kind === 'good') return { status: 'good', evidence }
  return { status: 'unknown', problem: 'status-unknown', evidence }
}

/** nextUpdate of a response; one without it sorts first. */
const endOf = ({ nextUpdateMs }: OcspSingleResponse): number => nextUpdateMs ?? 0

const unknown = (problem: OcspProblem): OcspStatus => ({ status: 'unknown', problem })

function nonceProblem(found: Uint8Array | undefined, { nonce, requireNonce }: OcspStatusOptions) {
  if (nonce === undefined) return undefined
  if (found === undefined) return requireNonce === false ? undefined : 'nonce-missing'
  return equalBytes(found, nonce) ? undefined : 'nonce-wrong'
}

function limitsOf({ at, nonce, requireNonce, maxAgeMs, skewMs = 5 * 60 * 1000 }: OcspStatusOptions) {
  const atMs = at.getTime()
  if (Number.isNaN(atMs)) throw new TypeError('at must be a valid date')
  if (requireNonce === true && nonce === undefined) throw new TypeError('requireNonce needs the nonce of the request')
  for (const span of [skewMs, maxAgeMs ?? 0]) {
    if (!Number.isFinite(span) || span < 0) throw new RangeError('skewMs and maxAgeMs must be finite and not negative')
  }
  return { atMs, skewMs, maxAgeMs }
}
