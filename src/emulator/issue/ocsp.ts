/** OCSP: delegated responders of the virtual CAs, and answers of the CAs and their delegates. */

import type { Extension } from 'pkijs'
import { generateKeys, type IssuedCertificate } from '../rsa.ts'
import { type Asn1, exactBuffer, keyIdentifier, loadAsn1, signingKey, wholeSecond } from './asn1.ts'
import { parseCertificate, readAuthority, signCertificate } from './certificate.ts'
import { crlName } from './distinguished-name.ts'
import { ExtensionWriter } from './extensions.ts'
import { randomNumbers } from './number-source.ts'

/** Options of {@link issueOcspResponder}. */
export interface OcspResponderOptions {
  /** First and last instant of validity, to the second. */
  readonly notBefore: Date
  readonly notAfter: Date
  /**
   * Whether the certificate says that it need not be checked for revocation (id-pkix-ocsp-nocheck). Default true;
   * `false` makes one that names the distribution point of the CA's user certificates in its place.
   */
  readonly nocheck?: boolean | undefined
}

/**
 * A certificate of a CA for a responder of its own, with a fresh RSA-2048 key: extended key usage OCSPSigning.
 * Source: RFC 6960 4.2.2.2.
 *
 * @throws TypeError for a CA that is not of `createAuthorities` or an invalid date.
 */
export async function issueOcspResponder(
  ca: IssuedCertificate,
  options: OcspResponderOptions,
): Promise<IssuedCertificate> {
  const notBefore = wholeSecond(options.notBefore, 'notBefore')
  const notAfter = wholeSecond(options.notAfter, 'notAfter')
  const asn1 = await loadAsn1()
  const authority = readAuthority(ca, 'ca', asn1)
  const { privateKey, publicKey } = await generateKeys()
  const write = new ExtensionWriter(asn1)
  const revocation =
    options.nocheck === false
      ? write.crlDistributionPoint(crlName(authority.use, authority.organization))
      : write.extension('1.3.6.1.5.5.7.48.1.5', false, new asn1.asn1js.Null())
  const draft = {
    serial: randomNumbers.serial(),
    issuer: authority.name,
    subject: [...authority.name, ['CN', 'OCSP responder'] as const],
    notBefore,
    notAfter,
    publicKey,
    extensions: [
      write.keyUsage(0),
      write.extendedKeyUsage('ocspSigning'),
      revocation,
      write.authorityKey(authority),
      write.subjectKey(publicKey),
    ],
  }
  return { certificate: await signCertificate(draft, authority.privateKey, asn1), privateKey }
}

/** Options of {@link issueOcspResponse}. */
export interface OcspResponseOptions {
  /** The certificate in question, DER. Only its serial number is read: whether the CA issued it is not checked. */
  readonly certificate: Uint8Array
  /** Its status; `reason` is the number of a CRLReason, 0 to 10 (RFC 5280 5.3.1). */
  readonly status: 'good' | 'unknown' | { readonly revokedAt: Date; readonly reason?: number | undefined }
  /** Instant of signature. Default: thisUpdate. */
  readonly producedAt?: Date | undefined
  readonly thisUpdate: Date
  /** Omitted: absent. */
  readonly nextUpdate?: Date | undefined
  /** Value of the nonce, as in the request. Omitted: absent. */
  readonly nonce?: Uint8Array | undefined
  /** Delegate that signs, such as one of `issueOcspResponder`; its certificate is included. Default: the CA itself. */
  readonly responder?: IssuedCertificate | undefined
}

/**
 * A successful OCSP response for one certificate, identified by SHA-1 hashes as most clients do. The responder is
 * identified by its key, because generations of a CA share a name. Signed with SHA-256 and RSA. Dates are written as
 * given, to the second, whatever their order. Source: RFC 6960 4.2.1.
 *
 * @returns DER of the OCSPResponse.
 * @throws TypeError for a CA that is not of `createAuthorities`, bytes that are not a certificate, or an invalid date.
 * RangeError for a reason out of range.
 */
export async function issueOcspResponse(ca: IssuedCertificate, options: OcspResponseOptions): Promise<Uint8Array> {
  const { nonce, responder, nextUpdate } = options
  const thisUpdate = wholeSecond(options.thisUpdate, 'thisUpdate')
  const producedAt = wholeSecond(options.producedAt ?? thisUpdate, 'producedAt')
  const asn1 = await loadAsn1()
  const { asn1js, pkijs } = asn1
  const authority = readAuthority(ca, 'ca', asn1)
  const { key, engine } = await signingKey(responder?.privateKey ?? authority.privateKey, asn1)
  const delegate = responder && parseCertificate(responder.certificate, 'responder', asn1)
  const publicKey = delegate ? new Uint8Array(delegate.subjectPublicKeyInfo.toSchema().toBER()) : authority.publicKey
  const certID = await pkijs.CertID.create(
    parseCertificate(options.certificate, 'certificate', asn1),
    { hashAlgorithm: 'SHA-1', issuerCertificate: parseCertificate(ca.certificate, 'ca', asn1) },
    engine,
  )
  const single = new pkijs.SingleResponse({
    certID,
    certStatus: encodeStatus(options.status, asn1),
    thisUpdate,
    ...(nextUpdate && { nextUpdate: wholeSecond(nextUpdate, 'nextUpdate') }),
  })
  const tbsResponseData = new pkijs.ResponseData({
    responderID: new asn1js.OctetString({ valueHex: exactBuffer(keyIdentifier(publicKey, asn1)) }),
    producedAt,
    responses: [single],
    ...(nonce && { responseExtensions: [nonceExtension(nonce, asn1)] }),
  })
  const basic = new pkijs.BasicOCSPResponse({ tbsResponseData, ...(delegate && { certs: [delegate] }) })
  await basic.sign(key, 'SHA-256', engine)
  const responseBytes = new pkijs.ResponseBytes({
    responseType: '1.3.6.1.5.5.7.48.1.1',
    response: new asn1js.OctetString({ valueHex: basic.toSchema().toBER() }),
  })
  const response = new pkijs.OCSPResponse({ responseStatus: new asn1js.Enumerated({ value: 0 }), responseBytes })
  return new Uint8Array(response.toSchema().toBER())
}

/** CertStatus, implicitly tagged: [0] NULL, [1] RevokedInfo, [2] NULL. */
function encodeStatus(status: OcspResponseOptions['status'], { asn1js }: Asn1): object {
  const tag = (tagNumber: number) => ({ idBlock: { tagClass: 3, tagNumber } })
  if (status === 'good') return new asn1js.Primitive(tag(0))
  if (status === 'unknown') return new asn1js.Primitive(tag(2))
  const { revokedAt, reason } = status
  const time = new asn1js.GeneralizedTime({ valueDate: wholeSecond(revokedAt, 'revokedAt') })
  if (reason === undefined) return new asn1js.Constructed({ ...tag(1), value: [time] })
  if (!Number.isInteger(reason) || reason < 0 || reason > 10) throw new RangeError('reason must be 0 to 10')
  const code = new asn1js.Constructed({ ...tag(0), value: [new asn1js.Enumerated({ value: reason })] })
  return new asn1js.Constructed({ ...tag(1), value: [time, code] })
}

/** RFC 9654: an OCTET STRING within the OCTET STRING of the extension. */
function nonceExtension(nonce: Uint8Array, asn1: Asn1): Extension {
  const value = new asn1.asn1js.OctetString({ valueHex: exactBuffer(nonce) })
  return new ExtensionWriter(asn1).extension('1.3.6.1.5.5.7.48.1.2', false, value)
}
