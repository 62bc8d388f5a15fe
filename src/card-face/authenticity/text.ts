import { copyBytes, equalBytes } from '../../bytes.ts'
import { type CardPublicKey, checkedDigits, rebased, sha256, verifyWithCardKey } from '../../registry/index.ts'
import type { Whole } from '../field-reader.ts'
import { individualNumberLength } from '../individual-number.ts'
import { digestedAttributes, requireAttributes, type TextAttributes } from '../text/attributes.ts'
import { decodeDigests, decodeTextCardKey, type TextDigests } from '../text/records.ts'
import type { Asked, TextEvidence } from './evidence.ts'
import { absent, type Checks, decoded, failed, notDone, type Outcome, passed, type RecordIssuer } from './report.ts'
import { type TrustedRoots, verifyChallenge, verifyIssuer } from './signature-checks.ts'

/** Result of a record's verification; its content only when it passed. */
export interface RecordResult<T> {
  readonly outcome: Outcome
  readonly value?: T
}

/** Verifies a record that the issuer's key must have signed. @param key - `undefined` when the issuer did not pass. */
export function verifySignedRecord<T extends { readonly signed: Uint8Array; readonly signature: Uint8Array }>(
  bytes: Uint8Array | undefined,
  decode: (bytes: Uint8Array) => T,
  asked: boolean,
  key: CardPublicKey | undefined,
): RecordResult<T> {
  if (bytes === undefined) return { outcome: absent(asked) }
  const read = decoded(() => decode(bytes))
  if ('outcome' in read) return read
  if (key === undefined) return { outcome: notDone('depends') }
  const { signed, signature } = read.value
  if (verifyWithCardKey(key, signed, signature)) return { outcome: passed, value: read.value }
  return { outcome: failed('wrong-signature', 'the issuer did not sign the record') }
}

/** Where the digits of EF 0001 begin. */
const numberAt = 3

/** The parts of the text application that are proved. */
export interface TextResult {
  readonly issuer?: RecordIssuer
  /** Only when their digest is signed. */
  readonly attributes?: Whole<TextAttributes>
}

/** Verifies the files of the text application. @param challenge - `undefined` when none is asked for. */
export function verifyTextFiles(
  evidence: TextEvidence | undefined,
  asked: Asked,
  challenge: Uint8Array | undefined,
  trusted: TrustedRoots,
  checks: Checks,
): TextResult {
  const wanted = evidence !== undefined || asked('individual-number') || asked('attributes')
  const { outcome, key, issuer } = verifyIssuer(evidence?.issuerCertificate, 'text', wanted, trusted)
  checks.note('issuer-certificate', 'text', outcome)

  const digests = verifySignedRecord(evidence?.digests, decodeDigests, wanted, key)
  checks.note('record-signature', 'digests', digests.outcome)
  const number = verifyNumber(evidence?.individualNumber, asked('individual-number'), digests.value)
  checks.note('digest', 'individual-number', number)
  const attributes = verifyAttributes(evidence?.attributes, asked('attributes'), digests.value)
  checks.note('digest', 'attributes', attributes.outcome)

  const proof = wanted && challenge !== undefined
  const cardKey = verifySignedRecord(evidence?.cardKey, decodeTextCardKey, proof, key)
  checks.note('record-signature', 'card-key', cardKey.outcome)
  const keys = cardKey.value === undefined ? [] : [cardKey.value.publicKey]
  checks.note('challenge', 'text', verifyChallenge(challenge, evidence?.challengeSignature, wanted, keys))
  return { ...(issuer && { issuer }), ...(attributes.value && { attributes: attributes.value }) }
}

function verifyNumber(bytes: Uint8Array | undefined, asked: boolean, digests: TextDigests | undefined): Outcome {
  if (bytes === undefined) return absent(asked)
  if (digests === undefined) return notDone('depends')
  if (!equalBytes(sha256(bytes), digests.individualNumber)) return wrongDigest
  const digits = copyBytes(bytes, numberAt, numberAt + individualNumberLength)
  const read = decoded(() => rebased(numberAt, () => checkedDigits(digits, individualNumberLength, 'a number').fill(0)))
  digits.fill(0)
  return 'outcome' in read ? read.outcome : passed
}

function verifyAttributes(
  bytes: Uint8Array | undefined,
  asked: boolean,
  digests: TextDigests | undefined,
): RecordResult<Whole<TextAttributes>> {
  if (bytes === undefined) return { outcome: absent(asked) }
  const read = decoded(() => ({ value: requireAttributes(bytes), digested: digestedAttributes(bytes) }))
  if ('outcome' in read) return read
  if (digests === undefined) return { outcome: notDone('depends') }
  const { value, digested } = read.value
  return equalBytes(sha256(digested), digests.attributes) ? { outcome: passed, value } : { outcome: wrongDigest }
}

const wrongDigest = failed('wrong-digest', 'the file is not the one the issuer signed')
