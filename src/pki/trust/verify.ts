import { VerificationError } from '../../errors.ts'
import { limitsOf, validPaths } from '../path/inspect.ts'
import type { PathOptions } from '../path/options.ts'
import { Certificate, type EncodingFinding, type SignatureBudget, type SignatureLimits } from '../x509/index.ts'
import { isTurnDue, nextTurn } from '../x509/signature-budget.ts'
import { type JpkiHierarchy, type JpkiProfileResult, type JpkiProfiles, jpkiProfileOf } from './jpki-profile.ts'
import type {
  CheckResult,
  RevocationAnswer,
  RevocationSource,
  VerificationFinding,
  VerificationReport,
} from './report.ts'

/** Revocation policy. No default: skipping revocation must be an explicit decision. */
export type RevocationPolicy =
  /** Every certificate below the anchor must be known good. */
  | { readonly mode: 'required'; readonly sources: readonly RevocationSource[] }
  /** A revoked certificate is refused; an unknown one is reported as not checked. */
  | { readonly mode: 'best-effort'; readonly sources: readonly RevocationSource[] }
  /** No lookup; the report says so. */
  | { readonly mode: 'none' }

/** Requirements on a certificate. */
export interface VerifyOptions extends PathOptions {
  readonly revocation: RevocationPolicy
  /** Required type by the JPKI profile. Omitted, the profile is not checked. */
  readonly use?: 'auth' | 'sign' | undefined
  /** Hierarchies that are acceptable with `use`. Default: production only; the test hierarchy only on request. */
  readonly hierarchies?: readonly JpkiHierarchy[] | undefined
  /** Policies and issuers that are acceptable with `use` besides those known. */
  readonly profiles?: JpkiProfiles | undefined
}

/**
 * Verifies a certificate and returns the result of every check. A returned report is `ok`; its checks show what was not
 * done.
 *
 * @throws VerificationError `ERR_VERIFICATION` naming the failed check and the certificate it is about.
 */
export async function verifyCertificate(certificate: Certificate, options: VerifyOptions): Promise<VerificationReport> {
  const report = await inspectCertificate(certificate, options)
  const { failure } = report
  if (failure !== undefined) throw new VerificationError(failure.check, failure.depth, failure.message ?? 'refused')
  return report
}

/**
 * As {@link verifyCertificate}, but reports a failure instead of throwing it, with every check done before. Every path
 * to an anchor is tried with its revocation until one is valid; the order of anchors and intermediates has no effect.
 */
export async function inspectCertificate(
  certificate: Certificate,
  options: VerifyOptions,
): Promise<VerificationReport> {
  requireArguments(certificate, options)
  const { at } = options
  const failed = (failure: CheckResult, checks: readonly CheckResult[], more: Partial<VerificationReport> = {}) => {
    const rest = (['path', 'jpki-profile', 'revocation'] as const).filter((check) => !done(checks, failure, check))
    const skipped = rest.map((check) => ({ check, result: 'not-done', depth: 0 }) as const)
    const all = [...checks, failure, ...skipped]
    return { ok: false, at, checks: all, failure, revocation: [], findings: certificate.findings.map(ofEnd), ...more }
  }

  const required = options.use === undefined ? undefined : requiredProfile(certificate, options)
  if (required?.ok === false)
    return failed({ check: 'jpki-profile', result: 'failed', depth: 0, message: required.reason }, [])
  const profile = required?.profile
  const profileCheck = {
    check: 'jpki-profile',
    result: profile === undefined ? 'not-done' : 'passed',
    depth: 0,
  } as const

  const question = new RevocationQuestion(options)
  const paths = validPaths(certificate, { ...options, signatures: question.limits })
  let best: RefusedPath | undefined
  for (;;) {
    const step = paths.next()
    if (step.done === true) {
      if (best === undefined) return failed({ ...step.value, result: 'failed' }, [profileCheck], { profile })
      return failed(best.failure, [profileCheck, ...best.checks], { profile, ...best.facts })
    }
    if (step.value === undefined) {
      if (isTurnDue()) await nextTurn()
      continue
    }
    const { path } = step.value
    const asked = question.ask(path)
    // No await for synchronous sources, which saves a turn of the event loop.
    const answers = asked.some(isPromise) ? await Promise.all(asked) : (asked as readonly RevocationAnswer[])
    const outcome = outcomeOf(path, answers, question)
    if (outcome.failure === undefined) {
      return { ok: true, at, checks: [profileCheck, ...outcome.checks], profile, ...outcome.facts }
    }
    const refused = { ...outcome, failure: outcome.failure }
    if (best === undefined || refused.distance < best.distance) best = refused
    // The end certificate is the same on every path; a spent budget leaves every other path unknown.
    if (refused.distance !== distances.unknown && (refused.failure.depth === 0 || question.limits.budget.exceeded)) {
      return failed(refused.failure, [profileCheck, ...refused.checks], { profile, ...refused.facts })
    }
  }
}

/** Checks the options of this function; path building checks the rest. @throws TypeError naming the argument. */
function requireArguments(certificate: Certificate, { revocation, use }: VerifyOptions): void {
  if (!(certificate instanceof Certificate)) throw new TypeError('certificate must be a Certificate')
  if (!['required', 'best-effort', 'none'].includes(revocation?.mode)) {
    throw new TypeError('revocation.mode must be required, best-effort or none')
  }
  if (revocation.mode !== 'none') {
    const { sources } = revocation
    if (!Array.isArray(sources) || !sources.every((source) => typeof source === 'function')) {
      throw new TypeError('revocation.sources must be a list of sources')
    }
  }
  if (use !== undefined && use !== 'auth' && use !== 'sign') throw new TypeError('use must be auth or sign')
}

type Asked = RevocationAnswer | Promise<RevocationAnswer>

const unasked: RevocationAnswer = { status: 'unknown', evidence: [], problems: ['not asked for'] }

const isPromise = (asked: Asked): boolean => asked instanceof Promise

/** Distance of a refused path from acceptance: an unknown status may become known, a revoked one stays revoked. */
const distances = { unknown: 0, revoked: 1, budget: 2 } as const

/** Result of one valid path. */
interface PathOutcome {
  readonly checks: readonly CheckResult[]
  readonly facts: Pick<VerificationReport, 'revocation'> & Partial<VerificationReport>
  readonly distance: number
  readonly failure: CheckResult | undefined
}
type RefusedPath = PathOutcome & { readonly failure: CheckResult }

/** Queries the sources for the certificates of the paths, once per certificate, issuer and anchor. */
class RevocationQuestion {
  readonly limits: SignatureLimits & { readonly budget: SignatureBudget }
  readonly #policy: RevocationPolicy
  readonly #at: Date
  readonly #asked: { readonly of: readonly Certificate[]; readonly answer: Asked }[] = []
  readonly #revoked = new Set<Certificate>()

  constructor(options: VerifyOptions) {
    this.limits = limitsOf(options)
    this.#policy = options.revocation
    this.#at = options.at
  }

  get mode(): RevocationPolicy['mode'] {
    return this.#policy.mode
  }

  /** One status for each certificate below the anchor. */
  ask(path: readonly Certificate[]): readonly Asked[] {
    const anchor = path[path.length - 1]!
    return path.slice(0, -1).map((certificate, depth) => this.#answer(certificate, path[depth + 1]!, anchor))
  }

  #answer(certificate: Certificate, issuer: Certificate, anchor: Certificate): Asked {
    if (this.#policy.mode === 'none') return unasked
    const of = [certificate, issuer, anchor]
    const known = this.#asked.find((one) => one.of.every((part, i) => part === of[i]))
    if (known !== undefined) return known.answer
    const answer = ask(this.#policy.sources, [certificate, issuer, this.#at, anchor, this.limits])
    this.#asked.push({ of, answer })
    return answer
  }

  /** Whether the certificate is revoked by this status, or by one for another path. */
  isRevoked(certificate: Certificate, { status }: RevocationAnswer): boolean {
    if (status === 'revoked') this.#revoked.add(certificate)
    return this.#revoked.has(certificate)
  }
}

function outcomeOf(
  path: readonly Certificate[],
  answers: readonly RevocationAnswer[],
  question: RevocationQuestion,
): PathOutcome {
  const checks: CheckResult[] = [{ check: 'path', result: 'passed', depth: 0 }]
  const findings: VerificationFinding[] = path.flatMap((one, depth) =>
    one.findings.map((finding) => ({ of: 'certificate', depth, ...finding })),
  )
  const validUntil = new Date(Math.min(...path.map(({ notAfterMs }) => notAfterMs)))
  const revocation: RevocationAnswer[] = []
  const facts = { path, validUntil, revocation, findings }
  const refused = (check: 'revocation' | 'budget', depth: number, message: string, distance: number): PathOutcome => {
    return { checks, facts, distance, failure: { check, result: 'failed', depth, message } }
  }
  for (const [depth, answer] of answers.entries()) {
    revocation.push(answer)
    for (const { kind, findings: found = [] } of answer.evidence) {
      findings.push(...found.map((finding) => ({ of: kind, depth, ...finding })))
    }
    if (question.isRevoked(path[depth]!, answer)) return refused('revocation', depth, 'revoked', distances.revoked)
    if (question.limits.budget.exceeded) return refused('budget', depth, tooMany, distances.budget)
    if (answer.status !== 'good' && question.mode === 'required') {
      const message = `status unknown: ${answer.problems.join('; ') || 'no source'}`
      return refused('revocation', depth, message, distances.unknown)
    }
    checks.push({ check: 'revocation', result: answer.status === 'good' ? 'passed' : 'not-done', depth })
  }
  return { checks, facts, distance: 0, failure: undefined }
}

const tooMany = 'too many signatures to check: the verification was stopped'

const ofEnd = (finding: EncodingFinding): VerificationFinding => ({ of: 'certificate', depth: 0, ...finding })

function done(checks: readonly CheckResult[], failure: CheckResult, check: CheckResult['check']): boolean {
  const pathCheck = check === 'path' && failure.check !== 'jpki-profile'
  return pathCheck || failure.check === check || checks.some((one) => one.check === check)
}

function requiredProfile(certificate: Certificate, options: VerifyOptions): JpkiProfileResult {
  const found = jpkiProfileOf(certificate, options.profiles)
  if (!found.ok) return found
  const { use, hierarchies = ['production'] } = options
  const { profile } = found
  if (profile.use !== use) return { ok: false, reason: `a certificate for ${profile.use}, not for ${use}` }
  if (hierarchies.includes(profile.hierarchy)) return found
  return { ok: false, reason: `of the ${profile.hierarchy} hierarchy, which is not accepted` }
}

/** Queries the sources in order until one has the status. A source that throws counts as `unknown`. */
function ask(
  sources: readonly RevocationSource[],
  question: Parameters<RevocationSource>,
  problems: readonly string[] = [],
): Asked {
  const [source, ...others] = sources
  if (source === undefined) return { status: 'unknown', evidence: [], problems }
  const next = (more: readonly string[]): Asked => ask(others, question, [...problems, ...more])
  const decide = (answer: RevocationAnswer): Asked => (answer.status === 'unknown' ? next(answer.problems) : answer)
  const give = (error: unknown): Asked => next([error instanceof Error ? error.message : 'a source failed'])
  try {
    const answer = source(...question)
    return answer instanceof Promise ? answer.then(decide).catch(give) : decide(answer)
  } catch (error) {
    return give(error)
  }
}
