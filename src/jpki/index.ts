/**
 * The JPKI application (公的個人認証): certificates, PINs and signatures of the holder.
 *
 * @example
 * ```ts
 * import { CardSession } from 'jpki-card/card'
 * import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
 * import { JpkiApplication } from 'jpki-card/jpki'
 *
 * const transport = new VirtualTransport({ card: await createVirtualCard() })
 * const { name } = await transport.waitForCard()
 * const session = new CardSession(await transport.connect(name))
 * const jpki = await JpkiApplication.open(session)
 * console.log(await jpki.pinStatus('sign'))
 * console.log((await jpki.readCertificate('auth')).notAfter)
 * await session.close()
 * await transport.close()
 * ```
 * @module jpki-card/jpki
 */

export type { UserVerification } from '../user-verification.ts'
export { userVerifications } from '../user-verification.ts'
export type { JpkiOptions, JpkiSignature, SignOptions } from './application.ts'
export { JpkiApplication } from './application.ts'
export type { CertificateKind, JpkiKey } from './files.ts'
export { certificateFiles, certificateKinds, jpkiApplication, jpkiFiles, jpkiPins } from './files.ts'
export type { SchemeRow, SignatureAlgorithm, SignatureScheme, SignedWithCertificate, ToBeSigned } from './schemes.ts'
export { maxCardHashMessage, signatureSchemes } from './schemes.ts'
export type { CertificateAvailability, TokenInfo } from './token-info.ts'
export {
  decodeAvailability,
  decodeTokenInfo,
  decodeTokenLabel,
  isFaceAuthentication,
  tokenInfoLength,
  tokenLabelLength,
} from './token-info.ts'
export type { TokenKind, TokenVerification } from './token-kinds.ts'
export { readTokenLabel, tokenKindOf, tokenKinds, verificationOf } from './token-kinds.ts'
export type { CardTokenSigner } from './token-signer.ts'
export { tokenSigner } from './token-signer.ts'
