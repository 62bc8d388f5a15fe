/** Distinguished names of the virtual hierarchy, laid out like JPKI's (card-facts section 6.1). */

import type * as pkijsTypes from 'pkijs'
import type { Asn1 } from './asn1.ts'

/** `JPKI-VIRTUAL`, or `JPKI-TEST` for software that must be shown certificates of the test hierarchy. */
export type AuthorityOrganization = 'JPKI-VIRTUAL' | 'JPKI-TEST'

/** Both of them. */
export const organizations: readonly AuthorityOrganization[] = ['JPKI-VIRTUAL', 'JPKI-TEST']

/** Attribute and value, in order. */
export type NameParts = readonly (readonly ['C' | 'O' | 'OU' | 'L' | 'CN', string])[]

const attributeTypes = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', L: '2.5.4.7', CN: '2.5.4.3' } as const

/** `signature` 署名用, `authentication` 利用者証明用. */
export type CertificateUse = 'signature' | 'authentication'

const units = { signature: 'JPKI for digital signature', authentication: 'JPKI for user authentication' } as const

export function issuerName(use: CertificateUse, organization: AuthorityOrganization): NameParts {
  return [
    ['C', 'JP'],
    ['O', organization],
    ['OU', units[use]],
    ['OU', 'Virtual card, not issued by any authority'],
  ]
}

/** The CRL distribution point in a user certificate. */
export function crlName(use: CertificateUse, organization: AuthorityOrganization): NameParts {
  return [
    ['C', 'JP'],
    ['O', organization],
    ['OU', units[use]],
    ['OU', 'CRL Distribution Points'],
    ['OU', 'Kaku-ken'],
    ['CN', 'Kaku-shi CRLDP'],
  ]
}

/** Replaces C=JP, O=公的個人認証サービス. */
export const serviceName: NameParts = [
  ['C', 'JP'],
  ['O', '公的個人認証サービス仮想'],
]

/**
 * PrintableString for the country, UTF8String for the rest, one attribute per RDN.
 *
 * NOTE: encoded here and handed over as DER, because pkijs 4.0.0 writes all attributes it is given into one RDN.
 */
export function encodeName(parts: NameParts, { asn1js, pkijs }: Asn1): pkijsTypes.RelativeDistinguishedNames {
  const { ObjectIdentifier, PrintableString, Sequence, Set: Asn1Set, Utf8String } = asn1js
  const rdns = parts.map(([type, value]) => {
    const text = type === 'C' ? new PrintableString({ value }) : new Utf8String({ value })
    return new Asn1Set({
      value: [new Sequence({ value: [new ObjectIdentifier({ value: attributeTypes[type] }), text] })],
    })
  })
  return pkijs.RelativeDistinguishedNames.fromBER(new Sequence({ value: rdns }).toBER())
}
