/**
 * What is printed on a card and stored in it (券面): the card-face input application (券面事項入力補助AP), the card-face
 * verification application (券面事項確認AP), individual number, verification codes, and the proof of authenticity.
 *
 * @example
 * ```ts
 * import { CardSession, Pin } from 'jpki-card/card'
 * import { TextApplication } from 'jpki-card/card-face'
 * import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
 *
 * const transport = new VirtualTransport({ card: await createVirtualCard() })
 * const { name } = await transport.waitForCard()
 * const session = new CardSession(await transport.connect(name))
 * const text = await TextApplication.open(session)
 * await text.verifyPin('pin', Pin.fromText('1234'))
 * console.log((await text.readAttributes()).name)
 * await session.close()
 * await transport.close()
 * ```
 * @module jpki-card/card-face
 */
export type { FieldProblem, FieldProblemCode, FurtherField, HolderSex } from '../holder-fields.ts'
export { fieldProblemCodes } from '../holder-fields.ts'
export type {
  CardPublicKey,
  CardVerifiableCertificate,
  CvcHierarchy,
  CvcRoot,
  Era,
  EraYear,
  KnownCvcRoot,
} from '../registry/index.ts'
export {
  cvcHierarchies,
  cvcLength,
  cvcRootFromSpki,
  decodeCvc,
  eraYear,
  keyIdText,
  knownCvcRoots,
  registryApplications,
  SecretDigits,
} from '../registry/index.ts'
export type { AuthenticityOptions, CheckedCard, Unlock, VisualRecord } from './authenticity/card.ts'
export { readTextEvidence, readVisualEvidence, verifyAuthenticity } from './authenticity/card.ts'
export type { CardEvidence, EvidenceRecord, TextEvidence, VisualEvidence } from './authenticity/evidence.ts'
export { evidenceRecords } from './authenticity/evidence.ts'
export type {
  AuthenticityCheck,
  AuthenticityCheckName,
  AuthenticityReason,
  AuthenticityReport,
  AuthenticitySubject,
  RecordIssuer,
  Unproved,
} from './authenticity/report.ts'
export type { EvidenceOptions } from './authenticity/verify.ts'
export { verifyEvidence } from './authenticity/verify.ts'
export type { IndividualNumberOptions, IndividualNumberPurpose } from './individual-number.ts'
export { IndividualNumber, individualNumberLength, individualNumberPurposes } from './individual-number.ts'
export type { ReadSignedOptions } from './text/application.ts'
export { TextApplication } from './text/application.ts'
export type { TextAttributes, TextField } from './text/attributes.ts'
export { decodeAttributes, digestedAttributes } from './text/attributes.ts'
export type { SignedTextFiles, TextFile, TextPin } from './text/files.ts'
export { decodeNumberFile, numberFileLength, textAccess, textFiles, textPins } from './text/files.ts'
export type { TextCardKey, TextDigests, TextInformation } from './text/records.ts'
export { checkDigests, decodeDigests, decodeTextCardKey, decodeTextInformation } from './text/records.ts'
export type { BirthYearOptions, VerificationCodeBParts } from './verification-codes.ts'
export { birthDatePin, verificationCodeA, verificationCodeB } from './verification-codes.ts'
export { VisualApplication } from './visual/application.ts'
export type { CardFace, CardFaceField, UnsignedCardFace } from './visual/card-face.ts'
export { decodeCardFace } from './visual/card-face.ts'
export type { BirthRecord, SignedCardRecord, VisualInformation } from './visual/fields.ts'
export { decodeBirthRecord, decodeVisualInformation } from './visual/fields.ts'
export type { VisualFile, VisualPin } from './visual/files.ts'
export { visualAccess, visualFiles, visualPins } from './visual/files.ts'
export type { CardImage, NumberImage } from './visual/images.ts'
export { decodeNumberImage } from './visual/images.ts'
export type { PhotoOptions, PngPhoto } from './visual/photo.ts'
export { photoToPng } from './visual/photo.ts'
