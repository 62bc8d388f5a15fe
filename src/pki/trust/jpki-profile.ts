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
}

/** Result of {@link jpkiProfileOf}: a profile, or the reason why there is none, in one sentence. */
export type JpkiProfileResult =
  | { readonly ok: true; readonly profile: JpkiProfile }
  | { readonly ok: false; readonly reason: string }

/** Policy OIDs of user certificates. Card facts 6.2: production values from three sources, the test value from two. */
export const jpkiPolicies = {
  sign: '1.2.392.200149.8.5.1.1.20',
  signTest: '1.2.392.200149.8.5.1.0.20',
  auth: '1.2.392.200149.8.5.1.3.30',
} as const

const clientAuth = '1.3.6.1.5.5.7.3.2'
const organizations: ReadonlyMap<string, JpkiHierarchy> = new Map([
  ['JPKI', 'production'],
  ['JPKI-TEST', 'test'],
  ['JPKI-VIRTUAL', 'virtual'],
])
const units: ReadonlyMap<string, 'auth' | 'sign'> = new Map([
  ['JPKI for user authentication', 'auth'],
  ['JPKI for digital signature', 'sign'],
])

/**
 * The JPKI profile of a certificate. Issuer name, policy, key usage and extended key usage must be consistent. Does not
 * verify trust.
 */
export function jpkiProfileOf(certificate: Certificate): JpkiProfileResult {
  const { extensions, publicKey } = certificate
  const hierarchy = known(certificate, '2.5.4.10', organizations)
  if (hierarchy === undefined) return none('its issuer is not of the JPKI')
  const issues = known(certificate, '2.5.4.11', units)
  if (issues === undefined) {
    return none('its issuer is no JPKI authority for user authentication or digital signature')
  }
  const generation = publicKey.kind === 'ec' && publicKey.curve === 'P-384' ? 'next' : 'current'
  if (publicKey.kind !== 'rsa' && generation !== 'next') return none('its key is of a kind the JPKI does not use')
  if (extensions.basicConstraints?.ca === true) {
    if (!certificate.selfIssued) return none('a CA certificate of the JPKI is self-signed')
    return { ok: true, profile: { use: `${issues}-ca`, hierarchy, generation } }
  }
  const wrong = issues === 'auth' ? notForAuthentication(certificate) : notForSignature(certificate, hierarchy)
  if (wrong !== undefined) return none(wrong)
  return { ok: true, profile: { use: issues, hierarchy, generation } }
}

const none = (reason: string): JpkiProfileResult => ({ ok: false, reason })

function notForAuthentication({ extensions }: Certificate): string | undefined {
  if (!usageIs(extensions.keyUsage, ['digitalSignature'])) return 'its key usage is not that of user authentication'
  if (!extensions.extendedKeyUsage?.includes(clientAuth)) return 'it is not for client authentication'
  if (!extensions.policies?.includes(jpkiPolicies.auth)) return 'its policy is not that of user authentication'
  return undefined
}

function notForSignature({ extensions }: Certificate, hierarchy: JpkiHierarchy): string | undefined {
  if (!usageIs(extensions.keyUsage, ['digitalSignature', 'nonRepudiation']))
    return 'its key usage is not that of a signature'
  const policy = hierarchy === 'production' ? jpkiPolicies.sign : jpkiPolicies.signTest
  if (!extensions.policies?.includes(policy)) return 'its policy is not that of a signature'
  return undefined
}

function usageIs(found: ReadonlySet<KeyUsage> | undefined, wanted: readonly KeyUsage[]): boolean {
  return found !== undefined && found.size === wanted.length && wanted.every((usage) => found.has(usage))
}

/** The table entry of the first known value of an issuer attribute. */
function known<T>({ issuerName }: Certificate, type: string, table: ReadonlyMap<string, T>): T | undefined {
  for (const value of issuerName.valuesOf(type)) {
    const found = table.get(value)
    if (found !== undefined) return found
  }
  return undefined
}
