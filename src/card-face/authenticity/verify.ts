import { asciiText } from '../../bytes.ts'
import { type CvcHierarchy, type CvcRoot, checkRoots } from '../../registry/index.ts'
import { type Asked, askedRecords, type CardEvidence, checkEvidence, type EvidenceRecord } from './evidence.ts'
import {
  type AuthenticityCheck,
  type AuthenticityReport,
  Checks,
  failed,
  notDone,
  type Outcome,
  passed,
} from './report.ts'
import { requireLength } from './signature-checks.ts'
import { type TextResult, verifyTextFiles } from './text.ts'
import { type VisualResult, verifyVisualFiles } from './visual.ts'

/** Compares what the records of both applications say of the holder and the card. */
function compareRecords(
  text: TextResult,
  visual: VisualResult,
  cardExpiry: Uint8Array | undefined,
  asked: Asked,
  checks: Checks,
): void {
  checks.note('same-holder', 'card', compareHolder(text, visual, asked))
  checks.note('same-expiry', 'card', compareExpiry(visual, cardExpiry, asked))
}

function compareHolder({ attributes }: TextResult, { cardFace, birthRecord }: VisualResult, asked: Asked): Outcome {
  const count = (['attributes', 'card-face', 'birth-record'] as const).filter(asked).length
  if (count < 2) return notDone('nothing-to-compare')
  const records = [attributes, cardFace, birthRecord].filter((one) => one !== undefined)
  if (records.length < count) return notDone('depends')
  if (differ(records.map(({ birthDate }) => birthDate)))
    return failed('differs', 'the records have different birth dates')
  const sexes = [attributes?.sex, cardFace?.sex].filter((sex) => sex !== undefined)
  return differ(sexes) ? failed('differs', 'the records have different sexes') : passed
}

function compareExpiry({ cardFace }: VisualResult, cardExpiry: Uint8Array | undefined, asked: Asked): Outcome {
  if (!asked('card-face') || !asked('card-expiry')) return notDone('nothing-to-compare')
  if (cardExpiry === undefined) return notDone('missing')
  if (cardFace === undefined) return notDone('depends')
  const same = cardFace.unsigned.expiry.replaceAll('-', '') === asciiText(cardExpiry)
  return same ? passed : failed('differs', 'the card face and the common application have different expiry dates')
}

function differ(values: readonly string[]): boolean {
  return values.some((value) => value !== values[0])
}

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
