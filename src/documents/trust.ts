import { CertificateError } from '../errors.ts'
import {
  type Certificate,
  crlSource,
  holderAttributes,
  inspectCertificate,
  type JpkiHierarchy,
  type JpkiProfiles,
  jpkiAnchors,
  type OcspResponse,
  ocspSource,
  type RevocationAnswer,
  type RevocationList,
  type RevocationPolicy,
  type RevocationSource,
  type VerificationReport,
} from '../pki/index.ts'
import type { DocumentProblem, Indication, SignatureReport, SignerReport, SubIndication } from './report.ts'

/** Whose certificates are trusted, and how revocation is checked. The same for CMS, PDF and XML. */
export interface DocumentTrust {
  /** Trust anchors of signers; there is no default. */
  readonly anchors: readonly Certificate[]
  /** Whether the CA certificates of J-LIS, which are known by their fingerprints, are trusted too. Default false. */
  readonly jpkiAnchors?: boolean | undefined
  /** Untrusted certificates to build paths with, besides those in the document. */
  readonly intermediates?: readonly Certificate[] | undefined
  /** No default, as in `verifyCertificate`: leaving revocation out is a decision, and the report says so. */
  readonly revocation: RevocationPolicy
  /** Required type by the JPKI profile. Omitted, the profile is not checked, and the report says so. */
  readonly use?: 'sign' | 'auth' | undefined
  /** Hierarchies that are acceptable with `use`. Default: production only. */
  readonly hierarchies?: readonly JpkiHierarchy[] | undefined
  readonly profiles?: JpkiProfiles | undefined
  /** The time of the verification. Default: now. */
  readonly at?: Date | undefined
  /** Timestamp authorities that are trusted. Without it timestamps are read, and prove nothing. */
  readonly timestamps?: TimestampTrust | undefined
}

/** Trust in timestamp authorities. */
export interface TimestampTrust {
  readonly anchors: readonly Certificate[]
  readonly intermediates?: readonly Certificate[] | undefined
  readonly revocation: RevocationPolicy
  /** Policies that are accepted, as object identifiers. Default: any. */
  readonly policies?: readonly string[] | undefined
}

/** Certificates and revocation values that a document brings. Untrusted. */
export interface EmbeddedEvidence {
  readonly certificates: readonly Certificate[]
  readonly revocationLists?: readonly RevocationList[] | undefined
  readonly ocspResponses?: readonly OcspResponse[] | undefined
}

/** What a signer is verified for. */
export interface SignerQuestion {
  readonly certificate: Certificate
  readonly embedded: EmbeddedEvidence
  readonly time: SignatureReport['verifiedAt']
  /** Extended key usage the certificate must name, as object identifier. */
  readonly extendedKeyUsage?: string | undefined
}

/** Result of {@link verifySigner}. */
export interface SignerVerdict {
  readonly signer: SignerReport
  readonly indication: Indication
  readonly subIndication?: SubIndication | undefined
  readonly problems: readonly DocumentProblem[]
  readonly notChecked: readonly string[]
}

/**
 * Verifies the certificate of a signer at the time of its signature.
 *
 * Only a timestamp proves a time. Without one the path must be valid at the claimed time and at the time of the verification, and
 * revocation is that of the time of the verification: a signature can be dated back. With one the path is that of its time, and a
 * revocation after it has no effect.
 *
 * @see ETSI EN 319 102-1 5.1.3, 5.3, 5.5
 */
export async function verifySigner(question: SignerQuestion, given: DocumentTrust): Promise<SignerVerdict> {
  const { certificate, embedded, time } = question
  const pool = [...(given.intermediates ?? []), ...embedded.certificates]
  const known = given.jpkiAnchors === true ? jpkiAnchors(pool) : []
  const trust = { ...given, anchors: [...given.anchors, ...known] }
  const now = trust.at ?? new Date()
  const proven = time.by === 'timestamp'
  const later = new Set<Certificate>()
  const revocation = revocationAt(trust, embedded, { signed: time.time, now, proven, later })
  const verification = await inspectCertificate(certificate, {
    anchors: trust.anchors,
    intermediates: pool,
    at: time.time,
    revocation,
    use: trust.use,
    hierarchies: trust.hierarchies,
    profiles: trust.profiles,
    extendedKeyUsage: question.extendedKeyUsage,
  })
  const signer = { certificate: certificate.der, verification, ...holderOf(certificate) }
  const notChecked = notCheckedOf(verification)
  const problems: DocumentProblem[] = []
  const done = (indication: Indication, subIndication?: SubIndication): SignerVerdict => ({
    signer,
    indication,
    ...(subIndication !== undefined && { subIndication }),
    problems,
    notChecked,
  })
  if (later.size > 0) problems.push({ id: 'revoked-after-timestamp', severity: 'warning' })
  if (!verification.ok) {
    const { check, depth, message } = verification.failure!
    problems.push({
      id: `certificate-${check}`,
      severity: 'refused',
      detail: `certificate ${depth}: ${message ?? check}`,
    })
    return done(...failed(verification, question, now))
  }
  const usage = certificate.extensions.keyUsage
  if (usage !== undefined && !usage.has('digitalSignature') && !usage.has('nonRepudiation')) {
    problems.push({ id: 'key-usage', severity: 'refused' })
    return done('INDETERMINATE', 'CHAIN_CONSTRAINTS_FAILURE')
  }
  if (verification.profile?.use === 'auth') problems.push({ id: 'authentication-certificate', severity: 'warning' })
  if (!proven && verification.validUntil !== undefined && verification.validUntil < now) {
    problems.push({ id: 'expired-without-timestamp', severity: 'refused' })
    return done('INDETERMINATE', 'OUT_OF_BOUNDS_NO_POE')
  }
  return done('TOTAL-PASSED')
}

/** The indication of a certificate that was refused. ETSI EN 319 102-1 5.1.3, table 6. */
function failed(
  { failure, revocation, path }: VerificationReport,
  { certificate, time }: SignerQuestion,
  now: Date,
): [Indication, SubIndication] {
  const { check, depth } = failure!
  if (check === 'revocation') {
    const answer = revocation[depth]
    if (answer?.status !== 'revoked') return ['INDETERMINATE', 'TRY_LATER']
    if (depth > 0) return ['INDETERMINATE', 'REVOKED_CA_NO_POE']
    const before = answer.revokedAt === undefined || answer.revokedAt <= time.time
    return before && time.by !== 'verification' ? ['TOTAL-FAILED', 'REVOKED'] : ['INDETERMINATE', 'REVOKED_NO_POE']
  }
  if (check === 'validity' && depth === 0) {
    if (time.time < certificate.notBefore) return ['TOTAL-FAILED', 'NOT_YET_VALID']
    return time.by === 'verification' ? ['INDETERMINATE', 'OUT_OF_BOUNDS_NO_POE'] : ['TOTAL-FAILED', 'EXPIRED']
  }
  if (check === 'trust-anchor') return ['INDETERMINATE', 'NO_CERTIFICATE_CHAIN_FOUND']
  const general = ['signature', 'validity', 'budget'].includes(check) || (path === undefined && now < time.time)
  return ['INDETERMINATE', general ? 'CERTIFICATE_CHAIN_GENERAL_FAILURE' : 'CHAIN_CONSTRAINTS_FAILURE']
}

function notCheckedOf({ checks }: VerificationReport): readonly string[] {
  const skipped = checks.filter(({ result }) => result === 'not-done').map(({ check }) => check)
  return [...new Set(skipped)]
}

/** Name, address, birth date and sex of a signature certificate. Personal data. */
function holderOf(certificate: Certificate): Pick<SignerReport, 'holder'> {
  try {
    const { name, address, birthDate, sex } = holderAttributes(certificate)
    const date =
      birthDate &&
      [birthDate.year, birthDate.month, birthDate.day].map((part) => String(part ?? '??').padStart(2, '0')).join('-')
    const rows = { name, address, birthDate: date, sex: sex === undefined ? undefined : String(sex) }
    return {
      holder: Object.fromEntries(Object.entries(rows).filter(([, value]) => value !== undefined)) as Record<
        string,
        string
      >,
    }
  } catch (error) {
    if (error instanceof CertificateError) return {}
    throw error
  }
}

interface Moments {
  readonly signed: Date
  readonly now: Date
  readonly proven: boolean
  /** Certificates revoked after a proven time. */
  readonly later: Set<Certificate>
}

/** The policy with its sources asked at the times at which an answer counts, and the values in the document after them. */
function revocationAt(trust: DocumentTrust, embedded: EmbeddedEvidence, moments: Moments): RevocationPolicy {
  const { revocation } = trust
  if (revocation?.mode !== 'required' && revocation?.mode !== 'best-effort') return revocation
  const { now, signed, proven } = moments
  const given = revocation.sources.map((source) =>
    at(source, moments, (certificate) => [
      ...(now.getTime() < certificate.notAfterMs + 1000 || !proven ? [now] : []),
      ...(proven ? [signed] : []),
    ]),
  )
  return { mode: revocation.mode, sources: [...given, ...embeddedSources(trust, embedded, moments)] }
}

/** The lists and answers in the document, each asked at the time it is from, when that is after the signature, and at its time. */
function embeddedSources(
  trust: DocumentTrust,
  embedded: EmbeddedEvidence,
  moments: Moments,
): readonly RevocationSource[] {
  const { now, signed, proven } = moments
  const times =
    (of: Date) =>
    (certificate: Certificate): readonly Date[] => {
      if (!proven) return [now]
      // A list from after the end of a certificate need not have it any more. RFC 5280 3.3.
      const counts = of > signed && of <= now && of <= certificate.notAfter
      return [counts ? of : signed]
    }
  const intermediates = [...(trust.intermediates ?? []), ...embedded.certificates]
  const lists = (embedded.revocationLists ?? []).map((list) =>
    at(crlSource({ lists: [list], anchors: trust.anchors, intermediates }), moments, times(list.thisUpdate)),
  )
  const responses = (embedded.ocspResponses ?? []).map((response) => {
    const produced = response.basic?.producedAtMs
    return at(ocspSource({ response }), moments, times(produced === undefined ? signed : new Date(produced)))
  })
  return [...lists, ...responses]
}

/** A source asked at other times, the first of which that has an answer counts. */
function at(
  source: RevocationSource,
  { signed, proven, later }: Moments,
  times: (certificate: Certificate) => readonly Date[],
): RevocationSource {
  return async (certificate, issuer, _at, anchor, limits): Promise<RevocationAnswer> => {
    let last: RevocationAnswer = { status: 'unknown', evidence: [], problems: ['not asked'] }
    for (const time of times(certificate)) {
      last = await source(certificate, issuer, time, anchor, limits)
      if (last.status !== 'unknown') break
    }
    // RFC 3161 4, ETSI EN 319 102-1 5.5.4: a revocation after a proven time does not end what was signed before it.
    if (last.status !== 'revoked' || !proven || last.revokedAt === undefined || last.revokedAt <= signed) return last
    later.add(certificate)
    return { ...last, status: 'good' }
  }
}
