import type { Pin, VerifyPinOptions } from '../card/index.ts'
import { CertificateError, DecodeError, StatusWordError } from '../errors.ts'
import type { JpkiApplication } from './application.ts'
import type { SignatureAlgorithm } from './schemes.ts'

/** What `answerChallenge` of `jpki-card/token` has a token signed by. */
export interface CardTokenSigner {
  /** Signs the whole message, SHA-256 included. */
  sign(message: Uint8Array): Promise<{
    readonly algorithm: SignatureAlgorithm
    readonly signature: Uint8Array
    /** DER. */
    readonly certificate: Uint8Array
    /** DER; absent where the card does not give it. */
    readonly caCertificate: Uint8Array | undefined
  }>
}

/**
 * The user-authentication key (利用者証明用) of a card as signer of one token, with the card's CA certificate.
 *
 * @param pin - the PIN, or a function that asks for it once the challenge was verified. Consumed.
 * @returns a signer whose `sign` throws as {@link JpkiApplication.authenticate} does.
 */
export function tokenSigner(
  app: JpkiApplication,
  pin: Pin | (() => Promise<Pin>),
  options: VerifyPinOptions = {},
): CardTokenSigner {
  return {
    async sign(message) {
      const value = typeof pin === 'function' ? await pin() : pin
      const { algorithm, signature, certificate } = await app.authenticate(message, value, options)
      return { algorithm, signature, certificate: certificate.der, caCertificate: await ownCa(app) }
    },
  }
}

/** The CA certificate is optional in a token, so a refusal to read it is ignored. */
async function ownCa(app: JpkiApplication): Promise<Uint8Array | undefined> {
  try {
    return (await app.readCertificate('auth-ca')).der
  } catch (error) {
    const refused = error instanceof StatusWordError || error instanceof CertificateError
    if (refused || error instanceof DecodeError) return undefined
    throw error
  }
}
