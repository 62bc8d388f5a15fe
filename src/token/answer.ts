import { toBase64 } from '../bytes.ts'
import { RefusalError } from '../errors.ts'
import type { UserVerification } from '../user-verification.ts'
import { checkClaims, type TokenChallenge, tokenMessage } from './challenge.ts'
import { type Token, tokenAlgorithms } from './token.ts'

/** A signer: a card in a session, or a key in a test. */
export interface TokenSigner {
  /** Signs the whole message, hashing included. */
  sign(message: Uint8Array): Promise<TokenSignature>
}

/** A signature with the certificate of its key, DER. */
export interface TokenSignature {
  /** RFC 7518 name. */
  readonly algorithm: string
  readonly signature: Uint8Array
  readonly certificate: Uint8Array
  readonly caCertificate?: Uint8Array | undefined
  /** How the holder was verified. Default `pin`. */
  readonly userVerification?: UserVerification | undefined
}

/** Claims configured in the terminal; a challenge with other ones is not signed. */
export interface ExpectedClaims {
  readonly origin: string
  readonly terminal?: string | undefined
  readonly purpose?: string | undefined
}

/**
 * The kiosk's part: has the card sign a challenge. Nothing is signed for a server, terminal or purpose other than the
 * configured ones, so a server cannot use the card to sign for another server.
 *
 * @throws RefusalError `ERR_TOKEN`, `ERR_TOKEN_ORIGIN`, `ERR_TOKEN_TERMINAL`, `ERR_TOKEN_PURPOSE` before the card is
 *   used; `ERR_TOKEN_ALGORITHM` for a signature algorithm tokens do not support. Rethrows errors of the signer.
 */
export async function answerChallenge(
  challenge: TokenChallenge,
  expected: ExpectedClaims,
  signer: TokenSigner,
): Promise<Token> {
  checkClaims(challenge)
  const { format, origin, terminal, purpose, nonce } = challenge
  requireExpected(challenge, expected)
  const signed = await signer.sign(tokenMessage(challenge))
  const algorithm = tokenAlgorithms.find((known) => known === signed.algorithm)
  if (algorithm === undefined)
    throw new RefusalError('ERR_TOKEN_ALGORITHM', 'signature algorithm not supported in tokens')
  const { caCertificate, userVerification } = signed
  return {
    format,
    origin,
    terminal,
    purpose,
    nonce,
    algorithm,
    certificate: toBase64(signed.certificate),
    ...(caCertificate !== undefined && { caCertificate: toBase64(caCertificate) }),
    signature: toBase64(signed.signature),
    // A server from before this field knows PINs only.
    ...(userVerification !== undefined && userVerification !== 'pin' && { userVerification }),
  }
}

/**
 * @throws RefusalError `ERR_TOKEN_ORIGIN`, `ERR_TOKEN_TERMINAL`, `ERR_TOKEN_PURPOSE` for a challenge with other claims.
 */
export function requireExpected({ origin, terminal, purpose }: TokenChallenge, expected: ExpectedClaims): void {
  if (origin !== expected.origin) throw new RefusalError('ERR_TOKEN_ORIGIN', 'the challenge is from another server')
  if (expected.terminal !== undefined && terminal !== expected.terminal) {
    throw new RefusalError('ERR_TOKEN_TERMINAL', 'the challenge is for another terminal')
  }
  if (expected.purpose !== undefined && purpose !== expected.purpose) {
    throw new RefusalError('ERR_TOKEN_PURPOSE', 'the challenge is for another purpose')
  }
}
