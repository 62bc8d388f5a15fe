/**
 * The parts most programs need, from one place, and all errors. Everything else is in the subpaths: `jpki-card/pcsc` for
 * readers, `jpki-card/emulator` for the virtual card.
 *
 * @module jpki-card
 */
export type {
  Capabilities,
  CardConnection,
  CardTransport,
  ClearReport,
  PinStatus,
  ReaderEvent,
  ReaderState,
  VerifyPinOptions,
} from './card/index.ts'
export { CardSession, Pin, spendTheLastTry } from './card/index.ts'
export { IndividualNumber, TextApplication, VisualApplication, verifyAuthenticity } from './card-face/index.ts'
export * from './errors.ts'
export * from './identify/index.ts'
export type { CertificateKind, JpkiKey, JpkiSignature, SignOptions } from './jpki/index.ts'
export { JpkiApplication } from './jpki/index.ts'
export { JukiApplication } from './juki/index.ts'
export { Certificate } from './pki/index.ts'
