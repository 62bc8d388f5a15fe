/**
 * Tokens that prove a card holder to an issuance server: a challenge, the card's signature over it, and the server's
 * response.
 *
 * @example
 * ```ts
 * import { parseChallenge, tokenFormat } from 'jpki-card/token'
 *
 * // As sent by a server: parsed strictly before a card signs it in `answerChallenge`.
 * const challenge = parseChallenge({
 *   format: tokenFormat,
 *   origin: 'https://issue.example',
 *   terminal: 'kiosk-1',
 *   purpose: 'residence-record',
 *   nonce: Buffer.alloc(32, 1).toString('base64url'),
 *   expiresAt: new Date(Date.now() + 60_000).toISOString(),
 * })
 * console.log(challenge.terminal, challenge.expiresAt)
 * ```
 * @module jpki-card/token
 */
export type { RemoteAcceptance, RemoteCertificateCheck } from './acceptance.ts'
export { certificateDigest, challengeDigest, holderDigest } from './acceptance.ts'
export type { ExpectedClaims, TokenSignature, TokenSigner } from './answer.ts'
export { answerChallenge } from './answer.ts'
export type { SignedClaims, TokenChallenge, TokenFormat } from './challenge.ts'
export {
  identifierPattern,
  isIdentifier,
  isInstant,
  isOrigin,
  isTokenFormat,
  parseChallenge,
  tokenFormat,
  tokenFormats,
  tokenMessage,
} from './challenge.ts'
export type { CertificateToCheck, RemoteChallengeRequest, TokenServerOptions } from './remote.ts'
export { TokenServer } from './remote.ts'
export type { ParsedToken, Token, TokenAlgorithm } from './token.ts'
export { parseToken, tokenAlgorithms } from './token.ts'
export type { VisitKey } from './visit-key.ts'
export { createVisitKey } from './visit-key.ts'
