import { type CvcHierarchy, type CvcRoot, checkRoots } from '../../registry/index.ts'
import { requireLength } from './challenge.ts'
import { compareRecords } from './compare.ts'
import { askedRecords, type CardEvidence, checkEvidence, type EvidenceRecord } from './evidence.ts'
import { Checks } from './outcome.ts'
import type { AuthenticityCheck, AuthenticityReport } from './report.ts'
import { verifyTextFiles } from './text.ts'
import { verifyVisualFiles } from './visual.ts'

/** The trusted keys, and what is to be proved. */
export interface EvidenceOptions {
  /** Keys that may certify issuers. None is built in: see `knownCvcRoots` for known values and their sources. */
  readonly roots: readonly CvcRoot[]
  /** Hierarchies whose roots are accepted. Default: production only; the test hierarchy only on request. */
  readonly hierarchies?: readonly CvcHierarchy[] | undefined
  /** What must be there and proved, one or more. What else is in the evidence is checked as well. */
  readonly records: readonly EvidenceRecord[]
  /**
   * What the card had to sign, 16 bytes or more: random, made for this one card and moment by the verifier, never taken
   * from the source of the evidence. There is no default. `not-asked`: copies of records pass as well; the report says
   * so.
   */
  readonly challenge: Uint8Array | 'not-asked'
}

/** Reasons that do not make a card inauthentic. */
const harmless: ReadonlySet<string | undefined> = new Set(['not-asked', 'nothing-to-compare'])

/**
 * Verifies what was read from a card: who signed the records, whether they belong together, and whether the card is the one
 * they were made for. Bytes in, report out: nothing is sent and no clock is read. Card-verifiable certificates have no
 * dates, so they cannot expire, and no revocation of them is public.
 *
 * `ok` is true only when every check that `records` and `challenge` ask for passed. Malformed evidence is a failed check.
 *
 * @throws TypeError, RangeError when an option or a part of the evidence has a wrong type, `records` is empty, or
 *   `challenge` has fewer than 16 bytes.
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
  const text = verifyTextFiles(evidence.text, asked, bytes, trusted, checks)
  const visual = verifyVisualFiles(evidence.visual, asked, bytes, trusted, checks)
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
