/**
 * The token with which a card's holder proves to an issuance server who they are: a challenge, the card's answer, and the
 * server's answer to that.
 *
 * @module jpki-card/token
 */
export type { RemoteAcceptance } from './acceptance.ts'
export { challengeDigest, holderDigest } from './acceptance.ts'
export type { ExpectedClaims, TokenSignature, TokenSigner } from './answer.ts'
export { answerChallenge } from './answer.ts'
export type { SignedClaims, TokenChallenge } from './challenge.ts'
export { identifierPattern, isIdentifier, isOrigin, parseChallenge, tokenFormat, tokenMessage } from './challenge.ts'
export type { TokenServerOptions } from './remote.ts'
export { TokenServer } from './remote.ts'
export type { ParsedToken, Token, TokenAlgorithm } from './token.ts'
export { parseToken, tokenAlgorithms } from './token.ts'
