import { RefusalError } from '../errors.ts'
import { isUserVerification, type UserVerification } from '../user-verification.ts'
import { checkClaims, nonceBytes, type SignedClaims, visitKeyBytes } from './challenge.ts'
import { decodeExact, textFields } from './fields.ts'

/** Signature algorithms of a token, RFC 7518 names. Present cards make RS256; the ECDSA names are for future cards. */
export const tokenAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512'] as const

/** One of {@link tokenAlgorithms}. */
export type TokenAlgorithm = (typeof tokenAlgorithms)[number]

/**
 * A card's signature over a challenge. The claims are those of the challenge, and the visit key of the terminal. Holds
 * personal data: do not log it.
 */
export interface Token extends SignedClaims {
  readonly algorithm: TokenAlgorithm
  /** User-authentication certificate (利用者証明用電子証明書), DER, base64. Untrusted. */
  readonly certificate: string
  /** Certificate of its CA, when read from the card. Untrusted. */
  readonly caCertificate?: string
  /** Signature over `tokenMessage` of the claims, base64. ECDSA: DER. */
  readonly signature: string
  /** How the holder was verified, as the terminal reports it: not signed by the card. Absent: `pin`. */
  readonly userVerification?: UserVerification
}

/** A strictly parsed token, with its bytes. */
export interface ParsedToken extends Token {
  readonly nonceBytes: Uint8Array
  /** 32 bytes, in format 2. */
  readonly visitKeyBytes: Uint8Array | undefined
  readonly certificateDer: Uint8Array
  readonly caCertificateDer: Uint8Array | undefined
  readonly signatureBytes: Uint8Array
}

const required = ['format', 'origin', 'terminal', 'purpose', 'nonce', 'algorithm', 'certificate', 'signature'] as const
const optional = ['visitKey', 'caCertificate', 'userVerification'] as const

/**
 * Parses a token of any format strictly: exactly its fields, strings only, each in canonical form. Does not verify it.
 *
 * @param json - an object, or its JSON text of at most 16 384 characters.
 * @throws RefusalError `ERR_TOKEN`; `ERR_TOKEN_ALGORITHM` for an unknown algorithm.
 */
export function parseToken(json: unknown): ParsedToken {
  const fields = textFields(json, required, optional)
  const { origin, terminal, purpose, nonce, certificate, caCertificate, signature, userVerification } = fields
  const claims = fields as typeof fields & SignedClaims
  const { format, visitKey } = claims
  checkClaims(claims)
  const algorithm = tokenAlgorithms.find((known) => known === fields.algorithm)
  if (algorithm === undefined) throw new RefusalError('ERR_TOKEN_ALGORITHM', 'unknown algorithm')
  if (userVerification !== undefined && !isUserVerification(userVerification)) {
    throw new RefusalError('ERR_TOKEN', 'userVerification: not one known here')
  }
  const parsed: { -readonly [Name in keyof ParsedToken]: ParsedToken[Name] } = {
    format,
    origin,
    terminal,
    purpose,
    nonce,
    algorithm,
    certificate,
    signature,
    nonceBytes: nonceBytes(nonce),
    visitKeyBytes: visitKeyBytes(claims),
    certificateDer: decodeExact(certificate, 'base64', 'certificate', 1, 8192),
    signatureBytes: decodeExact(signature, 'base64', 'signature', 1, 1024),
    caCertificateDer:
      caCertificate === undefined ? undefined : decodeExact(caCertificate, 'base64', 'caCertificate', 1, 8192),
  }
  // Assigned: each object that is spread costs as much as a decoded key.
  if (visitKey !== undefined) parsed.visitKey = visitKey
  if (caCertificate !== undefined) parsed.caCertificate = caCertificate
  if (userVerification !== undefined) parsed.userVerification = userVerification
  return parsed
}
