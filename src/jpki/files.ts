import { fromHex } from '../bytes.ts'
import type { CardApplication, PinReference } from '../card/index.ts'
import { pinReference } from '../pins.ts'

/**
 * Numbers of the JPKI application (公的個人認証AP). Public reverse engineering by several independent projects; the
 * official specification is disclosed to registered bodies only. Confidence and sources: `docs/card-facts.md`.
 */
export const jpkiApplication: CardApplication = { id: 'jpki', aid: fromHex('D392F000260100000001') }

/** File identifiers of the JPKI application. */
export const jpkiFiles = {
  /** 署名用電子証明書, readable after the signature password. */
  signCertificate: 0x0001,
  /** 署名用 CA. */
  signCaCertificate: 0x0002,
  /** Token information, 160 bytes. */
  tokenInfo: 0x0006,
  /** Which certificates are there, 3 bytes. */
  availability: 0x0008,
  /** 利用者証明用電子証明書, free to read on the card, after the PIN on Android phones. */
  authCertificate: 0x000a,
  /** 利用者証明用 CA. */
  authCaCertificate: 0x000b,
  /** 利用者証明用 private key. */
  authKey: 0x0017,
  /** 利用者証明用暗証番号. */
  authPin: 0x0018,
  /** 署名用 private key. */
  signKey: 0x001a,
  /** 署名用パスワード. */
  signPin: 0x001b,
} as const

/** The two keys of the application, and the two PINs that guard them. */
export type JpkiKey = 'auth' | 'sign'

/** PINs of the JPKI application: four digits and 3 tries; 6 to 16 letters A-Z and digits and 5 tries. */
export const jpkiPins: Readonly<Record<JpkiKey, PinReference>> = {
  auth: pinReference('auth', jpkiApplication, jpkiFiles.authPin),
  sign: pinReference('sign', jpkiApplication, jpkiFiles.signPin),
}

/** Certificates of the application: the holder's two and those of the CAs that issued them. */
export type CertificateKind = 'auth' | 'auth-ca' | 'sign' | 'sign-ca'

/** File of each certificate. */
export const certificateFiles: Readonly<Record<CertificateKind, number>> = {
  auth: jpkiFiles.authCertificate,
  'auth-ca': jpkiFiles.authCaCertificate,
  sign: jpkiFiles.signCertificate,
  'sign-ca': jpkiFiles.signCaCertificate,
}

/** All kinds of certificate, in the order people expect them. */
export const certificateKinds: readonly CertificateKind[] = ['auth', 'auth-ca', 'sign', 'sign-ca']
