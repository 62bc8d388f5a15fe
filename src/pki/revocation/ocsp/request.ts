import { randomBytes } from 'node:crypto'
import { context, tags } from '../../../der/index.ts'
import { CertificateError } from '../../../errors.ts'
import type { Certificate } from '../../x509/certificate.ts'
import { CertId, type CertIdHash, element, oid } from './cert-id.ts'

/** Object identifiers of RFC 6960 appendix B. */
export const ids = {
  /** id-kp-OCSPSigning */
  signing: '1.3.6.1.5.5.7.3.9',
  /** id-pkix-ocsp-basic */
  basic: '1.3.6.1.5.5.7.48.1.1',
  /** id-pkix-ocsp-nonce */
  nonce: '1.3.6.1.5.5.7.48.1.2',
  /** id-pkix-ocsp-nocheck */
  noCheck: '1.3.6.1.5.5.7.48.1.5',
} as const

/** Options of a request. */
export interface OcspRequestOptions {
  /**
   * 16 to 32 unpredictable bytes, or `false` for none, for responders with pre-produced responses (RFC 5019).
   * Default: 32 random bytes. RFC 8954 2.1, RFC 9654 2.1.
   */
  readonly nonce?: Uint8Array | false | undefined
  /**
   * Hash of the identifier. Default `SHA-1`, which RFC 5019 2.1.1 requires and every responder supports. It is only an
   * identifier: the response is trusted for its signature, and two issuers can be confused only if both hold that
   * signing key.
   */
  readonly hash?: CertIdHash | undefined
}

/** A request, with the nonce its response is checked against. */
export interface OcspRequest {
  /** OCSPRequest, DER; the body of an `application/ocsp-request`. Identifies a certificate: do not log it. */
  readonly der: Uint8Array
  /** Pass it to `ocspStatus`. */
  readonly nonce: Uint8Array | undefined
  readonly certId: CertId
}

/**
 * An unsigned OCSPRequest for one certificate. RFC 6960 4.1.1.
 *
 * @throws CertificateError `ERR_CERTIFICATE` when the certificate names another issuer.
 * @throws RangeError for a nonce of fewer than 16 or more than 32 bytes. @throws TypeError for an unknown hash.
 */
export function buildOcspRequest(
  certificate: Certificate,
  issuer: Certificate,
  options: OcspRequestOptions = {},
): OcspRequest {
  const { hash = 'SHA-1', nonce: given = new Uint8Array(randomBytes(32)) } = options
  if (hash !== 'SHA-1' && hash !== 'SHA-256') throw new TypeError('hash must be SHA-1 or SHA-256')
  if (!certificate.issuerName.equals(issuer.subjectName)) {
    throw new CertificateError('ERR_CERTIFICATE', 'the issuer is not the one the certificate names')
  }
  const nonce = given === false ? undefined : new Uint8Array(given)
  if (nonce !== undefined && (nonce.length < 16 || nonce.length > 32)) {
    throw new RangeError('a nonce has 16 to 32 bytes')
  }
  const certId = CertId.of(certificate, issuer, hash)
  const list = element(tags.sequence, element(tags.sequence, certId.der))
  const extensions = nonce === undefined ? [] : [element(context(2), element(tags.sequence, nonceExtension(nonce)))]
  const der = element(tags.sequence, element(tags.sequence, list, ...extensions))
  return { der, nonce, certId }
}

/** Nonce ::= OCTET STRING, itself inside the extension's OCTET STRING. RFC 8954 2.1. */
function nonceExtension(nonce: Uint8Array): Uint8Array {
  const value = element(tags.octetString, element(tags.octetString, nonce))
  return element(tags.sequence, oid(ids.nonce), value)
}
