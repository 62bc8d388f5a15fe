import { equalBytes } from '../../../bytes.ts'
import type { EncodingFinding } from '../../../der/index.ts'
import type { Certificate } from '../../x509/certificate.ts'
import type { DistributionPoint } from '../../x509/extensions.ts'
import type { PublicKey } from '../../x509/public-key.ts'
import { finish, type Steps } from '../../x509/signature-budget.ts'
import type { RevocationReason } from '../reason.ts'
import { allReasons, reasonMask } from '../reason.ts'
import { fitsBase, sameScope, supersedes } from './delta.ts'
import { distributionPointsOf, outOfScope } from './distribution-points.ts'
import type { RevokedEntry } from './entry.ts'
import { indexOf, type ListIndex } from './list-index.ts'
import type { RevocationList } from './revocation-list.ts'
import { type SignerOptions, signerOf } from './signer.ts'

/** Options of {@link crlStatus}. */
export interface CrlStatusOptions extends SignerOptions {
  /** Lists, complete and delta, in any order. Untrusted. */
  readonly lists: readonly RevocationList[]
  /** The time of the verification. */
  readonly at: Date
  /**
   * How far thisUpdate of a list may be after `at`, for clock skew; milliseconds. Default 0. Such a list is used if no
   * other of its scope is in force; besides one in force it can only add revocations. `nextUpdate` is not extended by
   * it.
   */
  readonly skewMs?: number | undefined
}

/** A list the status is based on. */
export interface CrlEvidence {
  readonly issuer: string
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** SHA-256 of the list, upper-case hexadecimal. */
  readonly sha256: string
  readonly delta: boolean
  /** Deviations from the encoding rules. */
  readonly findings: readonly EncodingFinding[]
}

/** An unused list with the reason. */
export interface CrlProblem {
  readonly issuer: string
  readonly sha256: string
  readonly message: string
}

/** Status of one certificate by the lists. */
export interface CrlStatus {
  readonly status: 'good' | 'revoked' | 'unknown'
  /** Set when revoked and in the list. */
  readonly reason?: RevocationReason
  /** Set when revoked. */
  readonly revokedAt?: Date
  readonly evidence: readonly CrlEvidence[]
  readonly problems: readonly CrlProblem[]
}

/**
 * Status of a certificate by revocation lists. `good` only when verified, current lists in scope cover every reason;
 * otherwise `unknown`, which must be treated as a refusal. Source: RFC 5280 6.3.3.
 *
 * Stricter than the RFC, so that no choice of lists hides a revocation: a list is evaluated even if all reasons are
 * covered, unless a newer one of the same scope was. An entry counts whatever its date: a revocation date after `at`
 * only means that clocks or the verification time differ. certificateHold counts as revoked; removeFromCRL releases in
 * a delta CRL only, and in a complete list is a revocation like any other. Once the signature budget is spent nothing
 * is `good`: an unchecked list could revoke.
 *
 * @param issuer - certificate of the issuer, from a path already found valid.
 * @throws RangeError when `at` is an invalid date, or `skewMs` is not a finite number of at least 0.
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
  const decision = yield* decide(certificate, issuer, indexOf(options.lists), options)
  const { status, entry, evidence, problems } = decision
  let all: readonly CrlProblem[] | undefined
  return {
    status,
    ...(entry?.reason !== undefined && { reason: entry.reason }),
    ...(entry !== undefined && { revokedAt: entry.revocationDate }),
    evidence,
    // Hundreds of lists may be irrelevant to a certificate; the reasons are computed on demand.
    get problems() {
      all ??= problems()
      return all
    },
  }
}

/** Status of one certificate by the lists, and why others were not used. */
export interface Decision {
  readonly status: CrlStatus['status']
  readonly entry: RevokedEntry | undefined
  readonly evidence: readonly CrlEvidence[]
  /** @param most - number of irrelevant lists included; default all. */
  readonly problems: (most?: number) => readonly CrlProblem[]
}

/** {@link crlStatus} over indexed lists, in steps of one signature each. */
export function decide(
  certificate: Certificate,
  issuer: Certificate,
  lists: ListIndex,
  options: Omit<CrlStatusOptions, 'lists'>,
): Steps<Decision> {
  return new Question(certificate, issuer, lists, options).decide()
}

/** One certificate looked up in the lists of an index. */
class Question {
  readonly #certificate: Certificate
  readonly #issuer: Certificate
  readonly #lists: ListIndex
  readonly #options: SignerOptions
  readonly #limits: Limits
  readonly #points: readonly DistributionPoint[]
  readonly #isIssuer: boolean
  /** Lists that may cover the certificate, newest first. */
  readonly #compared: readonly RevocationList[]
  readonly #deltas: readonly RevocationList[]
  readonly #keys = new Map<RevocationList, PublicKey | undefined>()
  readonly #used = new Set<RevocationList>()
  /** Deltas that a base at hand goes with. */
  readonly #based = new Set<RevocationList>()
  readonly #problems = new Map<RevocationList, string>()

  constructor(
    certificate: Certificate,
    issuer: Certificate,
    lists: ListIndex,
    options: Omit<CrlStatusOptions, 'lists'>,
  ) {
    this.#certificate = certificate
    this.#issuer = issuer
    this.#lists = lists
    this.#options = options
    this.#limits = limitsOf(options)
    this.#points = distributionPointsOf(certificate)
    this.#isIssuer = issuer.subjectName.equals(certificate.issuerName)
    this.#compared = lists.candidates(certificate, this.#points)
    this.#deltas = this.#compared.filter(({ isDelta }) => isDelta)
  }

  *decide(): Steps<Decision> {
    const { at } = this.#limits
    const certificate = this.#certificate
    const complete = inForceFirst(this.#compared, at)
    let covered = 0
    for (const point of this.#points) {
      const read: RevocationList[] = []
      for (const list of complete) {
        const reasons =
          reasonMask(point.reasons) & reasonMask(list.extensions.issuingDistributionPoint?.onlySomeReasons)
        const outside =
          outOfScope(list, point, certificate) ?? (reasons === 0 ? 'covers other reason codes' : undefined)
        if (outside !== undefined) {
          this.#note(list, outside)
          continue
        }
        const ofScope = read.filter((other) => sameScope(other, list))
        if (ofScope.some((other) => supersedes(other, list))) {
          this.#note(list, 'superseded by a newer list')
          continue
        }
        const key = yield* this.#keyOf(list)
        if (key === undefined) continue
        const { entry, by } = this.#entryOf(list, yield* this.#deltasOf(list, key))
        // A list dated ahead does not change the status by one in force, except to revoke.
        if (entry === undefined && list.thisUpdate.getTime() > at && ofScope.length > 0) {
          this.#problems.set(list, 'thisUpdate is in the future')
          continue
        }
        read.push(list)
        for (const one of [list, ...by]) this.#used.add(one)
        if (entry !== undefined) return this.#answer('revoked', entry)
        covered |= reasons
      }
    }
    // An unchecked list might contain the certificate.
    return this.#answer(covered === allReasons && !this.#isSpent ? 'good' : 'unknown')
  }

  /** Whether a signature was not checked because the budget of the verification was spent. */
  get #isSpent(): boolean {
    return this.#options.signatures?.budget?.exceeded === true
  }

  /** The key that signed a current list in scope; others are excluded before a signature is checked. */
  *#keyOf(list: RevocationList): Steps<PublicKey | undefined> {
    if (this.#keys.has(list)) return this.#keys.get(list)
    const wrong = this.#whyNot(list)
    const key = wrong === undefined ? yield* signerOf(list, this.#certificate, this.#issuer, this.#options) : undefined
    const unsigned = this.#isSpent ? 'too many signatures to check' : 'not signed by a trusted key'
    if (key === undefined) this.#problems.set(list, wrong ?? unsigned)
    this.#keys.set(list, key)
    return key
  }

  /** Applicable deltas, signed with the key of their base, newest first. RFC 5280 6.3.3 (c), (h). */
  *#deltasOf(base: RevocationList, key: PublicKey): Steps<readonly RevocationList[]> {
    const fitting: RevocationList[] = []
    for (const delta of this.#deltas) {
      if (!fitsBase(delta, base)) continue
      const own = yield* this.#keyOf(delta)
      if (own === undefined || !equalBytes(own.der, key.der)) continue
      fitting.push(delta)
      this.#based.add(delta)
    }
    return fitting
  }

  /**
   * RFC 5280 6.3.3 (i) to (k): the entry by the newest delta in force, or else by the base. A delta dated ahead can only
   * revoke.
   *
   * @returns the entry, and the deltas that it or its absence is based on.
   */
  #entryOf(
    base: RevocationList,
    deltas: readonly RevocationList[],
  ): { readonly entry: RevokedEntry | undefined; readonly by: readonly RevocationList[] } {
    const { serial, issuerName } = this.#certificate
    const now = Math.max(this.#limits.at, base.thisUpdate.getTime())
    const by: RevocationList[] = []
    let released = false
    for (const delta of deltas) {
      if (by.some((other) => supersedes(other, delta))) {
        this.#note(delta, 'superseded by a newer list')
        continue
      }
      const change = delta.find(serial, issuerName)
      const revokes = change !== undefined && change.reason !== 'removeFromCRL'
      if (delta.thisUpdate.getTime() > now && !revokes) {
        this.#note(delta, 'thisUpdate is in the future')
        continue
      }
      by.push(delta)
      if (revokes) return { entry: change, by }
      released ||= change !== undefined
    }
    return { entry: released ? undefined : base.find(serial, issuerName), by }
  }

  /** Why the list cannot be used, before its signature is checked. */
  #whyNot(list: RevocationList): string | undefined {
    const wrong = this.#isIssuer ? notCurrent(list, this.#limits) : 'the given issuer did not issue the certificate'
    return wrong ?? outsideAll(list, this.#points, this.#certificate)
  }

  #answer(status: CrlStatus['status'], entry?: RevokedEntry): Decision {
    return {
      status,
      entry,
      evidence: [...this.#used].map(evidenceOf),
      problems: (most = Number.POSITIVE_INFINITY) => this.#unused(most),
    }
  }

  #unused(most: number): readonly CrlProblem[] {
    for (const list of this.#deltas) {
      if (!this.#based.has(list)) this.#note(list, this.#whyNot(list) ?? 'base CRL missing')
    }
    const near = [...this.#problems].filter(([list]) => !this.#used.has(list)).map(problemOf)
    if (most === 0) return near
    const known = new Set(this.#compared)
    const others = this.#lists.lists.filter((list) => !known.has(list)).slice(0, most)
    // The index leaves out only lists that are outside every distribution point.
    return [...near, ...others.map((list) => problemOf([list, this.#whyNot(list)!]))]
  }

  /** Why the list is not used: what is found first. */
  #note(list: RevocationList, message: string): void {
    if (!this.#problems.has(list)) this.#problems.set(list, message)
  }
}

/** Milliseconds. */
interface Limits {
  readonly at: number
  readonly skew: number
}

function limitsOf({ at, skewMs = 0 }: Omit<CrlStatusOptions, 'lists'>): Limits {
  if (Number.isNaN(at.getTime())) throw new RangeError('at must be a valid date')
  if (!Number.isFinite(skewMs) || skewMs < 0) throw new RangeError('skewMs must be finite and not negative')
  return { at: at.getTime(), skew: skewMs }
}

/** Complete lists in force, newest first; then those dated ahead. */
function inForceFirst(newestFirst: readonly RevocationList[], at: number): readonly RevocationList[] {
  const lists = newestFirst.filter(({ isDelta }) => !isDelta)
  const ahead = lists.filter(({ thisUpdate }) => thisUpdate.getTime() > at)
  return [...lists.slice(ahead.length), ...ahead]
}

/** Why the list is outside all the distribution points. */
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
function notCurrent(list: RevocationList, { at, skew }: Limits): string | undefined {
  const [unknown] = list.unknownCritical
  if (unknown !== undefined) return `unknown critical extension ${unknown}`
  if (list.thisUpdate.getTime() > at + skew) return 'thisUpdate is in the future'
  if (list.nextUpdate === undefined) return 'nextUpdate missing'
  return list.nextUpdate.getTime() < at ? 'outdated' : undefined
}

function evidenceOf(list: RevocationList): CrlEvidence {
  const { thisUpdate, nextUpdate, sha256, isDelta: delta, findings } = list
  return { issuer: list.issuerName.toString(), thisUpdate, nextUpdate: nextUpdate!, sha256, delta, findings }
}

function problemOf([list, message]: readonly [RevocationList, string]): CrlProblem {
  return { issuer: list.issuerName.toString(), sha256: list.sha256, message }
}
