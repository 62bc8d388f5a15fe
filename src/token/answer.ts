import { Buffer } from 'node:buffer'
import { toBase64 } from '../bytes.ts'
import { RefusalError } from '../errors.ts'
import type { UserVerification } from '../user-verification.ts'
import { checkClaims, type TokenChallenge, type TokenFormat, tokenFormats, tokenMessage } from './challenge.ts'
import { type Token, tokenAlgorithms } from './token.ts'
import { createVisitKey } from './visit-key.ts'

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

/** Claims configured in the terminal, and its key for this visit; a challenge with other ones is not signed. */
export interface ExpectedClaims {
  readonly origin: string
  readonly terminal?: string | undefined
  readonly purpose?: string | undefined
  /** Refuse a challenge of another format, so that a server cannot choose an older one. Default: any format. */
  readonly format?: TokenFormat | undefined
  /**
   * Public key of the visit, 32 bytes, of `createVisitKey`: the card signs it, and the server encrypts to it what it
   * issues. A challenge of format 1 is then refused. Default, for a token that only authenticates: a key whose private
   * part is discarded.
   */
  readonly visitKey?: Uint8Array | undefined
}

/**
 * The kiosk's part: has the card sign a challenge. Nothing is signed for a server, terminal or purpose other than the
 * configured ones, so a server cannot use the card to sign for another server.
 *
 * @throws RefusalError `ERR_TOKEN` (a malformed challenge or visit key, another format than expected),
 *   `ERR_TOKEN_ORIGIN`, `ERR_TOKEN_TERMINAL`, `ERR_TOKEN_PURPOSE` before the card is used; `ERR_TOKEN_ALGORITHM` for a
 *   signature algorithm tokens do not support. Rethrows errors of the signer.
 */
export async function answerChallenge(
  challenge: TokenChallenge,
  expected: ExpectedClaims,
  signer: TokenSigner,
): Promise<Token> {
  checkClaims(challenge)
  requireExpected(challenge, expected)
  const { format, origin, terminal, purpose, nonce } = challenge
  const claims = { format, origin, terminal, purpose, nonce, ...visitKeyFor(format, expected) }
  const signed = await signer.sign(tokenMessage(claims))
  const algorithm = tokenAlgorithms.find((known) => known === signed.algorithm)
  if (algorithm === undefined)
    throw new RefusalError('ERR_TOKEN_ALGORITHM', 'signature algorithm not supported in tokens')
  const { caCertificate, userVerification } = signed
  return {
    ...claims,
    algorithm,
    certificate: toBase64(signed.certificate),
    ...(caCertificate !== undefined && { caCertificate: toBase64(caCertificate) }),
    signature: toBase64(signed.signature),
    // A server from before this field knows PINs only.
    ...(userVerification !== undefined && userVerification !== 'pin' && { userVerification }),
  }
}

/** The visit key as a field of the token: none in a format without it. */
function visitKeyFor(format: TokenFormat, expected: ExpectedClaims): { readonly visitKey?: string } {
  if (!tokenFormats[format].visitKey) return {}
  const key = expected.visitKey ?? createVisitKey().publicKey
  return { visitKey: Buffer.from(key).toString('base64url') }
}

/**
 * @throws RefusalError `ERR_TOKEN`, `ERR_TOKEN_ORIGIN`, `ERR_TOKEN_TERMINAL`, `ERR_TOKEN_PURPOSE` for a challenge with
 *   another format or other claims.
 */
export function requireExpected({ format, origin, terminal, purpose }: TokenChallenge, expected: ExpectedClaims): void {
  if (expected.format !== undefined && format !== expected.format) {
    throw new RefusalError('ERR_TOKEN', 'format: the challenge has another one than the terminal expects')
  }
  if (expected.visitKey !== undefined && !tokenFormats[format].visitKey) {
    throw new RefusalError('ERR_TOKEN', 'format: the challenge has one without a visit key')
  }
  if (origin !== expected.origin) throw new RefusalError('ERR_TOKEN_ORIGIN', 'the challenge is from another server')
  if (expected.terminal !== undefined && terminal !== expected.terminal) {
    throw new RefusalError('ERR_TOKEN_TERMINAL', 'the challenge is for another terminal')
  }
  if (expected.purpose !== undefined && purpose !== expected.purpose) {
    throw new RefusalError('ERR_TOKEN_PURPOSE', 'the challenge is for another purpose')
  }
}
