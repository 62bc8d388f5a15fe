import { Buffer } from 'node:buffer'
import { copyBytes } from '../bytes.ts'
import { RefusalError } from '../errors.ts'
import { decodeExact, textFields } from './fields.ts'

/** Name and version of the token format; the first field that is signed. */
export const tokenFormat = 'jpki-card-token:1'

/** A challenge issued by a server to a terminal, to be signed by a card, once. */
export interface TokenChallenge {
  readonly format: typeof tokenFormat
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

/** The parts of a challenge that are signed. */
export type SignedClaims = Pick<TokenChallenge, 'format' | 'origin' | 'terminal' | 'purpose' | 'nonce'>

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

/** Whether tokens may be sent to a URL: `https`, or `http` on the same machine. */
export function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname))
}

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
 * The message the card signs: each of format, origin, terminal and purpose (UTF-8) and nonce (32 bytes), in this order,
 * as four bytes of length, big-endian, and the bytes. Different sets of claims have different messages, and no other
 * use of the card's key has a message with the same beginning.
 *
 * @throws RefusalError `ERR_TOKEN` for malformed claims.
 */
export function tokenMessage(claims: SignedClaims): Uint8Array {
  checkClaims(claims)
  return copyBytes(messageOf(claims, nonceBytes(claims.nonce)))
}

/** The message of checked claims: all are ASCII, one byte per character. A view of shared memory. */
export function messageOf({ format, origin, terminal, purpose }: SignedClaims, nonce: Uint8Array): Uint8Array {
  const texts = [format, origin, terminal, purpose]
  const length = texts.reduce((sum, text) => sum + 4 + text.length, 4 + nonce.length)
  const message = Buffer.allocUnsafe(length)
  let at = 0
  for (const text of texts) {
    at = message.writeUInt32BE(text.length, at)
    at += message.write(text, at)
  }
  message.set(nonce, message.writeUInt32BE(nonce.length, at))
  return message
}

/** The 32 bytes of a nonce. @throws RefusalError `ERR_TOKEN`. */
export function nonceBytes(nonce: string): Uint8Array {
  return decodeExact(nonce, 'base64url', 'nonce', 32, 32)
}

/** @throws RefusalError `ERR_TOKEN` naming the field, never its content. */
export function checkClaims(claims: SignedClaims): void {
  if (claims.format !== tokenFormat) throw new RefusalError('ERR_TOKEN', 'format: unknown')
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
  const challenge = { ...fields, format: fields.format as typeof tokenFormat }
  checkClaims(challenge)
  nonceBytes(challenge.nonce)
  return challenge
}
