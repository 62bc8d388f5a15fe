import type { UserVerification } from '../../user-verification.ts'
import type { Certificate, KeyUsage } from '../x509/index.ts'

/** Type of a certificate within the JPKI. */
export type JpkiCertificateUse = 'auth' | 'sign' | 'auth-ca' | 'sign-ca'

/** Hierarchy by the issuer name; only a trust anchor proves it. */
export type JpkiHierarchy = 'production' | 'test' | 'virtual'

/** JPKI profile of a certificate. */
export interface JpkiProfile {
  readonly use: JpkiCertificateUse
  readonly hierarchy: JpkiHierarchy
  /** `current` is RSA; `next` is ECDSA P-384 of the next card generation, whose profile is not public yet. */
  readonly generation: 'current' | 'next'
  /** How its holder is verified, when its policy says so. */
  readonly userVerification?: UserVerification | undefined
}

/** Result of {@link jpkiProfileOf}: a profile, or the reason why there is none, with the issuer or policy seen. */
export type JpkiProfileResult =
  | { readonly ok: true; readonly profile: JpkiProfile }
  | { readonly ok: false; readonly reason: string }

/** A policy under which certificates of holders are issued. */
export interface JpkiPolicy {
  /** Object identifier, dotted. */
  readonly oid: string
  readonly use: 'auth' | 'sign'
  readonly hierarchies: readonly JpkiHierarchy[]
  /** How the holder is verified, when the policy says so. */
  readonly userVerification?: UserVerification | undefined
  /** How well it is known, with the sources. */
  readonly source: string
}

/** A name under which certificates of holders are issued: organization (O) and unit (OU) of the issuer. */
export interface JpkiIssuer {
  readonly organization: string
  readonly unit: string
  readonly issues: 'auth' | 'sign'
  readonly hierarchy: JpkiHierarchy
}

/** Policies and issuers besides those known here, for example of certificates in phones, as J-LIS gives them to verifiers. */
export interface JpkiProfiles {
  readonly policies?: readonly JpkiPolicy[] | undefined
  readonly issuers?: readonly JpkiIssuer[] | undefined
}

/** Policy OIDs of user certificates. Card facts 6.2: production values from three sources, the test value from two. */
export const jpkiPolicies = {
  sign: '1.2.392.200149.8.5.1.1.20',
  signTest: '1.2.392.200149.8.5.1.0.20',
  auth: '1.2.392.200149.8.5.1.3.30',
  /** Signature certificate of a phone. One note of 2026, not seen in the specification it names. */
  signPhone: '1.2.392.200149.8.5.1.1.40',
} as const

/** The policies known. That of user-authentication certificates in phones is in no public source. */
export const jpkiPolicyTable: readonly JpkiPolicy[] = [
  { oid: jpkiPolicies.sign, use: 'sign', hierarchies: ['production'], source: 'three public sources' },
  { oid: jpkiPolicies.signTest, use: 'sign', hierarchies: ['test', 'virtual'], source: 'two public sources' },
  { oid: jpkiPolicies.signPhone, use: 'sign', hierarchies: ['production'], source: 'one note, hearsay' },
  {
    oid: jpkiPolicies.auth,
    use: 'auth',
    hierarchies: ['production', 'test', 'virtual'],
    source: 'three public sources',
  },
]

const organizations: readonly (readonly [organization: string, hierarchy: JpkiHierarchy])[] = [
  ['JPKI', 'production'],
  ['JPKI-TEST', 'test'],
  ['JPKI-VIRTUAL', 'virtual'],
]

/** The issuers known. Which CA issues the certificates in phones is in no public source. */
export const jpkiIssuers: readonly JpkiIssuer[] = organizations.flatMap(([organization, hierarchy]) => [
  { organization, unit: 'JPKI for user authentication', issues: 'auth', hierarchy },
  { organization, unit: 'JPKI for digital signature', issues: 'sign', hierarchy },
])

const clientAuth = '1.3.6.1.5.5.7.3.2'
/** Longest name quoted in a reason, characters, and most policies. */
const longestName = 160
const mostPolicies = 4

/**
 * The JPKI profile of a certificate. Issuer name, policy, key usage and extended key usage must be consistent. Does not
 * verify trust.
 *
 * @param more - policies and issuers besides {@link jpkiPolicyTable} and {@link jpkiIssuers}.
 */
export function jpkiProfileOf(certificate: Certificate, more: JpkiProfiles = {}): JpkiProfileResult {
  const { extensions, publicKey } = certificate
  const issuer = issuerOf(certificate, more.issuers === undefined ? jpkiIssuers : [...more.issuers, ...jpkiIssuers])
  if (issuer === undefined) return none(`its issuer is not of the JPKI: ${shortened(certificate.issuer)}`)
  const { issues, hierarchy } = issuer
  const generation = publicKey.kind === 'ec' && publicKey.curve === 'P-384' ? 'next' : 'current'
  if (publicKey.kind !== 'rsa' && generation !== 'next') return none('its key is of a kind the JPKI does not use')
  if (extensions.basicConstraints?.ca === true) {
    if (!certificate.selfIssued) return none('a CA certificate of the JPKI is self-signed')
    return { ok: true, profile: { use: `${issues}-ca`, hierarchy, generation } }
  }
  const wrong = issues === 'auth' ? notForAuthentication(certificate) : notForSignature(certificate)
  if (wrong !== undefined) return none(wrong)
  const policy = policyOf(certificate, issuer, more.policies)
  if (policy === undefined) {
    const seen = extensions.policies?.slice(0, mostPolicies).join(', ') ?? 'none'
    return none(`its policy is not that of ${issues === 'auth' ? 'user authentication' : 'a signature'}: ${seen}`)
  }
  const { userVerification } = policy
  return { ok: true, profile: { use: issues, hierarchy, generation, ...(userVerification && { userVerification }) } }
}

const none = (reason: string): JpkiProfileResult => ({ ok: false, reason })

const shortened = (name: string): string => (name.length > longestName ? `${name.slice(0, longestName)}…` : name)

function notForAuthentication({ extensions }: Certificate): string | undefined {
  if (!usageIs(extensions.keyUsage, ['digitalSignature'])) return 'its key usage is not that of user authentication'
  if (!extensions.extendedKeyUsage?.includes(clientAuth)) return 'it is not for client authentication'
  return undefined
}

function notForSignature({ extensions }: Certificate): string | undefined {
  if (usageIs(extensions.keyUsage, ['digitalSignature', 'nonRepudiation'])) return undefined
  return 'its key usage is not that of a signature'
}

function usageIs(found: ReadonlySet<KeyUsage> | undefined, wanted: readonly KeyUsage[]): boolean {
  return found !== undefined && found.size === wanted.length && wanted.every((usage) => found.has(usage))
}

/** The first row whose organization and unit the issuer's name has. */
function issuerOf({ issuerName }: Certificate, table: readonly JpkiIssuer[]): JpkiIssuer | undefined {
  const names = issuerName.valuesOf('2.5.4.10')
  const units = issuerName.valuesOf('2.5.4.11')
  return table.find(({ organization, unit }) => names.includes(organization) && units.includes(unit))
}

/** The first policy of the certificate that its issuer issues for this use; of two with one OID, the caller's. */
function policyOf(
  { extensions: { policies } }: Certificate,
  { issues, hierarchy }: JpkiIssuer,
  more: readonly JpkiPolicy[] | undefined,
): JpkiPolicy | undefined {
  const table = more === undefined ? jpkiPolicyTable : [...more, ...jpkiPolicyTable]
  return table.find(
    ({ oid, use, hierarchies }) => use === issues && hierarchies.includes(hierarchy) && policies?.includes(oid),
  )
}
