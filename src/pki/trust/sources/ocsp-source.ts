import {
  buildOcspRequest,
  type CertIdHash,
  OcspResponse,
  type OcspStatus,
  type OcspStatusOptions,
  ocspStatus,
} from '../../revocation/index.ts'
import type { Certificate, SignatureLimits } from '../../x509/index.ts'
import { strictest } from '../../x509/signed.ts'
import type { RevocationAnswer, RevocationSource } from '../report.ts'
import { RetryGate } from './cached-source.ts'
import { Addresses, type AddressOptions, Http, type HttpOptions } from './http.ts'
import { reasonOf, span } from './limits.ts'

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
function requireOcspPolicy(options: OcspPolicy, hasNonce: boolean): void {
  for (const name of ['skewMs', 'maxAgeMs'] as const) span(name, options[name], 0)
  if (options.requireNonce === true && !hasNonce) throw new TypeError('requireNonce needs a nonce')
}

/** Converts an evaluated OCSP response to the result of a source. */
function ocspAnswer(found: OcspStatus): RevocationAnswer {
  if (found.status === 'unknown') return { status: 'unknown', evidence: [], problems: [`OCSP: ${found.problem}`] }
  const { responder, thisUpdate, nextUpdate, sha256, findings } = found.evidence
  const noted = findings.length > 0 ? { findings } : {}
  const evidence = [{ kind: 'ocsp', issuer: responder.subject, thisUpdate, nextUpdate, sha256, ...noted }] as const
  if (found.status === 'good') return { status: 'good', evidence, problems: [] }
  return { status: 'revoked', revokedAt: found.revokedAt, reason: found.reason, evidence, problems: [] }
}

/** Options of {@link ocspHttpSource}. `maxBytes` defaults to 64 KiB. */
export interface OcspHttpSourceOptions extends OcspPolicy, AddressOptions, HttpOptions {
  /**
   * Send a nonce, and require it in the response unless `requireNonce` is `false`. Default `true`; `false` for
   * responders with pre-produced responses (RFC 5019).
   */
  readonly nonce?: boolean | undefined
  /** As in `buildOcspRequest`. Default `SHA-1`. */
  readonly hash?: CertIdHash | undefined
  /** Retry interval of an address after a failed exchange, milliseconds. Default 30 000. */
  readonly retryMs?: number | undefined
}

const idAdOcsp = '1.3.6.1.5.5.7.48.1'

/**
 * An OCSP responder over HTTP as a source: the given one, or allowed ones of the certificate's authorityInfoAccess. The
 * responder learns which certificate is queried, and over `http` so does everyone on the network path. Nothing is
 * cached: use {@link cachedSource}. RFC 6960, appendix A.1.
 *
 * @throws TypeError, RangeError naming the option that is not as described.
 */
export function ocspHttpSource(options: OcspHttpSourceOptions): RevocationSource {
  const { nonce = true, hash } = options
  if (typeof nonce !== 'boolean') throw new TypeError('nonce must be true or false')
  if (hash !== undefined && hash !== 'SHA-1' && hash !== 'SHA-256') throw new TypeError('hash must be SHA-1 or SHA-256')
  requireOcspPolicy(options, nonce)
  const { skewMs, maxAgeMs, requireNonce, validateResponder } = options
  const addresses = new Addresses(options, addressesOfResponders)
  const http = new Http(options, 65_536)
  const gate = new RetryGate(span('retryMs', options.retryMs, 30_000))

  const ask = async (
    address: URL,
    [certificate, issuer, at, _anchor, limits]: Parameters<RevocationSource>,
  ): Promise<RevocationAnswer> => {
    const request = buildOcspRequest(certificate, issuer, { hash, nonce: nonce ? undefined : false })
    const content = await gate.through(address, () =>
      http.body(address, {
        method: 'POST',
        headers: { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' },
        body: new Uint8Array(request.der),
        answer: 'application/ocsp-response',
      }),
    )
    const signatures: SignatureLimits = { ...strictest(options.signatures, limits), budget: limits?.budget }
    const policy = { at, nonce: request.nonce, skewMs, maxAgeMs, requireNonce, validateResponder, signatures }
    return ocspAnswer(ocspStatus(certificate, issuer, OcspResponse.fromDer(content), policy))
  }

  return async (...question): Promise<RevocationAnswer> => {
    const [certificate, issuer] = question
    const problems: string[] = []
    try {
      for (const address of addresses.of(certificate, issuer).flat()) {
        const answer = await ask(address, question).catch(
          (error: unknown): RevocationAnswer => ({ status: 'unknown', evidence: [], problems: [reasonOf(error)] }),
        )
        if (answer.status !== 'unknown') return { ...answer, problems: [...problems, ...answer.problems] }
        problems.push(...answer.problems.map((problem) => `responder ${address.origin}: ${problem}`))
      }
    } catch (error) {
      problems.push(`OCSP over HTTP: ${reasonOf(error)}`)
    }
    return { status: 'unknown', evidence: [], problems }
  }
}

function addressesOfResponders({ extensions }: Certificate): readonly (readonly string[])[] {
  const access = (extensions.authorityInfoAccess ?? []).filter(({ method }) => method === idAdOcsp)
  return [access.flatMap(({ location }) => (location.kind === 'uri' ? [location.value] : []))]
}
