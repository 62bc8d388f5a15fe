import { createHash } from 'node:crypto'
import { JpkiCardError, RefusalError, ServerError } from '../errors.ts'
import { isRecord } from '../json.ts'
import { Certificate } from '../pki/index.ts'
import type { UserVerification } from '../user-verification.ts'
import { isInstant, nonceBytes } from './challenge.ts'
import { decodeExact } from './fields.ts'
import type { Token } from './token.ts'

/** Response of a server that accepts a token. Dates are ISO 8601, UTC. */
export interface RemoteAcceptance {
  /**
   * Pseudonym of the holder: the same for one certificate at one server, unlinkable elsewhere. 1 to 128 visible ASCII
   * characters.
   */
  readonly holder: string
  readonly purpose: string
  readonly terminal: string
  /** When the server verified it, by the server's clock. */
  readonly at: string
  /** Last second at which the whole certification path is valid. */
  readonly validUntil: string
  /** How the holder was verified, as the token says. */
  readonly userVerification: UserVerification
}

/** Period in which a token can have been accepted, by the server's clock, milliseconds since 1970. */
export interface AcceptanceWindow {
  readonly from: number
  /** End of the period, exclusive. */
  readonly until: number
}

/**
 * Identifies the transaction in a server's response: SHA-256 of the 32 bytes of the nonce, base64url. Only a party that
 * knows the nonce can compute it, so a response to another challenge has another digest.
 *
 * @param nonce - 32 bytes.
 * @returns 43 characters.
 */
export function challengeDigest(nonce: Uint8Array): string {
  return createHash('sha256').update(nonce).digest('base64url')
}

/**
 * Binds the holder named by an acceptance to the certificate that was sent, for one transaction: SHA-256 over the 32
 * bytes of the nonce, SHA-256 of the certificate (DER, 32 bytes), and the holder (UTF-8). base64url. It differs in
 * every transaction, so acceptances of two servers cannot be linked by it.
 *
 * @param nonce - 32 bytes.
 * @param certificate - DER, as in the token.
 * @returns 43 characters.
 */
export function holderDigest(nonce: Uint8Array, certificate: Uint8Array, holder: string): string {
  const inner = createHash('sha256').update(certificate).digest()
  return createHash('sha256').update(nonce).update(inner).update(holder, 'utf8').digest('base64url')
}

const texts = ['holder', 'purpose', 'terminal', 'at', 'validUntil', 'challengeDigest', 'holderDigest'] as const

/**
 * Parses a server's response to a token and verifies that it belongs to the token.
 *
 * @param answer - JSON as received. Unknown fields are ignored.
 * @throws ServerError `ERR_SERVER` for a malformed response.
 * @throws RefusalError `ERR_ANSWER_MISMATCH` for one of another transaction; its message names the field, not its
 *   content.
 */
export function readAcceptance(answer: unknown, token: Token, window: AcceptanceWindow): RemoteAcceptance {
  const { holder, purpose, terminal, at, validUntil, ...digests } = formOf(answer)
  const nonce = nonceBytes(token.nonce)
  if (digests.challengeDigest !== challengeDigest(nonce)) throw mismatch('challengeDigest: of another challenge')
  if (terminal !== token.terminal) throw mismatch('terminal: another one')
  if (purpose !== token.purpose) throw mismatch('purpose: another one')
  const { der, notBeforeMs, notAfterMs } = certificateOf(token)
  if (digests.holderDigest !== holderDigest(nonce, der, holder)) throw mismatch('holderDigest: of another holder')
  const verifiedAt = Date.parse(at)
  const end = Date.parse(validUntil)
  if (verifiedAt < window.from || verifiedAt >= window.until) {
    throw mismatch('at: not the time of this transaction; compare the clocks of terminal and server')
  }
  // notAfter is the last second of validity, RFC 5280 4.1.2.5.
  if (verifiedAt < notBeforeMs || verifiedAt >= notAfterMs + 1000)
    throw mismatch('at: the certificate is not valid then')
  if (end >= notAfterMs + 1000 || verifiedAt >= end + 1000)
    throw mismatch('validUntil: not a possible end of the validity of this certificate’s path')
  const userVerification = token.userVerification ?? 'pin'
  const answered = isRecord(answer) && isRecord(answer['userVerification']) ? answer['userVerification'] : {}
  // A server from before this field does not answer it, and accepts PINs only.
  if ((answered['claimed'] ?? 'pin') !== userVerification) throw mismatch('userVerification: another one')
  return { holder, purpose, terminal, at, validUntil, userVerification }
}

/** The error for a response that belongs to another transaction. */
export function mismatch(message: string): RefusalError {
  return new RefusalError('ERR_ANSWER_MISMATCH', `response of another transaction: ${message}`)
}

function formOf(answer: unknown): Readonly<Record<(typeof texts)[number], string>> {
  const own = (name: string): unknown => (isRecord(answer) && Object.hasOwn(answer, name) ? answer[name] : undefined)
  if (own('ok') !== true) throw new ServerError('malformed response from the server: ok is not true')
  // Without it the transaction of the response is unknown.
  if (own('challengeDigest') === undefined) throw mismatch('challengeDigest: missing')
  if (own('holderDigest') === undefined) throw mismatch('holderDigest: missing')
  const fields = Object.fromEntries(texts.map((name) => [name, own(name)]))
  const wrong = texts.find((name) => !forms[name](fields[name]))
  if (wrong !== undefined) throw new ServerError(`malformed acceptance from the server: ${wrong}`)
  return fields as Readonly<Record<(typeof texts)[number], string>>
}

const matches =
  (form: RegExp) =>
  (value: unknown): boolean =>
    typeof value === 'string' && form.test(value)
const forms: Readonly<Record<(typeof texts)[number], (value: unknown) => boolean>> = {
  holder: matches(/^[\x21-\x7e]{1,128}$/),
  purpose: matches(/^.{1,64}$/),
  terminal: matches(/^.{1,64}$/),
  at: isInstant,
  validUntil: isInstant,
  challengeDigest: matches(/^[\w-]{43}$/),
  holderDigest: matches(/^[\w-]{43}$/),
}

/** Parses the certificate that was sent: a server cannot have accepted one that is malformed. */
function certificateOf({ certificate }: Token): Certificate {
  try {
    return Certificate.fromDer(decodeExact(certificate, 'base64', 'certificate', 1, 8192))
  } catch (cause) {
    if (!(cause instanceof JpkiCardError)) throw cause
    throw mismatch('the certificate that was sent is malformed')
  }
}
