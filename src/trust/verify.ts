import { VerificationError } from '../errors.ts'
import { inspectPath, type PathOptions } from '../path/index.ts'
import { Certificate } from '../x509/index.ts'
import { type JpkiHierarchy, type JpkiProfile, jpkiProfileOf } from './jpki-profile.ts'
import type { CheckResult, RevocationAnswer, RevocationSource, VerificationReport } from './report.ts'

/** What is asked of revocation. There is no default: leaving it out must be a decision. */
export type RevocationPolicy =
  /** Every certificate below the anchor must be known good. */
  | { readonly mode: 'required'; readonly sources: readonly RevocationSource[] }
  /** A revoked certificate is refused; an unknown one is reported as not checked. */
  | { readonly mode: 'best-effort'; readonly sources: readonly RevocationSource[] }
  /** Nothing is looked up, and the report says so. */
  | { readonly mode: 'none' }

/** What a certificate must satisfy. */
export interface VerifyOptions extends PathOptions {
  readonly revocation: RevocationPolicy
  /** What the certificate must be by the JPKI profile. Left out, the profile is not checked. */
  readonly use?: 'auth' | 'sign' | undefined
  /** Hierarchies that are acceptable with `use`. Default: production only; never the test hierarchy unasked. */
  readonly hierarchies?: readonly JpkiHierarchy[] | undefined
}

/**
 * Verifies a certificate and returns what was found out. A report that is returned is `ok`; look at its checks for what was
 * not done.
 *
 * @throws VerificationError `ERR_VERIFICATION` naming the failed check and the certificate it is about.
 */
export async function verifyCertificate(certificate: Certificate, options: VerifyOptions): Promise<VerificationReport> {
  const report = await inspectCertificate(certificate, options)
  const { failure } = report
  if (failure !== undefined) throw new VerificationError(failure.check, failure.depth, failure.message ?? 'refused')
  return report
}

/** The same, but reports a failure instead of throwing it, with every check that was done before. */
export async function inspectCertificate(
  certificate: Certificate,
  options: VerifyOptions,
): Promise<VerificationReport> {
  requireArguments(certificate, options)
  const checks: CheckResult[] = []
  const { at } = options
  const failed = (failure: CheckResult, more: Partial<VerificationReport> = {}): VerificationReport => {
    const rest = (['path', 'jpki-profile', 'revocation'] as const).filter((check) => !done(checks, failure, check))
    const skipped = rest.map((check) => ({ check, result: 'not-done', depth: 0 }) as const)
    return { ok: false, at, checks: [...checks, failure, ...skipped], failure, revocation: [], ...more }
  }

  const profile = options.use === undefined ? undefined : requiredProfile(certificate, options)
  if (typeof profile === 'string')
    return failed({ check: 'jpki-profile', result: 'failed', depth: 0, message: profile })
  checks.push({ check: 'jpki-profile', result: profile === undefined ? 'not-done' : 'passed', depth: 0 })

  const found = inspectPath(certificate, options)
  if (!found.ok) return failed({ ...found.failure, result: 'failed' }, { profile })
  const { path } = found
  checks.push({ check: 'path', result: 'passed', depth: 0 })
  const validUntil = new Date(Math.min(...path.map(({ notAfterMs }) => notAfterMs)))

  const asked = askAll(path, options)
  // A source that knows at once costs no turn of the event loop.
  const answers = asked.some(isPromise) ? await Promise.all(asked) : (asked as readonly RevocationAnswer[])
  const revocation: RevocationAnswer[] = []
  for (const [depth, answer] of answers.entries()) {
    revocation.push(answer)
    const refusal = refusalOf(answer, options.revocation)
    if (refusal !== undefined) {
      const failure = { check: 'revocation', result: 'failed', depth, message: refusal } as const
      return failed(failure, { profile, path, validUntil, revocation })
    }
    checks.push({ check: 'revocation', result: answer.status === 'good' ? 'passed' : 'not-done', depth })
  }
  return { ok: true, at, checks, path, validUntil, profile, revocation }
}

/** What only this function takes; path building checks the rest. @throws TypeError naming the argument. */
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

/** One answer for each certificate below the anchor. */
function askAll(path: readonly Certificate[], { revocation, at }: VerifyOptions): readonly Asked[] {
  const anchor = path[path.length - 1]!
  return path
    .slice(0, -1)
    .map((certificate, depth) =>
      revocation.mode === 'none' ? unasked : ask(revocation.sources, [certificate, path[depth + 1]!, at, anchor]),
    )
}

/** Why an answer does not do, if it does not. */
function refusalOf(answer: RevocationAnswer, { mode }: RevocationPolicy): string | undefined {
  if (answer.status === 'revoked') return 'revoked'
  if (answer.status === 'good' || mode !== 'required') return undefined
  return `not known: ${answer.problems.join('; ') || 'no source'}`
}

function done(checks: readonly CheckResult[], failure: CheckResult, check: CheckResult['check']): boolean {
  const pathCheck = check === 'path' && failure.check !== 'jpki-profile'
  return pathCheck || failure.check === check || checks.some((one) => one.check === check)
}

function requiredProfile(certificate: Certificate, options: VerifyOptions): JpkiProfile | string {
  const profile = jpkiProfileOf(certificate)
  if (typeof profile === 'string') return profile
  const { use, hierarchies = ['production'] } = options
  if (profile.use !== use) return `a certificate for ${profile.use} where one for ${use} must be`
  if (!hierarchies.includes(profile.hierarchy)) return `of the ${profile.hierarchy} hierarchy, which is not accepted`
  return profile
}

/** Asks one source after another until one knows. A source that throws counts as not knowing. */
function ask(
  sources: readonly RevocationSource[],
  question: Parameters<RevocationSource>,
  problems: readonly string[] = [],
): Asked {
  const [source, ...others] = sources
  if (source === undefined) return { status: 'unknown', evidence: [], problems }
  const next = (more: readonly string[]): Asked => ask(others, question, [...problems, ...more])
  const judge = (answer: RevocationAnswer): Asked => (answer.status === 'unknown' ? next(answer.problems) : answer)
  const give = (error: unknown): Asked => next([error instanceof Error ? error.message : 'a source failed'])
  try {
    const answer = source(...question)
    return answer instanceof Promise ? answer.then(judge).catch(give) : judge(answer)
  } catch (error) {
    return give(error)
  }
}
