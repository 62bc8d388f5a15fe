import { OcspResponse, type OcspStatus, type OcspStatusOptions, ocspStatus } from '../../revocation/index.ts'
import { strictest } from '../../x509/signed.ts'
import type { RevocationAnswer, RevocationSource } from '../report.ts'
import { span } from './limits.ts'

/** Policy for an OCSP response, as in `ocspStatus`. */
export type OcspPolicy = Pick<
  OcspStatusOptions,
  'skewMs' | 'maxAgeMs' | 'requireNonce' | 'validateResponder' | 'signatures'
>

/** Options of {@link ocspSource}. */
export interface OcspSourceOptions extends OcspPolicy {
  readonly response: OcspResponse
  /** The nonce of the request, when one was sent. */
  readonly nonce?: Uint8Array | undefined
}

/**
 * One given OCSP response as a source. RFC 6960.
 *
 * @throws TypeError, RangeError naming the option that is not as described.
 */
export function ocspSource(options: OcspSourceOptions): RevocationSource {
  if (!(options.response instanceof OcspResponse)) throw new TypeError('response must be an OcspResponse')
  requireOcspPolicy(options, options.nonce !== undefined)
  return (certificate, issuer, at, _anchor, limits) => {
    const signatures = { ...strictest(options.signatures, limits), budget: limits?.budget }
    return ocspAnswer(ocspStatus(certificate, issuer, options.response, { ...options, at, signatures }))
  }
}

/** @throws TypeError, RangeError naming the option that is not as described. */
export function requireOcspPolicy(options: OcspPolicy, hasNonce: boolean): void {
  for (const name of ['skewMs', 'maxAgeMs'] as const) span(name, options[name], 0)
  if (options.requireNonce === true && !hasNonce) throw new TypeError('requireNonce needs a nonce')
}

/** Converts an evaluated OCSP response to the result of a source. */
export function ocspAnswer(found: OcspStatus): RevocationAnswer {
  if (found.status === 'unknown') return { status: 'unknown', evidence: [], problems: [`OCSP: ${found.problem}`] }
  const { responder, thisUpdate, nextUpdate, sha256, findings } = found.evidence
  const noted = findings.length > 0 ? { findings } : {}
  const evidence = [{ kind: 'ocsp', issuer: responder.subject, thisUpdate, nextUpdate, sha256, ...noted }] as const
  if (found.status === 'good') return { status: 'good', evidence, problems: [] }
  return { status: 'revoked', revokedAt: found.revokedAt, reason: found.reason, evidence, problems: [] }
}
