/** X.509 certificates: content and signature, and what is needed of a CA to issue in its name. */

import type { Certificate, Extension } from 'pkijs'
import { equalBytes } from '../../bytes.ts'
import type { IssuedCertificate } from '../rsa.ts'
import { type Asn1, encodeName, encodeTime, exactBuffer, signingKey } from './asn1.ts'
import {
  type AuthorityOrganization,
  type CertificateUse,
  issuerName,
  type NameParts,
  organizations,
} from './distinguished-name.ts'

/** The content of a certificate without the signature. */
export interface CertificateDraft {
  readonly serial: Uint8Array
  readonly issuer: NameParts
  readonly subject: NameParts
  readonly notBefore: Date
  readonly notAfter: Date
  /** SubjectPublicKeyInfo DER. */
  readonly publicKey: Uint8Array
  readonly extensions: readonly Extension[]
}

/** DER of the certificate, signed with the issuer's PKCS#8 key. */
export async function signCertificate(draft: CertificateDraft, issuerKey: Uint8Array, asn1: Asn1): Promise<Uint8Array> {
  const { asn1js, pkijs } = asn1
  const certificate = new pkijs.Certificate({
    version: 2,
    serialNumber: new asn1js.Integer({ valueHex: exactBuffer(draft.serial) }),
    issuer: encodeName(draft.issuer, asn1),
    subject: encodeName(draft.subject, asn1),
    notBefore: encodeTime(draft.notBefore, asn1),
    notAfter: encodeTime(draft.notAfter, asn1),
    subjectPublicKeyInfo: pkijs.PublicKeyInfo.fromBER(exactBuffer(draft.publicKey)),
    extensions: [...draft.extensions],
  })
  const { key, engine } = await signingKey(issuerKey, asn1)
  await certificate.sign(key, 'SHA-256', engine)
  return new Uint8Array(certificate.toSchema(true).toBER())
}

/** @throws TypeError for anything but a certificate, naming the option. */
export function parseCertificate(der: Uint8Array, option: string, { pkijs }: Asn1): Certificate {
  try {
    return pkijs.Certificate.fromBER(exactBuffer(der))
  } catch (cause) {
    throw new TypeError(`${option} must be a certificate in DER`, { cause })
  }
}

export interface Authority {
  readonly use: CertificateUse
  readonly organization: AuthorityOrganization
  readonly name: NameParts
  /** Content of the INTEGER. */
  readonly serial: Uint8Array
  /** SubjectPublicKeyInfo DER. */
  readonly publicKey: Uint8Array
  /** PKCS#8 DER. Not compared with the public key, so that forgeries can be made. */
  readonly privateKey: Uint8Array
}

const known = new WeakMap<Uint8Array, Omit<Authority, 'privateKey'>>()

/**
 * Reads a CA; parsed once per array.
 *
 * @throws TypeError unless it is a CA as `createAuthorities` makes them, and of that use where one is given.
 */
export function readAuthority(ca: IssuedCertificate, option: string, asn1: Asn1, use?: CertificateUse): Authority {
  const read = known.get(ca.certificate) ?? parseAuthority(ca.certificate, option, asn1)
  if (read === undefined || (use !== undefined && read.use !== use)) {
    throw new TypeError(`${option} must be a virtual authority${use ? ` for ${use}` : ''}`)
  }
  known.set(ca.certificate, read)
  return { ...read, privateKey: ca.privateKey }
}

function parseAuthority(der: Uint8Array, option: string, asn1: Asn1): Omit<Authority, 'privateKey'> | undefined {
  const certificate = parseCertificate(der, option, asn1)
  const subject = new Uint8Array(certificate.subject.toSchema().toBER())
  for (const candidate of ['authentication', 'signature'] as const) {
    for (const organization of organizations) {
      const name = issuerName(candidate, organization)
      const encoded = new Uint8Array(encodeName(name, asn1).toSchema().toBER())
      if (!equalBytes(subject, encoded)) continue
      return {
        use: candidate,
        organization,
        name,
        serial: certificate.serialNumber.valueBlock.valueHexView,
        publicKey: new Uint8Array(certificate.subjectPublicKeyInfo.toSchema().toBER()),
      }
    }
  }
  return undefined
}
