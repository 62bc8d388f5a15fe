import { VerificationError } from '../../errors.ts'
import type { Certificate } from '../../pki/index.ts'
import { type CheckResult, jpkiProfileOf, type RevocationAnswer, type VerificationReport } from '../../pki/index.ts'
import { endMoment } from '../certificate-reading.ts'
import type { Messages } from '../messages/catalogue.ts'
import { momentInJapan } from '../output.ts'

/** Unusable lists named individually, at most. */
const mostProblems = 5
const shownDigest = 16

/** A report for `--json`. The subjects of the path are left out of a refusal. */
export function reportJson(report: VerificationReport): Readonly<Record<string, unknown>> {
  const { ok, at, checks, failure, path, validUntil, profile, revocation, findings = [] } = report
  return {
    at,
    checks,
    ...(failure !== undefined && { failure }),
    ...(ok && { path: path!.map(({ subject }) => subject) }),
    ...(validUntil !== undefined && { validUntil }),
    ...(profile !== undefined && { profile }),
    revocation: revocation.map((answer, depth) => ({ depth, ...answer, evidence: answer.evidence.map(evidenceJson) })),
    ...(findings.length > 0 && { findings }),
  }
}

function evidenceJson({ nextUpdate, ...rest }: RevocationAnswer['evidence'][number]): object {
  return { ...rest, nextUpdate: nextUpdate ?? null }
}

/** The error of a negative report; otherwise `undefined`. */
export function refusalOf({ failure }: VerificationReport): VerificationError | undefined {
  if (failure === undefined) return undefined
  return new VerificationError(failure.check, failure.depth, failure.message ?? 'refused')
}

/**
 * Every check with its result and certificate; below revocation checks their evidence.
 *
 * @param asked - revocation was looked up.
 */
export function checkRows(report: VerificationReport, messages: Messages, asked: boolean): string[][] {
  const { verify: texts } = messages
  return report.checks.flatMap((one) => {
    const row = [texts.checks[one.check], texts.results[one.result], texts.depth(one.depth)]
    const answer = asked && one.check === 'revocation' ? report.revocation[one.depth] : undefined
    return answer === undefined ? [row] : [row, ...answerRows(one, answer, messages)]
  })
}

function answerRows({ result }: CheckResult, answer: RevocationAnswer, messages: Messages): string[][] {
  const { verify: texts } = messages
  const rows = answer.evidence.map(({ kind, issuer, thisUpdate, nextUpdate, sha256 }) => {
    const next = nextUpdate === undefined ? undefined : endMoment(nextUpdate, messages)
    const digest = `SHA-256 ${sha256.slice(0, shownDigest)}…`
    return ['', '', `${texts.kinds[kind]}: ${issuer}, ${texts.updates(momentInJapan(thisUpdate), next)}, ${digest}`]
  })
  if (answer.revokedAt !== undefined) {
    rows.push(['', '', texts.revokedAt(momentInJapan(answer.revokedAt), answer.reason ?? '-')])
  }
  if (result === 'passed' || answer.status === 'revoked') return rows
  const shown = answer.problems.slice(0, mostProblems).map((problem) => ['', '', problem])
  const more = answer.problems.length - shown.length
  return [...rows, ...shown, ...(more > 0 ? [['', '', texts.more(more)]] : [])]
}

/** Encoding deviations of the issuer that were tolerated. */
export function findingRows({ findings = [] }: VerificationReport, { verify: texts }: Messages): string[][] {
  return findings.map(({ of, depth, kind }, i) => {
    const what = of === 'certificate' ? texts.depth(depth) : `${texts.kinds[of]}, ${texts.depth(depth)}`
    return [i === 0 ? texts.finding : '', '', `${what}: ${texts.findings[kind]}`]
  })
}

/** Type of the certificate by the JPKI profile, requested or not. */
export function profileRow(certificate: Certificate, { verify: texts, certificates }: Messages): string[] {
  const found = jpkiProfileOf(certificate)
  if (!found.ok) return [texts.profile, texts.noProfile]
  const { use, hierarchy } = found.profile
  return [texts.profile, `${certificates[use]}, ${texts.hierarchies[hierarchy]}`]
}
