import { equalBytes } from '../../../bytes.ts'
import { DecodeError } from '../../../errors.ts'
import type { Certificate } from '../../x509/certificate.ts'
import { appendRdn, type DistributionPoint, type DistributionPointName } from '../../x509/extensions.ts'
import type { GeneralName } from '../../x509/general-name.ts'
import type { Name } from '../../x509/name.ts'
import type { RevocationList } from './revocation-list.ts'

/**
 * Distribution points to check: those of the certificate, then the implicit one of every certificate, the full list of
 * its own issuer. RFC 5280 6.3.3, first and last paragraph.
 */
export function distributionPointsOf(certificate: Certificate): readonly DistributionPoint[] {
  const names: readonly GeneralName[] = [
    { kind: 'directory', value: certificate.issuerName },
    ...(certificate.extensions.issuerAltName ?? []),
  ]
  const implied = { name: { kind: 'full', names }, reasons: undefined, crlIssuer: undefined } as const
  return [...(certificate.extensions.crlDistributionPoints ?? []), implied]
}

/** Why the list is out of scope of the distribution point, or `undefined` if it is in scope. RFC 5280 6.3.3 (b). */
export function outOfScope(
  list: RevocationList,
  point: DistributionPoint,
  certificate: Certificate,
): string | undefined {
  const scope = list.extensions.issuingDistributionPoint
  if (point.crlIssuer === undefined) {
    if (!list.issuerName.equals(certificate.issuerName)) return 'issued by another issuer'
  } else {
    if (!directoryNames(point.crlIssuer).some((name) => name.equals(list.issuerName))) {
      return 'not issued by the CRL issuer the certificate names'
    }
    if (scope?.indirect !== true) return 'issued by another issuer, and not an indirect CRL'
  }
  if (scope === undefined) return undefined
  if (scope.name !== undefined) {
    const theirs = fullNames(scope.name, list.issuerName)
    const ours = namesOf(point, certificate)
    if (!theirs.some((name) => ours.some((other) => sameGeneralName(name, other)))) {
      return 'for another distribution point'
    }
  }
  const ca = certificate.extensions.basicConstraints?.ca === true
  if (scope.onlyUserCerts && ca) return 'covers end certificates only'
  if (scope.onlyCaCerts && !ca) return 'covers CA certificates only'
  if (scope.onlyAttributeCerts) return 'covers attribute certificates only'
  return undefined
}

/** Longest name accepted, bytes. */
const maxName = 16_384

/** Issuers of the lists of a distribution point. RFC 5280 6.3.3 (b) (1). */
export function issuersOf({ crlIssuer }: DistributionPoint, { issuerName }: Certificate): readonly Name[] {
  return crlIssuer === undefined ? [issuerName] : directoryNames(crlIssuer)
}

/** Names of which a list with names must have at least one. RFC 5280 6.3.3 (b) (2) (i). */
export function namesOf(point: DistributionPoint, certificate: Certificate): readonly GeneralName[] {
  if (point.name === undefined) return point.crlIssuer ?? []
  if (point.crlIssuer === undefined) return fullNames(point.name, certificate.issuerName)
  // A relative name needs exactly one issuer to be relative to. RFC 5280 4.2.1.13.
  const issuers = directoryNames(point.crlIssuer)
  if (point.name.kind === 'relative' && issuers.length !== 1) return []
  return fullNames(point.name, issuers[0] ?? certificate.issuerName)
}

/** The names of a distribution point, a relative one as a whole. */
export function fullNames(name: DistributionPointName, issuer: Name): readonly GeneralName[] {
  if (name.kind === 'full') return name.names
  if (issuer.der.length + name.rdn.length > maxName) return []
  try {
    return [{ kind: 'directory', value: appendRdn(issuer, name.rdn) }]
  } catch (error) {
    // The relative name is malformed: it matches nothing.
    if (error instanceof DecodeError) return []
    throw error
  }
}

function directoryNames(names: readonly GeneralName[]): readonly Name[] {
  return names.flatMap((name) => (name.kind === 'directory' ? [name.value] : []))
}

function sameGeneralName(a: GeneralName, b: GeneralName): boolean {
  if (a.kind === 'directory' || b.kind === 'directory') {
    return a.kind === 'directory' && b.kind === 'directory' && a.value.equals(b.value)
  }
  if (a.kind !== b.kind || (a.kind === 'other' && b.kind === 'other' && a.type !== b.type)) return false
  if (typeof a.value === 'string' || typeof b.value === 'string') return a.value === b.value
  return equalBytes(a.value, b.value)
}
