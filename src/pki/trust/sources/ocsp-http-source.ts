import { buildOcspRequest, type CertIdHash, OcspResponse, ocspStatus } from '../../revocation/index.ts'
import type { Certificate, SignatureLimits } from '../../x509/index.ts'
import { strictest } from '../../x509/signed.ts'
import type { RevocationAnswer, RevocationSource } from '../report.ts'
import { Addresses, type AddressOptions } from './addresses.ts'
import { RetryGate } from './cached-source.ts'
import { Http, type HttpOptions } from './http.ts'
import { span } from './limits.ts'
import { type OcspPolicy, ocspAnswer, requireOcspPolicy } from './ocsp-source.ts'
import { reasonOf } from './unavailable.ts'

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
    const judgement = { at, nonce: request.nonce, skewMs, maxAgeMs, requireNonce, validateResponder, signatures }
    return ocspAnswer(ocspStatus(certificate, issuer, OcspResponse.fromDer(content), judgement))
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
