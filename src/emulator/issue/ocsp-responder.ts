/** Delegated OCSP responders of a CA. */

import { loadAsn1, wholeSecond } from './asn1.ts'
import { readAuthority } from './authority.ts'
import { newSerial, signCertificate } from './certificate.ts'
import { crlName } from './distinguished-name.ts'
import { ExtensionWriter } from './extensions.ts'
import { generateKeys, type IssuedCertificate } from './keys.ts'

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
    serial: newSerial(),
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
