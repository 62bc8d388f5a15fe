/** Issuer data of a CA, read from its certificate. */

import { equalBytes } from '../../bytes.ts'
import type { Asn1 } from './asn1.ts'
import { parseCertificate } from './certificate.ts'
import { type CertificateUse, encodeName, issuerName, type NameParts } from './distinguished-name.ts'
import type { IssuedCertificate } from './keys.ts'
import { type AuthorityOrganization, organizations } from './organization.ts'

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

/** @throws TypeError unless it is a CA as `createAuthorities` makes them, and of that use where one is given. */
export function readAuthority(ca: IssuedCertificate, option: string, asn1: Asn1, use?: CertificateUse): Authority {
  const certificate = parseCertificate(ca.certificate, option, asn1)
  const subject = new Uint8Array(certificate.subject.toSchema().toBER())
  for (const candidate of use ? [use] : (['authentication', 'signature'] as const)) {
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
        privateKey: ca.privateKey,
      }
    }
  }
  throw new TypeError(`${option} must be a virtual authority${use ? ` for ${use}` : ''}`)
}
