import { equalBytes } from '../../bytes.ts'
import type { Certificate } from '../../x509/certificate.ts'
import type { EncodingFinding } from '../../x509/der.ts'
import type { DistributionPoint } from '../../x509/extensions.ts'
import type { PublicKey } from '../../x509/public-key.ts'
import { finish, type Steps } from '../../x509/signature-budget.ts'
import type { RevocationReason } from '../reason.ts'
import { compareAge, fitsBase, sameScope } from './delta.ts'
import { distributionPointsOf, outOfScope } from './distribution-points.ts'
import type { RevokedEntry } from './entry.ts'
import { allReasons, reasonMask } from './reasons.ts'
import type { RevocationList } from './revocation-list.ts'
import { type SignerOptions, signerOf } from './signer.ts'

/** What {@link crlStatus} decides by. */
export interface CrlStatusOptions extends SignerOptions {
  /** Lists, complete and delta, in any order. Untrusted. */
  readonly lists: readonly RevocationList[]
  /** The moment to judge at. */
  readonly at: Date
}

/** A list the answer rests on. */
export interface CrlEvidence {
  readonly issuer: string
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** SHA-256 of the list, upper-case hexadecimal. */
  readonly sha256: string
  readonly delta: boolean
  /** What its issuer should have written in another way. */
  readonly findings: readonly EncodingFinding[]
}

/** A list that was not used, and why. */
export interface CrlProblem {
  readonly issuer: string
  readonly sha256: string
  readonly message: string
}

/** What the lists say about one certificate. */
export interface CrlStatus {
  readonly status: 'good' | 'revoked' | 'unknown'
  /** Set when revoked and the list gives one. */
  readonly reason?: RevocationReason
  /** Set when revoked. */
  readonly revokedAt?: Date
  readonly evidence: readonly CrlEvidence[]
  readonly problems: readonly CrlProblem[]
}

/**
 * Whether revocation lists show a certificate as revoked. `good` only when verified, current lists in scope cover every
 * reason there is; `unknown` otherwise, which must be treated as a refusal. Source: RFC 5280 6.3.3.
 *
 * Stricter than the RFC, so that no choice of lists hides a revocation: a list is read even if all reasons are covered
 * already, unless a newer one of the same scope was. An entry counts whatever its date: a date after `at` only says that
 * the clocks or the question differ, and the issuer has withdrawn its word. certificateHold counts as revoked;
 * removeFromCRL releases in a delta only, and in a complete list is a revocation like any other.
 *
 * @param issuer - certificate of the issuer, from a path already found valid.
 * @throws RangeError when `at` is no date.
 */
export function crlStatus(certificate: Certificate, issuer: Certificate, options: CrlStatusOptions): CrlStatus {
  return finish(crlStatusSteps(certificate, issuer, options))
}

/** {@link crlStatus} in steps of one signature each. @internal */
export function* crlStatusSteps(
  certificate: Certificate,
  issuer: Certificate,
  options: CrlStatusOptions,
): Steps<CrlStatus> {
  if (Number.isNaN(options.at.getTime())) throw new RangeError('at must be a valid date')
  const problems = new Map<RevocationList, string>()
  const used = new Set<RevocationList>()
  const answer = (status: CrlStatus['status'], entry?: RevokedEntry): CrlStatus => ({
    status,
    ...(entry?.reason !== undefined && { reason: entry.reason }),
    ...(entry !== undefined && { revokedAt: entry.revocationDate }),
    evidence: [...used].map(evidenceOf),
    problems: [...problems].filter(([list]) => !used.has(list)).map(problemOf),
  })
  const points = distributionPointsOf(certificate)
  const usable = yield* usableLists(certificate, issuer, points, options, problems)
  let covered = 0
  for (const point of points) {
    const read: RevocationList[] = []
    for (const [list, key] of usable) {
      if (list.isDelta) continue
      const reasons = reasonMask(point.reasons) & reasonMask(list.extensions.issuingDistributionPoint?.onlySomeReasons)
      const outside = outOfScope(list, point, certificate) ?? (reasons === 0 ? 'it is of other reasons' : undefined)
      const newer = read.find((other) => sameScope(other, list) && compareAge(other, list) > 0)
      if (outside !== undefined || newer !== undefined) {
        problems.set(list, outside ?? 'there is a newer one')
        continue
      }
      read.push(list)
      used.add(list)
      const delta = deltaOf(list, key, usable)
      if (delta !== undefined) used.add(delta)
      const entry = entryOf(certificate, list, delta)
      if (entry !== undefined) return answer('revoked', entry)
      covered |= reasons
    }
  }
  return answer(covered === allReasons ? 'good' : 'unknown')
}

/** Lists that are current and truly of their issuer, newest first, each with the key that made it. */
function* usableLists(
  certificate: Certificate,
  issuer: Certificate,
  points: readonly DistributionPoint[],
  options: CrlStatusOptions,
  problems: Map<RevocationList, string>,
): Steps<ReadonlyMap<RevocationList, PublicKey>> {
  const usable = new Map<RevocationList, PublicKey>()
  const issued = issuer.subjectName.equals(certificate.issuerName)
  for (const list of newestFirst(options.lists)) {
    const problem = issued ? notCurrent(list, options.at.getTime()) : 'the issuer given is not that of the certificate'
    // A delta has its scope from its base. Others are sorted out before the cost of a signature.
    const wrong = problem ?? outsideAll(list, points, certificate)
    const key = wrong === undefined ? yield* signerOf(list, certificate, issuer, options) : undefined
    if (key === undefined) {
      problems.set(list, wrong ?? 'no trusted key made its signature')
      continue
    }
    usable.set(list, key)
    if (list.isDelta) problems.set(list, 'no base list for it')
  }
  return usable
}

function newestFirst(lists: readonly RevocationList[]): readonly RevocationList[] {
  return lists.length < 2 ? lists : [...new Set(lists)].sort((a, b) => compareAge(b, a))
}

/** Why the list is none that the distribution points mean. */
function outsideAll(
  list: RevocationList,
  points: readonly DistributionPoint[],
  certificate: Certificate,
): string | undefined {
  let first: string | undefined
  for (const point of points) {
    const outside = outOfScope(list, point, certificate)
    if (outside === undefined) return undefined
    first ??= outside
  }
  return first
}

/** RFC 5280 5.1.2.4, 5.1.2.5, 5.2, 5.3. */
function notCurrent(list: RevocationList, at: number): string | undefined {
  const [unknown] = list.unknownCritical
  if (unknown !== undefined) return `critical extension ${unknown} is not known`
  if (list.thisUpdate.getTime() > at) return 'it is of a later time'
  if (list.nextUpdate === undefined) return 'it does not tell when it is outdated'
  return list.nextUpdate.getTime() < at ? 'it is outdated' : undefined
}

/** The newest delta that fits, made with the key of its base. RFC 5280 6.3.3 (c), (h). */
function deltaOf(
  base: RevocationList,
  key: PublicKey,
  usable: ReadonlyMap<RevocationList, PublicKey>,
): RevocationList | undefined {
  for (const [list, other] of usable) if (fitsBase(list, base) && equalBytes(other.der, key.der)) return list
  return undefined
}

/** RFC 5280 6.3.3 (i) to (k). */
function entryOf(
  { serial, issuerName }: Certificate,
  base: RevocationList,
  delta: RevocationList | undefined,
): RevokedEntry | undefined {
  const change = delta?.find(serial, issuerName)
  if (change?.reason === 'removeFromCRL') return undefined
  return change ?? base.find(serial, issuerName)
}

function evidenceOf(list: RevocationList): CrlEvidence {
  const { thisUpdate, nextUpdate, sha256, isDelta: delta, findings } = list
  return { issuer: list.issuerName.toString(), thisUpdate, nextUpdate: nextUpdate!, sha256, delta, findings }
}

function problemOf([list, message]: readonly [RevocationList, string]): CrlProblem {
  return { issuer: list.issuerName.toString(), sha256: list.sha256, message }
}
