import { randomBytes } from 'node:crypto'
import type { CardSession, Pin, VerifyPinOptions } from '../../card/index.ts'
import { CommonApplication } from '../../identify/index.ts'
import { type ReadSignedOptions, TextApplication } from '../text/application.ts'
import type { TextPin } from '../text/files.ts'
import { VisualApplication } from '../visual/application.ts'
import type { VisualPin } from '../visual/files.ts'
import type { CardEvidence, EvidenceRecord, TextEvidence, VisualEvidence } from './evidence.ts'
import type { AuthenticityReport } from './report.ts'
import { requireLength } from './signature-checks.ts'
import { type EvidenceOptions, verifyEvidence } from './verify.ts'

/** A PIN that opens files, verified under the guard and consumed. */
export interface Unlock<Name> extends VerifyPinOptions {
  readonly pin: Name
  readonly value: Pin
}

/** Records of the visual application by name. */
export type VisualRecord = Extract<EvidenceRecord, 'card-face' | 'birth-record' | 'number-image'>

/** Options of {@link verifyAuthenticity}; `text` or `visual` or both. */
export interface AuthenticityOptions extends Pick<EvidenceOptions, 'roots' | 'hierarchies'> {
  /** What the card has to sign, 16 bytes or more. Default: 32 random bytes. */
  readonly challenge?: Uint8Array | undefined
  /** Files of the text application; opened by the PIN, or by a code that opens them. */
  readonly text?: (ReadSignedOptions & { readonly unlock: Unlock<TextPin> }) | undefined
  /** Records of the visual application, one or more. */
  readonly visual?: { readonly records: readonly VisualRecord[]; readonly unlock: Unlock<VisualPin> } | undefined
  /** Compare the expiry on the card face with that of the common application. Default false. */
  readonly cardExpiry?: boolean | undefined
}

/** A report with what it is about. */
export interface CheckedCard extends AuthenticityReport {
  /** Decode records of it only when `ok`. Overwrite an individual number after use. */
  readonly evidence: CardEvidence
}

/**
 * Checks in one call whether a card and its records are authentic: opens each application, verifies its PIN, reads the records
 * and what proves them, has the card sign a fresh challenge, and verifies it all with {@link verifyEvidence}. What is not
 * asked for is listed in the report as not done. Every PIN is consumed, whatever happens. The session stays open.
 *
 * @returns a report; a card that is not authentic gives `ok` false, not an exception.
 * @throws PinError; StatusWordError, `ERR_FILE_NOT_FOUND` on Juki cards, whose files are not public, and `ERR_SECURITY_STATUS` for a
 *   record the PIN does not open; DecodeError when a file holds no whole record; TransportError.
 * @throws TypeError, RangeError when no record is asked for, an option has a wrong type, or the challenge has fewer than
 *   16 bytes.
 */
export async function verifyAuthenticity(session: CardSession, options: AuthenticityOptions): Promise<CheckedCard> {
  const { roots, hierarchies, text, visual, challenge = randomBytes(32) } = options
  try {
    const records = recordsOf(options)
    // Misuse is found before anything is sent.
    verifyEvidence({}, { roots, hierarchies, records, challenge })
    const evidence = await readEvidence(session, options, challenge)
    return { ...verifyEvidence(evidence, { roots, hierarchies, records, challenge }), evidence }
  } finally {
    text?.unlock.value.wipe()
    visual?.unlock.value.wipe()
  }
}

function recordsOf({ text, visual, cardExpiry = false }: AuthenticityOptions): EvidenceRecord[] {
  return [
    ...(text?.number === undefined ? [] : (['individual-number'] as const)),
    ...(text?.attributes ? (['attributes'] as const) : []),
    ...(visual?.records ?? []),
    ...(cardExpiry ? (['card-expiry'] as const) : []),
  ]
}

async function readEvidence(
  session: CardSession,
  { text, visual, cardExpiry = false }: AuthenticityOptions,
  challenge: Uint8Array,
): Promise<CardEvidence> {
  const evidence: { -readonly [Part in keyof CardEvidence]: CardEvidence[Part] } = {}
  try {
    if (cardExpiry) evidence.cardExpiry = await (await CommonApplication.open(session)).readExpiry()
    if (text !== undefined) {
      const application = await TextApplication.open(session)
      const { pin, value, ...guard } = text.unlock
      await application.verifyPin(pin, value, guard)
      evidence.text = await readTextEvidence(application, text, challenge)
    }
    if (visual !== undefined) {
      const application = await VisualApplication.open(session)
      const { pin, value, ...guard } = visual.unlock
      await application.verifyPin(pin, value, guard)
      evidence.visual = await readVisualEvidence(application, visual.records, challenge)
    }
    return evidence
  } catch (error) {
    evidence.text?.individualNumber?.fill(0)
    throw error
  }
}

/**
 * Reads from the text application what proves its files, and has the card sign a challenge; for callers that verify PINs and
 * evidence themselves, for example a terminal whose server verifies. After the PIN.
 *
 * @throws as `TextApplication.readSigned` and `signChallenge`; RangeError for a challenge of fewer than 16 bytes.
 */
export async function readTextEvidence(
  application: TextApplication,
  files: ReadSignedOptions,
  challenge: Uint8Array,
): Promise<TextEvidence> {
  requireLength(challenge)
  const signed = await application.readSigned(files)
  try {
    return { ...signed, challengeSignature: await application.signChallenge(challenge) }
  } catch (error) {
    signed.individualNumber?.fill(0)
    throw error
  }
}

/** The same for the visual application. After the PIN that opens the records. */
export async function readVisualEvidence(
  application: VisualApplication,
  records: readonly VisualRecord[],
  challenge: Uint8Array,
): Promise<VisualEvidence> {
  requireLength(challenge)
  const read = async (record: VisualRecord, file: 'cardFace' | 'birthRecord' | 'numberImage') =>
    records.includes(record) ? { [file]: await application.readRecord(file) } : {}
  return {
    ...(await read('card-face', 'cardFace')),
    ...(await read('birth-record', 'birthRecord')),
    ...(await read('number-image', 'numberImage')),
    issuerCertificate: await application.readRecord('issuerCertificate'),
    challengeSignature: await application.signChallenge(challenge),
  }
}
