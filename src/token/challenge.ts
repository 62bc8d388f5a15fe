import { Buffer } from 'node:buffer'
import { copyBytes } from '../bytes.ts'
import { RefusalError } from '../errors.ts'
import { isSecure } from '../http-client.ts'
import { decodeExact, textFields } from './fields.ts'
import { checkVisitKey } from './visit-key.ts'

/** Name and version of a token format: the first field that is signed. */
export type TokenFormat = 'jpki-card-token:1' | 'jpki-card-token:2'

/** The token formats, oldest first, and whether the card signs a visit key in each. */
export const tokenFormats: Readonly<Record<TokenFormat, { readonly visitKey: boolean }>> = {
  'jpki-card-token:1': { visitKey: false },
  'jpki-card-token:2': { visitKey: true },
}

/** The newest format. */
export const tokenFormat = 'jpki-card-token:2'

/** Whether a value names a token format. */
export function isTokenFormat(value: unknown): value is TokenFormat {
  return typeof value === 'string' && Object.hasOwn(tokenFormats, value)
}

/** A challenge issued by a server to a terminal, to be signed by a card, once. */
export interface TokenChallenge {
  /** Format of the token that answers it. */
  readonly format: TokenFormat
  /** Origin of the server, as `new URL(address).origin`: `https://issue.example.jp`. */
  readonly origin: string
  /** The terminal it was issued to: 1 to 64 of `A-Z a-z 0-9 . _ -`, not dots only. */
  readonly terminal: string
  /** What the customer requests; same form. */
  readonly purpose: string
  /** 32 bytes, base64url without padding. */
  readonly nonce: string
  /** Informative, ISO 8601 UTC: the server's record is authoritative. */
  readonly expiresAt: string
}

/** What is signed: parts of the challenge, and the terminal's visit key. */
export interface SignedClaims extends Pick<TokenChallenge, 'format' | 'origin' | 'terminal' | 'purpose' | 'nonce'> {
  /**
   * Public key of the visit, X25519 (RFC 7748): 32 bytes, base64url without padding. Required in format 2, refused in
   * format 1.
   */
  readonly visitKey?: string
}

/**
 * Form of the names of terminals and purposes: 1 to 64 of `A-Z a-z 0-9 . _ -`, and not of dots only, which would be
 * other folders in paths.
 */
export const identifierPattern: RegExp = /^(?!\.+$)[A-Za-z0-9._-]{1,64}$/

/** The same in words, for messages. */
export const identifierForm = '1 to 64 of A-Z a-z 0-9 . _ -, not dots only'

const claimNames = ['format', 'origin', 'terminal', 'purpose', 'nonce'] as const

/** Whether a text may name a terminal or a purpose. */
export function isIdentifier(text: unknown): text is string {
  return typeof text === 'string' && identifierPattern.test(text)
}

/** The last valid origin: a process sees one, and parsing it again costs more than all other fields together. */
let lastOrigin: string | undefined

/** Whether a text is an origin in canonical form: `https`, or `http` for a server on the same machine. ASCII only. */
export function isOrigin(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > 256) return false
  if (text === lastOrigin) return true
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  if (url.origin !== text || !isSecure(url)) return false
  lastOrigin = text
  return true
}

/**
 * The message the card signs: each of format, origin, terminal and purpose (UTF-8), nonce (32 bytes) and, in format 2,
 * visit key (32 bytes), in this order, as four bytes of length, big-endian, and the bytes. Different sets of claims have
 * different messages, and no other use of the card's key has a message with the same beginning.
 *
 * @throws RefusalError `ERR_TOKEN` for malformed claims, or a visit key missing in format 2 or present in format 1.
 */
export function tokenMessage(claims: SignedClaims): Uint8Array {
  checkClaims(claims)
  return copyBytes(messageOf(claims, nonceBytes(claims.nonce), visitKeyBytes(claims)))
}

/**
 * The message of checked claims: all texts are ASCII, one byte per character. A view of shared memory.
 *
 * @param visitKey - of a format that has one.
 */
export function messageOf(
  { format, origin, terminal, purpose }: SignedClaims,
  nonce: Uint8Array,
  visitKey: Uint8Array | undefined,
): Uint8Array {
  const texts = [format, origin, terminal, purpose]
  const keys = visitKey === undefined ? [nonce] : [nonce, visitKey]
  const length = [...texts, ...keys].reduce((sum, part) => sum + 4 + part.length, 0)
  const message = Buffer.allocUnsafe(length)
  let at = 0
  for (const text of texts) {
    at = message.writeUInt32BE(text.length, at)
    at += message.write(text, at)
  }
  for (const key of keys) {
    at = message.writeUInt32BE(key.length, at)
    message.set(key, at)
    at += key.length
  }
  return message
}

/** The 32 bytes of a nonce. @throws RefusalError `ERR_TOKEN`. */
export function nonceBytes(nonce: string): Uint8Array {
  return decodeExact(nonce, 'base64url', 'nonce', 32, 32)
}

/**
 * The 32 bytes of a visit key in a format that has one, otherwise `undefined`.
 *
 * @throws RefusalError `ERR_TOKEN` for one missing in format 2 or present in format 1, of another form, or of small
 *   order.
 */
export function visitKeyBytes({ format, visitKey }: Pick<SignedClaims, 'format' | 'visitKey'>): Uint8Array | undefined {
  if (!tokenFormats[format].visitKey) {
    if (visitKey === undefined) return undefined
    throw new RefusalError('ERR_TOKEN', 'visitKey: not a field of this format')
  }
  if (visitKey === undefined) throw new RefusalError('ERR_TOKEN', 'visitKey: missing')
  const key = decodeExact(visitKey, 'base64url', 'visitKey', 32, 32)
  checkVisitKey(key)
  return key
}

/** Checks the parts of a challenge. @throws RefusalError `ERR_TOKEN` naming the field, never its content. */
export function checkClaims(claims: Omit<SignedClaims, 'visitKey'>): void {
  if (!isTokenFormat(claims.format)) throw new RefusalError('ERR_TOKEN', 'format: unknown')
  if (!isOrigin(claims.origin)) throw new RefusalError('ERR_TOKEN', 'origin: not an origin')
  for (const name of ['terminal', 'purpose'] as const) {
    if (!isIdentifier(claims[name])) throw new RefusalError('ERR_TOKEN', `${name}: not ${identifierForm}`)
  }
}

/** Whether a text is an existing instant in ISO 8601, UTC, to the second or finer: `2026-06-01T00:00:00.000Z`. */
export function isInstant(text: unknown): text is string {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/.test(text)) return false
  const time = Date.parse(text)
  // Date.parse takes February 30 for March 2.
  return !Number.isNaN(time) && new Date(time).toISOString().substring(0, 19) === text.substring(0, 19)
}

/**
 * Parses a challenge strictly: exactly its fields, each in canonical form.
 *
 * @param json - an object, or its JSON text.
 * @throws RefusalError `ERR_TOKEN`.
 */
export function parseChallenge(json: unknown): TokenChallenge {
  const fields = textFields(json, [...claimNames, 'expiresAt'], [])
  const { expiresAt } = fields
  if (!isInstant(expiresAt)) throw new RefusalError('ERR_TOKEN', 'expiresAt: not a time')
  const challenge = { ...fields, format: fields.format as TokenFormat }
  checkClaims(challenge)
  nonceBytes(challenge.nonce)
  return challenge
}
