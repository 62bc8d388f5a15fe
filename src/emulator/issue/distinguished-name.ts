/** Distinguished names of the virtual hierarchy, laid out like JPKI's (card-facts section 6.1). */

/** `JPKI-VIRTUAL`, or `JPKI-TEST` for software that must be shown certificates of the test hierarchy. */
export type AuthorityOrganization = 'JPKI-VIRTUAL' | 'JPKI-TEST'

/** Both of them. */
export const organizations: readonly AuthorityOrganization[] = ['JPKI-VIRTUAL', 'JPKI-TEST']

/** Attribute and value, in order. */
export type NameParts = readonly (readonly ['C' | 'O' | 'OU' | 'L' | 'CN', string])[]

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
