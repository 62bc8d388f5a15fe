/**
 * The parts most programs need, from one place. Everything else is in the subpaths: `jpki-card/transport/pcsc` for
 * readers, `jpki-card/emulator` for the virtual card.
 *
 * @module jpki-card
 */
export type { Capabilities, ClearReport, PinStatus, VerifyPinOptions } from './card/index.ts'
export { CardSession, Pin, spendTheLastTry } from './card/index.ts'
export type { ErrorCode } from './errors.ts'
export {
  CertificateError,
  DecodeError,
  errorCodes,
  JpkiCardError,
  PinError,
  ResponseError,
  SecureMessagingError,
  SignatureError,
  StateNotClearedError,
  StatusWordError,
  TranscriptError,
  TransportError,
  VerificationError,
  WrongCardError,
} from './errors.ts'
export type { CardKind, Identification } from './identify/index.ts'
export { identifyCard } from './identify/index.ts'
export type { CertificateKind, JpkiKey, JpkiSignature, SignOptions } from './jpki/index.ts'
export { JpkiApplication } from './jpki/index.ts'
export {
  IndividualNumber,
  JukiApplication,
  TextApplication,
  VisualApplication,
  verifyAuthenticity,
} from './card-face/index.ts'
export type { CardConnection, CardTransport, ReaderEvent, ReaderState } from './transport/index.ts'
export { Certificate } from './pki/x509/index.ts'
