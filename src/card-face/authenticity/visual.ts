import { type CardPublicKey, sameCardKey } from '../../registry/index.ts'
import type { Whole } from '../field-reader.ts'
import { requireCardFace, type WholeCardFace } from '../visual/card-face.ts'
import { type BirthRecord, requireBirthRecord, type SignedCardRecord } from '../visual/fields.ts'
import { requireNumberImage } from '../visual/images.ts'
import type { Asked, VisualEvidence } from './evidence.ts'
import { type Checks, failed, notDone, type Outcome, passed, type RecordIssuer } from './report.ts'
import { type TrustedRoots, verifyChallenge, verifyIssuer } from './signature-checks.ts'
import { verifySignedRecord } from './text.ts'

/** The parts of the visual application that are compared: records whose signature passed. */
export interface VisualResult {
  readonly issuer?: RecordIssuer
  readonly cardFace?: WholeCardFace
  readonly birthRecord?: Whole<BirthRecord>
}

/** Verifies the files of the visual application. @param challenge - `undefined` when none is asked for. */
export function verifyVisualFiles(
  evidence: VisualEvidence | undefined,
  asked: Asked,
  challenge: Uint8Array | undefined,
  trusted: TrustedRoots,
  checks: Checks,
): VisualResult {
  const records = (['card-face', 'birth-record', 'number-image'] as const).filter(asked)
  const wanted = evidence !== undefined || records.length > 0
  const { outcome, key, issuer } = verifyIssuer(evidence?.issuerCertificate, 'visual', wanted, trusted)
  checks.note('issuer-certificate', 'visual', outcome)

  const record = <T extends Whole<SignedCardRecord>>(
    of: 'card-face' | 'birth-record' | 'number-image',
    bytes: Uint8Array | undefined,
    decode: (bytes: Uint8Array) => T,
  ): T | undefined => {
    const { outcome, value } = verifySignedRecord(bytes, decode, asked(of), key)
    checks.note('record-signature', of, outcome)
    return value
  }
  const cardFace = record('card-face', evidence?.cardFace, requireCardFace)
  const birthRecord = record('birth-record', evidence?.birthRecord, requireBirthRecord)
  const numberImage = record('number-image', evidence?.numberImage, requireNumberImage)

  const proved = [cardFace, birthRecord, numberImage].filter((one) => one !== undefined)
  checks.note('same-card-key', 'visual', compareKeys(proved, records.length))
  const answer = evidence?.challengeSignature
  checks.note('challenge', 'visual', verifyChallenge(challenge, answer, wanted, differentKeys(proved)))
  return {
    ...(issuer && { issuer }),
    ...(cardFace && { cardFace }),
    ...(birthRecord && { birthRecord }),
  }
}

function compareKeys(records: readonly Pick<SignedCardRecord, 'cardKey'>[], asked: number): Outcome {
  if (asked < 2) return notDone('nothing-to-compare')
  if (records.length < asked) return notDone('depends')
  if (differentKeys(records).length === 1) return passed
  return failed('differs', 'the records name different card keys: they are not of one card')
}

function differentKeys(records: readonly Pick<SignedCardRecord, 'cardKey'>[]): CardPublicKey[] {
  const keys: CardPublicKey[] = []
  for (const { cardKey } of records) if (!keys.some((key) => sameCardKey(key, cardKey))) keys.push(cardKey)
  return keys
}
