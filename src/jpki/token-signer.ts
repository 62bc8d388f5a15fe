import type { Keypad, Pin, VerifyPinOptions } from '../card/index.ts'
import type { JpkiApplication } from './application.ts'
import type { SignatureAlgorithm } from './schemes.ts'
import type { TokenVerification } from './token-kinds.ts'

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
    /** How the holder was verified. */
    readonly userVerification: TokenVerification
  }>
}

/**
 * The user-authentication key (利用者証明用) of a card or phone as signer of one token, with its CA certificate.
 *
 * @param pin - the PIN, the keypad of the reader, or a function that asks for it once the challenge was verified; consumed. `device` for a phone that has
 *   verified its holder.
 * @returns a signer whose `sign` throws as {@link JpkiApplication.authenticate} does.
 */
export function tokenSigner(
  app: JpkiApplication,
  pin: Pin | Keypad | (() => Promise<Pin | Keypad>) | 'device',
  options: VerifyPinOptions = {},
): CardTokenSigner {
  return {
    async sign(message) {
      // The signature of a phone ends what it allowed, so that nothing is read after it.
      const early = pin === 'device' ? await app.readIssuer() : undefined
      const value = typeof pin === 'function' ? await pin() : pin
      const { algorithm, signature, certificate } = await app.authenticate(message, value, options)
      const issuer = pin === 'device' ? early : await app.readIssuer()
      return {
        algorithm,
        signature,
        certificate: certificate.der,
        caCertificate: issuer?.der,
        userVerification: pin === 'device' ? 'device' : 'pin',
      }
    },
  }
}
