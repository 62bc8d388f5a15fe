/**
 * The parts most programs need, from one place, and all errors. Everything else is in the subpaths: `jpki-card/pcsc` for
 * readers, `jpki-card/emulator` for the virtual card.
 *
 * @example
 * ```ts
 * import { CardSession, identifyCard, JpkiApplication, JpkiCardError, Pin } from 'jpki-card'
 * import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
 *
 * const transport = new VirtualTransport({ card: await createVirtualCard() })
 * const { name } = await transport.waitForCard()
 * const session = new CardSession(await transport.connect(name))
 * try {
 *   console.log((await identifyCard(session)).kind)
 *   const jpki = await JpkiApplication.open(session)
 *   const { signature } = await jpki.authenticate(new Uint8Array(32), Pin.fromText('1234'))
 *   console.log(signature.length)
 * } catch (error) {
 *   if (!(error instanceof JpkiCardError)) throw error
 *   console.log(error.code)
 * } finally {
 *   await session.close()
 *   await transport.close()
 * }
 * ```
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
