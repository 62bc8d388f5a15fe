/**
 * The token with which a card's holder proves to an issuance server who they are: a challenge, and the card's answer.
 *
 * @module jpki-card/token
 */
export type { ExpectedClaims, TokenSignature, TokenSigner } from './answer.ts'
export { answerChallenge } from './answer.ts'
export type { SignedClaims, TokenChallenge } from './challenge.ts'
export { isIdentifier, isOrigin, parseChallenge, tokenFormat, tokenMessage } from './challenge.ts'
export type { RemoteAcceptance, TokenServerOptions } from './remote.ts'
export { TokenServer } from './remote.ts'
export type { ParsedToken, Token, TokenAlgorithm } from './token.ts'
export { parseToken, tokenAlgorithms } from './token.ts'
