import { Buffer } from 'node:buffer'
import { createHash, createHmac, type KeyObject, randomBytes } from 'node:crypto'
import { equalBytes } from '../bytes.ts'
import { AuditError, CertificateError, RefusalError } from '../errors.ts'
import type { VerificationReport } from '../pki/index.ts'
import {
  Certificate,
  type CheckResult,
  inspectCertificate,
  type RevocationAnswer,
  type SignaturePolicy,
  type SignedInput,
  verifySignature,
} from '../pki/index.ts'
import { messageOf } from '../token/challenge.ts'
import type { TokenAlgorithm, TokenFormat } from '../token/index.ts'
import {
  challengeDigest,
  holderDigest,
  isIdentifier,
  isOrigin,
  type ParsedToken,
  parseToken,
  type TokenChallenge,
} from '../token/index.ts'
import type { UserVerification } from '../user-verification.ts'
import { type CertificateValidity, certificateValidity } from '../validity/index.ts'
import { type AuditEvent, writeAudit } from './audit/line.ts'
import type { Condition, HealthSource } from './health.ts'
import { Instances } from './instances.ts'
import { OpenChallenges } from './open-challenges.ts'
import { type Settings, settingsOf, type TokenServiceChanges, type TokenServiceOptions } from './options.ts'

const hashes = { '256': 'SHA-256', '384': 'SHA-384', '512': 'SHA-512' } as const
const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

/** Whether the algorithm matches the type of the certificate's key: the key decides, not the token. RFC 7518 3. */
export function fitsKey(algorithm: TokenAlgorithm, { publicKey }: Certificate): boolean {
  if (algorithm.startsWith('ES')) return publicKey.kind === 'ec' && publicKey.curve === curves[algorithm]
  return publicKey.kind === 'rsa'
}

/** Whether the certificate's key made the signature over the message. */
export function isSignedBy(
  certificate: Certificate,
  algorithm: TokenAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
  policy: SignaturePolicy | undefined,
): boolean {
  return verifySignature(certificate, inputOf(algorithm, message), signature, policy)
}

function inputOf(algorithm: TokenAlgorithm, message: Uint8Array): SignedInput {
  const hash = hashes[algorithm.slice(2) as keyof typeof hashes]
  if (algorithm.startsWith('ES')) return { padding: 'ecdsa', hash, message }
  if (algorithm.startsWith('RS')) return { padding: 'pkcs1', hash, message }
  return { padding: 'pss', hash, digest: new Uint8Array(createHash('sha256').update(message).digest()) }
}

const domain = Buffer.from('jpki-card-holder:1\0')

/**
 * Pseudonym of the holder of a certificate, without its serial number, whose collection is restricted by law.
 * Deterministic for one certificate and key, unlinkable between servers with different keys, not computable without the
 * key. A renewed certificate has a different one.
 *
 * @param key - secret of the server, of at least 32 bytes.
 * @param issuer - certificate of the CA, from a verified path: generations share one name, so its key is included.
 * @returns 43 characters, base64url.
 */
export function pseudonymOf(key: KeyObject, certificate: Certificate, issuer: Certificate): string {
  const { serial } = certificate
  const { bits } = issuer.key
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32BE(bits.length, 0)
  lengths.writeUInt32BE(serial.length, 4)
  const whole = Buffer.concat([domain, lengths, bits, serial])
  return createHmac('sha256', key).update(whole).digest('base64url')
}

/** What the store holds for an issued nonce. */
export interface NonceRecord {
  readonly terminal: string
  readonly purpose: string
  /** Of the service that issued it: several services may use the same store. */
  readonly origin: string
  /** Expiry (exclusive), milliseconds since 1970. */
  readonly until: number
}

/** The text stored for a nonce: four words separated by spaces, as neither identifiers nor origins contain one. */
export function writeRecord({ until, terminal, purpose, origin }: NonceRecord): string {
  return `${until} ${terminal} ${purpose} ${origin}`
}

/** @throws RefusalError `ERR_STORE_UNAVAILABLE` for a text not written by {@link writeRecord}. */
export function readRecord(text: unknown): NonceRecord {
  const [until, terminal, purpose, origin, more] = typeof text === 'string' ? text.split(' ') : []
  if (terminal === undefined || purpose === undefined || more !== undefined || !/^\d{1,16}$/.test(until!)) {
    throw new RefusalError('ERR_STORE_UNAVAILABLE', 'unexpected record in the challenge store')
  }
  if (!isOrigin(origin)) {
    throw new RefusalError(
      'ERR_STORE_UNAVAILABLE',
      'unexpected record in the challenge store, or one of another version',
    )
  }
  return { terminal, purpose, origin, until: Number(until) }
}

/** The refusal for a failed verification of a certificate. @param report - with a failure. */
export function refusalOf(report: VerificationReport, certificate: Certificate): RefusalError {
  const { at } = report
  const { check, depth, message } = report.failure!
  const detail = { check, depth }
  if (check === 'revocation') {
    const status = report.revocation[depth]?.status
    if (status === 'revoked') return new RefusalError('ERR_CERTIFICATE_REVOKED', 'the certificate is revoked', detail)
    return new RefusalError('ERR_REVOCATION_UNKNOWN', 'no source has the revocation status of the certificate', detail)
  }
  if (check === 'validity' && depth === 0) {
    return at < certificate.notBefore
      ? new RefusalError('ERR_CERTIFICATE_NOT_YET_VALID', `not valid yet at ${at.toISOString()}`, detail)
      : new RefusalError('ERR_CERTIFICATE_EXPIRED', 'the certificate has expired', detail)
  }
  // The reason of the profile names a policy or an authority, nothing of the holder.
  const reason = check === 'jpki-profile' ? `, ${message}` : ''
  return new RefusalError('ERR_CERTIFICATE_REFUSED', `the certificate is refused: ${check}${reason}`, detail)
}

/** A terminal's request for a challenge. */
export interface ChallengeRequest {
  readonly terminal: string
  readonly purpose: string
  /** Format of the token, one of `formats`. Default: the first of them. */
  readonly format?: TokenFormat | undefined
}

/** The terminal that submits a token, as authenticated by the server, not as the token says. */
export interface VerifyRequest {
  readonly terminal: string
  /** Refuse a token for another purpose. */
  readonly purpose?: string | undefined
  /** Return the raw serial number too: its collection is restricted by law. Default false. */
  readonly includeSerialNumber?: boolean | undefined
}

/** A terminal's request to check the certificate of a card before its holder enters a PIN. */
export interface CertificateCheckRequest {
  /** The terminal, as authenticated by the server. */
  readonly terminal: string
  readonly purpose: string
  /** User-authentication certificate (利用者証明用電子証明書), DER. Untrusted. */
  readonly certificate: Uint8Array
  /** Certificate of its CA, DER, when read from the card. Untrusted. */
  readonly caCertificate?: Uint8Array | undefined
}

/** A certificate that a token would not be refused for. Without the holder: possession of the card is not proven. */
export interface CertificateCheck {
  readonly ok: true
  readonly terminal: string
  readonly purpose: string
  readonly at: Date
  /** Last second at which the whole path is valid. */
  readonly validUntil: Date
  readonly validity: CertificateValidity
  /** How the holder is verified, when the policy of the certificate says so. */
  readonly userVerificationByPolicy: UserVerification | undefined
  /** Every check with its result, skipped ones included. */
  readonly checks: readonly CheckResult[]
  /** Revocation status of each certificate of the path, by depth. */
  readonly revocation: readonly RevocationAnswer[]
}

/** How the holder was verified before the key signed. */
export interface VerifiedUser {
  /** As the terminal reports it; nothing proves it but the terminal's own authentication. */
  readonly claimed: UserVerification
  /** What the policy of the certificate says, when it says so. */
  readonly byPolicy: UserVerification | undefined
}

/** An accepted token: pseudonym of the holder, validity, and the checks done. */
export interface Acceptance {
  readonly ok: true
  /** Pseudonym of the holder: the same for one certificate at this server. */
  readonly holder: string
  readonly terminal: string
  readonly purpose: string
  readonly at: Date
  /** Last second at which the whole path is valid. */
  readonly validUntil: Date
  readonly validity: CertificateValidity
  readonly userVerification: VerifiedUser
  /**
   * Public key of the visit, X25519, 32 bytes, signed by the card: what is issued is encrypted to it. `undefined` for a
   * token of format 1, for which no document can be sealed.
   */
  readonly visitKey: Uint8Array | undefined
  /** Every check with its result, skipped ones included. */
  readonly checks: readonly CheckResult[]
  /** Revocation status of each certificate of the path, by depth. */
  readonly revocation: readonly RevocationAnswer[]
  /** Hexadecimal; only when asked for. */
  readonly serialNumber?: string
  /** Identifies the transaction: see `challengeDigest` of `jpki-card/token`. */
  readonly challengeDigest: string
  /** Binds `holder` to the certificate in the token, for this transaction: see `holderDigest` there. */
  readonly holderDigest: string
}

interface Verified {
  readonly acceptance: Acceptance
  /** Of the anchor, when it is a JPKI authority. */
  readonly generation: number | undefined
}

/**
 * Issues challenges and verifies the tokens that answer them. The nonce is consumed before any costly check, whatever
 * the result: each is good for one try, and a token submitted twice, concurrently or later, is accepted once.
 * Verification fails closed: a token whose status cannot be determined is refused.
 */
export class TokenService implements HealthSource {
  #settings: Settings
  readonly #instances: Instances
  readonly #open: OpenChallenges

  /** @throws TypeError, RangeError naming the option that is not as described. */
  constructor(options: TokenServiceOptions) {
    this.#settings = settingsOf(options)
    const { store, origin, pseudonymKey, version, configuration, instance: name } = this.#settings
    this.#instances = new Instances(store, { origin, pseudonymKey, version, configuration, name })
    this.#open = new OpenChallenges(this.#settings.challengesPerTerminal)
  }

  /**
   * Replaces anchors, lists, purposes or formats for requests from now on; requests under way keep the former ones.
   * Open challenges stay valid, except of a format that is not served any more.
   *
   * @throws TypeError, RangeError as the constructor does; the settings are then unchanged.
   */
  reconfigure(changes: TokenServiceChanges): void {
    const key = new Uint8Array(this.#settings.pseudonymKey.export())
    this.#settings = settingsOf({ ...this.#settings, ...changes, pseudonymKey: key })
    key.fill(0)
    void this.#instances.reconfigure(this.#settings.configuration)
  }

  /** Origin tokens must be made for. */
  get origin(): string {
    return this.#settings.origin
  }

  /**
   * Checks now whether all services on this store have the same origin, pseudonymKey, version and configuration;
   * `conditions` returns the result. Never rejects.
   */
  async checkInstances(): Promise<void> {
    await this.#instances.check()
  }

  /**
   * Does the same in the background when it is due: every 15 seconds, every two while a difference lasts. Called with
   * each challenge; call it by a timer, so that an instance without requests stays known to the others.
   */
  refreshInstances(): void {
    this.#instances.refresh()
  }

  /**
   * Part `instances`: `failed` with the reason `version-differs` or `configuration-differs`, a warning with
   * `origin-differs` or `pseudonym-key-differs`, while another service on the store differs.
   */
  conditions(): readonly Condition[] {
    return this.#instances.conditions()
  }

  /**
   * Issues a challenge for one terminal and purpose, good for one try.
   *
   * @throws RefusalError `ERR_TOKEN_TERMINAL`, `ERR_TOKEN_PURPOSE` for an invalid identifier or a purpose not served,
   *   `ERR_TOKEN` for a format not served, `ERR_STORE_UNAVAILABLE`, `ERR_STORE_FULL`. @throws AuditError `ERR_AUDIT`.
   */
  async challenge(request: ChallengeRequest): Promise<TokenChallenge> {
    const { origin, store, formats, challengeLifetimeMs, clock } = this.#settings
    const { terminal, purpose, format = formats[0] } = request
    requireServed(this.#settings, { terminal, purpose })
    requireFormat(this.#settings, format)
    this.#instances.refresh()
    const nonce = new Uint8Array(randomBytes(32))
    const until = clock().getTime() + challengeLifetimeMs
    const record = writeRecord({ terminal, purpose, origin, until })
    try {
      await store.put(nonce, record, challengeLifetimeMs)
      const oldest = this.#open.add(terminal, nonce, until, until - challengeLifetimeMs)
      if (oldest !== undefined) await store.take(oldest)
    } catch (cause) {
      throw storeFailure(cause)
    }
    await this.#audit({ type: 'challenge', terminal, purpose })
    const expiresAt = new Date(until).toISOString()
    return {
      format,
      origin,
      terminal,
      purpose,
      nonce: Buffer.from(nonce).toString('base64url'),
      expiresAt,
    }
  }

  /**
   * Checks a certificate as {@link verify} checks that of a token: profile, path, validity, revocation, and the way its
   * policy verifies holders. For a terminal that has read it without a PIN, so that no PIN is entered for a certificate
   * that would be refused. Uses no challenge; a token made afterwards is verified completely.
   *
   * @throws RefusalError `ERR_TOKEN_TERMINAL`, `ERR_TOKEN_PURPOSE` as {@link challenge}; `ERR_CERTIFICATE_REFUSED`,
   *   `ERR_CERTIFICATE_NOT_YET_VALID`, `ERR_CERTIFICATE_EXPIRED`, `ERR_CERTIFICATE_REVOKED`, `ERR_REVOCATION_UNKNOWN`,
   *   `ERR_USER_VERIFICATION` as {@link verify}; `ERR_INTERNAL` for an unexpected error, with its `cause`. Each result
   *   is written to the audit log. @throws AuditError `ERR_AUDIT`: audit log unavailable, no result is returned.
   * @throws TypeError for a certificate that is not bytes.
   */
  async checkCertificate(request: CertificateCheckRequest): Promise<CertificateCheck> {
    const { terminal, purpose, certificate: der, caCertificate } = request
    if (!(der instanceof Uint8Array)) throw new TypeError('request.certificate must be bytes')
    if (caCertificate !== undefined && !(caCertificate instanceof Uint8Array)) {
      throw new TypeError('request.caCertificate must be bytes')
    }
    const type = 'certificate-checked'
    try {
      const settings = this.#settings
      requireServed(settings, { terminal, purpose })
      const at = settings.clock()
      const certificate = read(der, 0)
      const { report, byPolicy } = await inspect(settings, certificate, caCertificate, at)
      await this.#audit({ type, terminal, purpose, code: null })
      return {
        ok: true,
        terminal,
        purpose,
        at,
        validUntil: report.validUntil!,
        validity: certificateValidity(certificate, at),
        userVerificationByPolicy: byPolicy,
        checks: report.checks,
        revocation: report.revocation,
      }
    } catch (error) {
      throw await this.#refused(error, { type, terminal: identifierIn(terminal), purpose: identifierIn(purpose) })
    }
  }

  /**
   * Verifies a token.
   *
   * @param token - as received: an object, or its JSON text.
   * @throws RefusalError with the first failed check; `ERR_INTERNAL` for an unexpected error, with its `cause`. Each
   *   refusal is written to the audit log. @throws AuditError `ERR_AUDIT`: audit log unavailable, request refused.
   * @throws TypeError for a request without terminal.
   */
  async verify(token: unknown, request: VerifyRequest): Promise<Acceptance> {
    if (typeof request?.terminal !== 'string') throw new TypeError('request.terminal must be a string')
    let parsed: ParsedToken | undefined
    try {
      parsed = parseToken(token)
      const { acceptance, generation } = await this.#verifyToken(parsed, request)
      const { holder, terminal, purpose } = acceptance
      const revocation = acceptance.revocation.every(({ status }) => status === 'good') ? 'good' : 'not-checked'
      const { claimed, byPolicy } = acceptance.userVerification
      const verification = { userVerification: claimed, userVerificationByPolicy: byPolicy }
      await this.#audit({ type: 'accepted', terminal, purpose, holder, generation, revocation, ...verification })
      return acceptance
    } catch (error) {
      const terminal = identifierIn(request.terminal)
      throw await this.#refused(error, { type: 'refused', terminal, purpose: parsed?.purpose ?? null })
    }
  }

  /** Withdraws its announcement, then closes audit log and store: the log may keep its end in the store. */
  async close(): Promise<void> {
    const { store, audit } = this.#settings
    await this.#instances.withdraw()
    try {
      await audit?.close?.()
    } finally {
      await store.close?.()
    }
  }

  async #verifyToken(parsed: ParsedToken, request: VerifyRequest): Promise<Verified> {
    const settings = this.#settings
    requireClaims(settings, parsed, request)
    const at = settings.clock()
    await this.#takeNonce(parsed, at)
    const certificate = read(parsed.certificateDer, 0)
    if (!fitsKey(parsed.algorithm, certificate)) {
      throw new RefusalError('ERR_TOKEN_ALGORITHM', 'the algorithm does not match the key in the certificate')
    }
    const { report, byPolicy } = await inspect(settings, certificate, parsed.caCertificateDer, at)
    const userVerification = verifiedUser(settings, parsed, byPolicy)
    const message = messageOf(parsed, parsed.nonceBytes, parsed.visitKeyBytes)
    if (!isSignedBy(certificate, parsed.algorithm, message, parsed.signatureBytes, settings.signatures)) {
      throw new RefusalError(
        'ERR_TOKEN_SIGNATURE',
        'the signature over this challenge does not verify with the key of the certificate',
      )
    }
    const path = report.path!
    const holder = pseudonymOf(settings.pseudonymKey, certificate, path[1]!)
    const acceptance: Acceptance = {
      ok: true,
      holder,
      terminal: parsed.terminal,
      purpose: parsed.purpose,
      at,
      validUntil: report.validUntil!,
      validity: certificateValidity(certificate, at),
      userVerification,
      visitKey: parsed.visitKeyBytes,
      checks: report.checks,
      revocation: report.revocation,
      challengeDigest: challengeDigest(parsed.nonceBytes),
      holderDigest: holderDigest(parsed.nonceBytes, parsed.certificateDer, holder),
    }
    const generation = settings.generations.get(path[path.length - 1]!)
    if (request.includeSerialNumber !== true) return { acceptance, generation }
    return { acceptance: { ...acceptance, serialNumber: certificate.serialNumber }, generation }
  }

  async #takeNonce({ nonceBytes, terminal, purpose }: ParsedToken, at: Date): Promise<void> {
    const { store } = this.#settings
    let taken: unknown
    try {
      this.#open.remove(terminal, nonceBytes)
      const answer = store.take(nonceBytes)
      // An in-process store answers synchronously: no await, no extra turn of the event loop.
      taken = typeof answer === 'object' ? await (answer as Promise<unknown>) : answer
    } catch (cause) {
      throw storeFailure(cause)
    }
    if (taken === undefined) {
      throw new RefusalError('ERR_NONCE_UNKNOWN', 'unknown challenge: never issued, already answered, or expired')
    }
    const record = readRecord(taken)
    if (record.origin !== this.#settings.origin) {
      throw new RefusalError('ERR_TOKEN_ORIGIN', 'the challenge was issued by another server')
    }
    if (record.terminal !== terminal) {
      throw new RefusalError('ERR_TOKEN_TERMINAL', 'the challenge was issued to another terminal')
    }
    if (record.purpose !== purpose) {
      throw new RefusalError('ERR_TOKEN_PURPOSE', 'the challenge was issued for another purpose')
    }
    if (!(at.getTime() < record.until)) throw new RefusalError('ERR_NONCE_EXPIRED', 'the challenge has expired')
  }

  /** Writes a refusal to the audit log. @returns the error to throw. */
  async #refused(error: unknown, event: AuditEvent): Promise<RefusalError | AuditError> {
    // The audit log is unavailable: the refusal cannot be logged either.
    if (error instanceof AuditError) return error
    const refused = error instanceof RefusalError ? error : unexpected(error)
    const { code, check, depth } = refused
    await this.#audit({ ...event, code, check, depth })
    return refused
  }

  #audit(event: AuditEvent): Promise<void> {
    return writeAudit(this.#settings.audit, event)
  }
}

/** @throws RefusalError `ERR_TOKEN_TERMINAL`, `ERR_TOKEN_PURPOSE`. */
function requireServed(settings: Settings, { terminal, purpose }: ChallengeRequest): void {
  if (!isIdentifier(terminal)) throw new RefusalError('ERR_TOKEN_TERMINAL', 'not a valid terminal name')
  if (!isIdentifier(purpose)) throw new RefusalError('ERR_TOKEN_PURPOSE', 'not a valid purpose')
  requirePurpose(settings, purpose)
}

/** @throws RefusalError `ERR_TOKEN_PURPOSE`. */
function requirePurpose({ purposes }: Settings, purpose: string): void {
  if (purposes?.includes(purpose) === false) throw new RefusalError('ERR_TOKEN_PURPOSE', 'purpose not served')
}

/**
 * The format is that of the settings now, not of the challenge: the signature covers it, so a token of one format cannot
 * be changed into one of another.
 *
 * @throws RefusalError `ERR_TOKEN`.
 */
function requireFormat({ formats }: Settings, format: TokenFormat): void {
  if (!formats.includes(format)) throw new RefusalError('ERR_TOKEN', 'format: not served')
}

function requireClaims(settings: Settings, token: ParsedToken, request: VerifyRequest): void {
  const { format, origin, terminal, purpose } = token
  requireFormat(settings, format)
  if (origin !== settings.origin) throw new RefusalError('ERR_TOKEN_ORIGIN', 'the token is for another server')
  if (terminal !== request.terminal) throw new RefusalError('ERR_TOKEN_TERMINAL', 'the token is for another terminal')
  if (request.purpose !== undefined && purpose !== request.purpose) {
    throw new RefusalError('ERR_TOKEN_PURPOSE', 'the token is for another purpose')
  }
  requirePurpose(settings, purpose)
}

/**
 * Verifies a certificate for authentication, and that the way its policy verifies holders is accepted.
 *
 * @param caCertificate - DER, as read from the card: one more intermediate, unless it is an anchor (the usual case).
 * @returns a report whose `ok` is true, and how the policy verifies holders, when it says so.
 * @throws RefusalError with the first failed check.
 */
async function inspect(
  settings: Settings,
  certificate: Certificate,
  caCertificate: Uint8Array | undefined,
  at: Date,
): Promise<{ readonly report: VerificationReport; readonly byPolicy: UserVerification | undefined }> {
  const { anchors, revocation, hierarchies, profiles, signatures, intermediates = [] } = settings
  const isAnchor = caCertificate !== undefined && anchors.some(({ der }) => equalBytes(der, caCertificate))
  const pool = caCertificate === undefined || isAnchor ? intermediates : [...intermediates, read(caCertificate, 1)]
  const trust = { anchors, revocation, hierarchies, profiles, signatures }
  const report = await inspectCertificate(certificate, { ...trust, intermediates: pool, at, use: 'auth' })
  if (!report.ok) throw refusalOf(report, certificate)
  const byPolicy = report.profile?.userVerification
  requireAccepted(settings, byPolicy)
  return { report, byPolicy }
}

/** @throws RefusalError `ERR_USER_VERIFICATION`. */
function requireAccepted({ userVerification }: Settings, way: UserVerification | undefined): void {
  if (way !== undefined && !userVerification.includes(way)) {
    throw new RefusalError('ERR_USER_VERIFICATION', `a holder verified by ${way} is not accepted here`)
  }
}

/** The claim must be accepted here, and must not contradict what the policy says. */
function verifiedUser(
  settings: Settings,
  { userVerification: claimed = 'pin' }: ParsedToken,
  byPolicy: UserVerification | undefined,
): VerifiedUser {
  requireAccepted(settings, claimed)
  if (byPolicy !== undefined && byPolicy !== claimed) {
    const message = `the terminal reports ${claimed}, the policy of the certificate says ${byPolicy}`
    throw new RefusalError('ERR_USER_VERIFICATION', message)
  }
  return { claimed, byPolicy }
}

/** A name for the audit log; null for a text of another form. */
function identifierIn(text: unknown): string | null {
  return isIdentifier(text) ? text : null
}

/** An error of a store that has no code counts as an unavailable store. */
function storeFailure(cause: unknown): RefusalError {
  if (cause instanceof RefusalError) return cause
  return new RefusalError('ERR_STORE_UNAVAILABLE', 'the challenge store does not respond', { cause })
}

/** An error without a code. Its message may contain anything, so it is kept as cause only. */
function unexpected(cause: unknown): RefusalError {
  return new RefusalError('ERR_INTERNAL', 'unexpected error', { cause })
}

function read(der: Uint8Array, depth: number): Certificate {
  try {
    return Certificate.fromDer(der)
  } catch (cause) {
    if (!(cause instanceof CertificateError)) throw cause
    throw new RefusalError('ERR_CERTIFICATE_REFUSED', 'not a valid certificate encoding', {
      cause,
      check: 'encoding',
      depth,
    })
  }
}
