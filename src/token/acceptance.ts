import { createHash } from 'node:crypto'
import { JpkiCardError, ServerError } from '../errors.ts'
import { mismatch } from '../http-client.ts'
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

/** Response of a server that would not refuse a certificate. Dates are ISO 8601, UTC. */
export interface RemoteCertificateCheck {
  /** When the server checked it, by the server's clock. */
  readonly at: string
  /** Last second at which the whole certification path is valid. Often a birthday of the holder: do not log it. */
  readonly validUntil: string
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
  return createHash('sha256').update(nonce).update(inner).update(holder).digest('base64url')
}

/**
 * Binds the answer to the check of a certificate to that certificate: SHA-256 over the 32 bytes of the terminal's nonce
 * and SHA-256 of the certificate (DER, 32 bytes). base64url.
 *
 * @param nonce - 32 bytes, chosen by the terminal for this check.
 * @param certificate - DER, as sent.
 * @returns 43 characters.
 */
export function certificateDigest(nonce: Uint8Array, certificate: Uint8Array): string {
  return holderDigest(nonce, certificate, '')
}

/**
 * Parses a server's response to a token and verifies that it belongs to the token.
 *
 * @param answer - JSON as received. Unknown fields are ignored.
 * @throws ServerError `ERR_SERVER` for a malformed response.
 * @throws RefusalError `ERR_ANSWER_MISMATCH` for one of another transaction; its message names the field, not its
 *   content.
 */
export function readAcceptance(answer: unknown, token: Token, window: AcceptanceWindow): RemoteAcceptance {
  const form = formOf(answer, acceptanceTexts)
  const { holder, purpose, terminal, at, validUntil } = form
  const nonce = nonceBytes(token.nonce)
  requireRequest(form, nonce, token)
  const certificate = certificateOf(() => decodeExact(token.certificate, 'base64', 'certificate', 1, 8192))
  if (form.holderDigest !== holderDigest(nonce, certificate.der, holder))
    throw mismatch('holderDigest: of another holder')
  requireTimes(form, certificate, window)
  const userVerification = token.userVerification ?? 'pin'
  const answered = isRecord(answer) && isRecord(answer['userVerification']) ? answer['userVerification'] : {}
  // A server from before this field does not answer it, and accepts PINs only.
  if ((answered['claimed'] ?? 'pin') !== userVerification) throw mismatch('userVerification: another one')
  return { holder, purpose, terminal, at, validUntil, userVerification }
}

/** A check of a certificate, as requested. */
export interface CheckedRequest {
  readonly terminal: string
  readonly purpose: string
  /** 32 bytes. */
  readonly nonce: Uint8Array
  /** DER. */
  readonly certificate: Uint8Array
}

/**
 * Parses a server's response to the check of a certificate and verifies that it belongs to the request.
 *
 * @param answer - JSON as received. Unknown fields are ignored.
 * @throws ServerError `ERR_SERVER` for a malformed response. @throws RefusalError `ERR_ANSWER_MISMATCH` for one of
 *   another request; its message names the field, not its content.
 */
export function readCertificateCheck(
  answer: unknown,
  request: CheckedRequest,
  window: AcceptanceWindow,
): RemoteCertificateCheck {
  const form = formOf(answer, checkTexts)
  const { nonce, certificate } = request
  requireRequest(form, nonce, request)
  if (form.certificateDigest !== certificateDigest(nonce, certificate)) {
    throw mismatch('certificateDigest: of another certificate')
  }
  requireTimes(
    form,
    certificateOf(() => certificate),
    window,
  )
  const { at, validUntil } = form
  return { at, validUntil }
}

/** @throws RefusalError `ERR_ANSWER_MISMATCH` for a response to another challenge, terminal or purpose. */
function requireRequest(
  form: Readonly<Record<'challengeDigest' | 'terminal' | 'purpose', string>>,
  nonce: Uint8Array,
  { terminal, purpose }: { readonly terminal: string; readonly purpose: string },
): void {
  if (form.challengeDigest !== challengeDigest(nonce)) throw mismatch('challengeDigest: of another challenge')
  if (form.terminal !== terminal) throw mismatch('terminal: another one')
  if (form.purpose !== purpose) throw mismatch('purpose: another one')
}

/** @throws RefusalError `ERR_ANSWER_MISMATCH` for times that a response about this certificate cannot have. */
function requireTimes(
  { at, validUntil }: Readonly<Record<'at' | 'validUntil', string>>,
  { notBeforeMs, notAfterMs }: Certificate,
  window: AcceptanceWindow,
): void {
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
}

function formOf<Name extends FieldName>(answer: unknown, names: readonly Name[]): Readonly<Record<Name, string>> {
  const own = (name: string): unknown => (isRecord(answer) && Object.hasOwn(answer, name) ? answer[name] : undefined)
  if (own('ok') !== true) throw new ServerError('malformed response from the server: ok is not true')
  // Without it the transaction of the response is unknown.
  const unbound = names.find((name) => digestNames.has(name) && own(name) === undefined)
  if (unbound !== undefined) throw mismatch(`${unbound}: missing`)
  const wrong = names.find((name) => !forms[name](own(name)))
  if (wrong !== undefined) throw new ServerError(`malformed response from the server: ${wrong}`)
  return Object.fromEntries(names.map((name) => [name, own(name)])) as Readonly<Record<Name, string>>
}

const digestNames: ReadonlySet<FieldName> = new Set(['challengeDigest', 'holderDigest', 'certificateDigest'])

const matches =
  (form: RegExp) =>
  (value: unknown): boolean =>
    typeof value === 'string' && form.test(value)
const forms = {
  holder: matches(/^[\x21-\x7e]{1,128}$/),
  purpose: matches(/^.{1,64}$/),
  terminal: matches(/^.{1,64}$/),
  at: isInstant,
  validUntil: isInstant,
  challengeDigest: matches(/^[\w-]{43}$/),
  holderDigest: matches(/^[\w-]{43}$/),
  certificateDigest: matches(/^[\w-]{43}$/),
} as const satisfies Readonly<Record<string, (value: unknown) => boolean>>
type FieldName = keyof typeof forms

const checkTexts = ['purpose', 'terminal', 'at', 'validUntil', 'challengeDigest', 'certificateDigest'] as const
const acceptanceTexts = [
  'holder',
  'purpose',
  'terminal',
  'at',
  'validUntil',
  'challengeDigest',
  'holderDigest',
] as const

/** Parses the certificate that was sent: a server cannot have accepted one that is malformed. */
function certificateOf(sent: () => Uint8Array): Certificate {
  try {
    return Certificate.fromDer(sent())
  } catch (cause) {
    if (!(cause instanceof JpkiCardError)) throw cause
    throw mismatch('the certificate that was sent is malformed')
  }
}
