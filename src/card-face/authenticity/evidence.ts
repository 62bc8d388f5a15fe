import type { SignedTextFiles } from '../text/files.ts'

/** Files of the text application: `TextApplication.readSigned`, and the card's answer to a challenge. */
export interface TextEvidence extends SignedTextFiles {
  /** What `signChallenge` gave, 256 bytes. */
  readonly challengeSignature?: Uint8Array | undefined
}

/** Files of the visual application as they are on the card, and the card's answer to a challenge. */
export interface VisualEvidence {
  /** EF 0004. */
  readonly issuerCertificate: Uint8Array
  /** EF 0002. Personal data. */
  readonly cardFace?: Uint8Array | undefined
  /** EF 0001. Personal data. */
  readonly birthRecord?: Uint8Array | undefined
  /** EF 0005: shows the individual number. */
  readonly numberImage?: Uint8Array | undefined
  /** What `signChallenge` gave, 256 bytes. */
  readonly challengeSignature?: Uint8Array | undefined
}

/**
 * What a terminal read from one card, bytes as they are. Plain data: it may be sent to a server and verified there, with a
 * challenge of the server.
 *
 * All of it is personal data. NOTE: EF 0003 of the text application holds an unsalted SHA-256 of the individual number, from
 * which the number can be found by trying all numbers: handle evidence of the text application as the number itself.
 */
export interface CardEvidence {
  readonly text?: TextEvidence | undefined
  readonly visual?: VisualEvidence | undefined
  /** Last day of the card as `CommonApplication.readExpiry` gives it: 8 bytes, `YYYYMMDD`. */
  readonly cardExpiry?: Uint8Array | undefined
}

/** Records by name. `card-expiry` is compared only: it is not signed. */
export const evidenceRecords = [
  'individual-number',
  'attributes',
  'card-face',
  'birth-record',
  'number-image',
  'card-expiry',
] as const

/** One of {@link evidenceRecords}. */
export type EvidenceRecord = (typeof evidenceRecords)[number]

/** Which records are asked for; one that is there counts as asked for. */
export type Asked = (record: EvidenceRecord) => boolean

/** Where each record is. */
const places: Readonly<Record<EvidenceRecord, (evidence: CardEvidence) => Uint8Array | undefined>> = {
  'individual-number': ({ text }) => text?.individualNumber,
  attributes: ({ text }) => text?.attributes,
  'card-face': ({ visual }) => visual?.cardFace,
  'birth-record': ({ visual }) => visual?.birthRecord,
  'number-image': ({ visual }) => visual?.numberImage,
  'card-expiry': ({ cardExpiry }) => cardExpiry,
}

/** @throws TypeError when the list is empty or has an unknown record. */
export function askedRecords(evidence: CardEvidence, records: readonly EvidenceRecord[]): Asked {
  if (!Array.isArray(records) || records.length === 0) throw new TypeError('records must name at least one record')
  for (const record of records) {
    if (!evidenceRecords.includes(record)) throw new TypeError(`records: unknown record ${String(record)}`)
  }
  if (records.every((record) => record === 'card-expiry'))
    throw new TypeError('records: an expiry alone proves nothing')
  return (record) => records.includes(record) || places[record](evidence) !== undefined
}

/** @throws TypeError for anything in the evidence that is not bytes. */
export function checkEvidence(evidence: CardEvidence): void {
  if (typeof evidence !== 'object' || evidence === null) throw new TypeError('evidence must be an object')
  const { text, visual, cardExpiry } = evidence
  for (const part of [text, visual, { cardExpiry }]) {
    for (const [name, value] of Object.entries(part ?? {})) {
      if (value !== undefined && !(value instanceof Uint8Array)) throw new TypeError(`evidence: ${name} must be bytes`)
    }
  }
}
