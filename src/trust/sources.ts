import { inspectPath, type PathOptions } from '../path/index.ts'
import { crlStatus, listsItself, type OcspResponse, ocspStatus, type RevocationList } from '../revocation/index.ts'
import type { Certificate } from '../x509/index.ts'
import type { RevocationAnswer, RevocationSource } from './report.ts'

/** What a source over revocation lists works with. */
export interface CrlSourceOptions extends Omit<PathOptions, 'at'> {
  /** Lists, complete and delta, in any order. Untrusted: each is verified before it counts. */
  readonly lists: readonly RevocationList[]
}

/**
 * Revocation lists at hand as a source. Lists signed with another key than the issuer's count when that key's certificate
 * is among the intermediates, leads to one of the anchors, and is itself not revoked. RFC 5280 6.3.
 */
export function crlSource(options: CrlSourceOptions): RevocationSource {
  const status = (certificate: Certificate, issuer: Certificate, at: Date, deciding: readonly Certificate[]) =>
    crlStatus(certificate, issuer, {
      lists: options.lists,
      at,
      crlIssuers: options.intermediates,
      signatures: options.signatures,
      validateCrlIssuer: (candidate) => believed(candidate, at, deciding),
    })
  // A certificate whose own revocation is being decided cannot help to decide it, unless its issuer wants it so.
  const believed = (candidate: Certificate, at: Date, deciding: readonly Certificate[]): boolean => {
    if (deciding.includes(candidate)) return listsItself(candidate)
    const found = inspectPath(candidate, { ...options, initialPolicies: undefined, requireExplicitPolicy: false, at })
    if (!found.ok) return false
    const below = found.path.slice(0, -1)
    return below.every((one, i) => status(one, found.path[i + 1]!, at, [...deciding, candidate]).status === 'good')
  }
  return (certificate, issuer, at): RevocationAnswer => {
    const found = status(certificate, issuer, at, [certificate])
    return {
      status: found.status,
      revokedAt: found.revokedAt,
      reason: found.reason,
      evidence: found.evidence.map(({ issuer: name, thisUpdate, nextUpdate, sha256 }) => ({
        kind: 'crl',
        issuer: name,
        thisUpdate,
        nextUpdate,
        sha256,
      })),
      problems: found.problems.map(({ issuer: name, message }) => `list of ${name}: ${message}`),
    }
  }
}

/** What a source over an OCSP answer works with. */
export interface OcspSourceOptions {
  readonly response: OcspResponse
  /** The nonce of the request, when one was sent. */
  readonly nonce?: Uint8Array | undefined
}

/** One OCSP answer at hand as a source. RFC 6960. */
export function ocspSource({ response, nonce }: OcspSourceOptions): RevocationSource {
  return (certificate, issuer, at): RevocationAnswer => {
    const found = ocspStatus(certificate, issuer, response, { at, nonce })
    if (found.status === 'unknown') return { status: 'unknown', evidence: [], problems: [`OCSP: ${found.problem}`] }
    const { responder, thisUpdate, nextUpdate, sha256 } = found.evidence
    const evidence = [{ kind: 'ocsp', issuer: responder.subject, thisUpdate, nextUpdate, sha256 }] as const
    if (found.status === 'good') return { status: 'good', evidence, problems: [] }
    return { status: 'revoked', revokedAt: found.revokedAt, reason: found.reason, evidence, problems: [] }
  }
}
