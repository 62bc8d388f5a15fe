import { type CvcHierarchy, type CvcRoot, checkRoots } from '../../registry/index.ts'
import { requireLength } from './challenge.ts'
import { compareRecords } from './compare.ts'
import { askedRecords, type CardEvidence, checkEvidence, type EvidenceRecord } from './evidence.ts'
import { Checks } from './outcome.ts'
import type { AuthenticityCheck, AuthenticityReport } from './report.ts'
import { judgeText } from './text.ts'
import { judgeVisual } from './visual.ts'

/** Whom to trust, and what is to be proved. */
export interface EvidenceOptions {
  /** Keys that may certify issuers. None is built in: see `knownCvcRoots` for values that are known, and how well. */
  readonly roots: readonly CvcRoot[]
  /** Hierarchies whose roots are accepted. Default: production only; never the test hierarchy unasked. */
  readonly hierarchies?: readonly CvcHierarchy[] | undefined
  /** What must be there and proved, one or more. What else is in the evidence is checked as well. */
  readonly records: readonly EvidenceRecord[]
  /**
   * What the card had to sign, 16 bytes or more: random, made for this one card and moment by who verifies, never taken from where the
   * evidence comes from. There is no default. `not-asked`: copies of records pass as well; the report says so.
   */
  readonly challenge: Uint8Array | 'not-asked'
}

/** Reasons that keep nothing from being authentic. */
const harmless: ReadonlySet<string | undefined> = new Set(['not-asked', 'nothing-to-compare'])

/**
 * Judges what was read from a card: who signed the records, whether they belong together, and whether the card is the one
 * they were made for. Bytes in, report out: nothing is sent, no clock is asked. Card-verifiable certificates have no dates, so
 * none can be expired, and no revocation of them is public.
 *
 * `ok` is true only when every check that `records` and `challenge` ask for passed. Malformed evidence is a failed check.
 *
 * @throws TypeError, RangeError when the options or the evidence are not of their types, or nothing is to be proved.
 */
export function verifyEvidence(evidence: CardEvidence, options: EvidenceOptions): AuthenticityReport {
  const { roots, hierarchies = ['production'], records, challenge } = options
  checkRoots(roots, hierarchies)
  requireChallenge(challenge)
  checkEvidence(evidence)
  const asked = askedRecords(evidence, records)
  const bytes = challenge === 'not-asked' ? undefined : challenge
  const trusted = { roots, hierarchies }
  const checks = new Checks()
  const text = judgeText(evidence.text, asked, bytes, trusted, checks)
  const visual = judgeVisual(evidence.visual, asked, bytes, trusted, checks)
  compareRecords(text, visual, evidence.cardExpiry, asked, checks)
  const failure = checks.list.find(keepsFromOk)
  return {
    ok: failure === undefined,
    checks: checks.list,
    ...(failure && { failure }),
    issuers: { ...(text.issuer && { text: text.issuer }), ...(visual.issuer && { visual: visual.issuer }) },
    unproved: [
      ...(asked('card-face') ? (['expiry', 'security-code-image'] as const) : []),
      ...(asked('attributes') || asked('individual-number') ? (['text-files-of-this-card'] as const) : []),
    ],
  }
}

function keepsFromOk({ result, reason }: AuthenticityCheck): boolean {
  return result === 'failed' || (result === 'not-done' && !harmless.has(reason))
}

function requireChallenge(challenge: Uint8Array | 'not-asked'): void {
  if (challenge === 'not-asked') return
  if (!(challenge instanceof Uint8Array)) throw new TypeError('challenge must be bytes, or not-asked')
  requireLength(challenge)
}
