import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { copyBytes, toBase64 } from '../bytes.ts'
import { type RefusalCode, refusalCodes, ServerError } from '../errors.ts'
import { type ExpectedAnswer, mismatch, ServerConnection } from '../http-client.ts'
import { codesBeyondTokens, outcomeOf } from '../outcomes.ts'
import {
  challengeDigest,
  type RemoteAcceptance,
  type RemoteCertificateCheck,
  readAcceptance,
  readCertificateCheck,
} from './acceptance.ts'
import { requireExpected } from './answer.ts'
import { nonceBytes, parseChallenge, type TokenChallenge, type TokenFormat } from './challenge.ts'
import type { Token } from './token.ts'

/** Options of {@link TokenServer}. */
export interface TokenServerOptions {
  /** Origin the token is made for. Default: that of the address; differs behind a proxy. */
  readonly origin?: string | undefined
  /** Longest wait for one response, milliseconds. Default 15 000. */
  readonly timeoutMs?: number | undefined
  /** Replaces the global `fetch`: for client certificates, proxies. */
  readonly fetch?: typeof fetch | undefined
  /**
   * The terminal's clock, which the times of a server are compared with. Default: none; they are compared with the
   * challenge and the certificate only.
   */
  readonly clock?: (() => Date) | undefined
  /** How far `clock` and the server's may differ, milliseconds, 0 to 86 400 000. Default 300 000. */
  readonly maxClockSkewMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Longest lifetime of a challenge, milliseconds. */
const longestLifetime = 600_000
/** Challenges remembered until their token is submitted, at most. */
const mostOpen = 1_000

function notOffered(error: unknown): undefined {
  if (!(error instanceof ServerError) || error.status !== 404) throw error
}

/** Refusals of a request for a challenge. */
const challengeRefusals: readonly RefusalCode[] = [
  'ERR_TOKEN',
  'ERR_TOKEN_TERMINAL',
  'ERR_TOKEN_PURPOSE',
  'ERR_STORE_UNAVAILABLE',
  'ERR_STORE_FULL',
]
/** Refusals of a token: all refusals of a server except its internal errors, and those of what follows. */
const tokenRefusals: readonly RefusalCode[] = refusalCodes.filter(
  (code) => outcomeOf(code).status !== undefined && code !== 'ERR_INTERNAL' && !codesBeyondTokens.has(code),
)

/** Refusals of a certificate before a token is made. */
const certificateRefusals: readonly RefusalCode[] = [
  'ERR_TOKEN_TERMINAL',
  'ERR_TOKEN_PURPOSE',
  'ERR_USER_VERIFICATION',
  'ERR_CERTIFICATE_REFUSED',
  'ERR_CERTIFICATE_NOT_YET_VALID',
  'ERR_CERTIFICATE_EXPIRED',
  'ERR_CERTIFICATE_REVOKED',
  'ERR_REVOCATION_UNKNOWN',
]

/** A terminal's request to a server for a challenge. */
export interface RemoteChallengeRequest {
  readonly terminal: string
  readonly purpose: string
  /**
   * Format of the token. Default: the server chooses, and none is sent, as a server from before format 2 refuses the
   * field.
   */
  readonly format?: TokenFormat | undefined
}

/** A certificate to be checked before its holder enters a PIN. */
export interface CertificateToCheck {
  readonly terminal: string
  readonly purpose: string
  /** User-authentication certificate (利用者証明用電子証明書), DER, 1 to 8192 bytes. */
  readonly certificate: Uint8Array
  /** Certificate of its CA, DER, when read from the card. */
  readonly caCertificate?: Uint8Array | undefined
}

/**
 * Client of an issuance server: request a challenge, have the card sign it, submit the token. Every response is matched
 * with the request: one of another transaction, terminal, purpose, holder or time is refused.
 */
export class TokenServer {
  readonly #options: TokenServerOptions
  readonly #skew: number
  /** Expiry of the challenges received and not submitted yet, by nonce, oldest first. */
  readonly #open = new Map<string, number>()
  /** Origin tokens for this server are made for. */
  readonly origin: string
  /** Requests to the server. @internal */
  protected readonly connection: ServerConnection

  /**
   * @param address - `https://…`; `http://` for the local machine only.
   * @throws TypeError for another address. @throws RangeError if `maxClockSkewMs` is not 0 to 86 400 000.
   */
  constructor(address: string, options: TokenServerOptions = {}) {
    const { maxClockSkewMs = 300_000 } = options
    if (!Number.isInteger(maxClockSkewMs) || maxClockSkewMs < 0 || maxClockSkewMs > 86_400_000) {
      throw new RangeError('maxClockSkewMs must be 0 to 86 400 000')
    }
    this.connection = new ServerConnection(address, options)
    this.#options = options
    this.#skew = maxClockSkewMs
    this.origin = options.origin ?? this.connection.base.origin
  }

  /**
   * Requests a challenge for one token.
   *
   * @throws RefusalError when the server refuses; `ERR_TOKEN_ORIGIN`, `ERR_TOKEN_TERMINAL`, `ERR_TOKEN_PURPOSE` for a
   *   challenge with another server, terminal or purpose, `ERR_TOKEN` for one with another format than requested;
   *   `ERR_ANSWER_MISMATCH` for one issued before, expired, or with a lifetime above 10 minutes, and for a refusal of
   *   another request.
   * @throws ServerError `ERR_SERVER` when the server does not respond, or not correctly.
   */
  async challenge(request: RemoteChallengeRequest): Promise<TokenChallenge> {
    const expected = { status: 201, refusals: challengeRefusals, digests: [undefined] }
    const { terminal, purpose, format } = request
    const body = { terminal, purpose, ...(format !== undefined && { format }) }
    const answer = await this.connection.ask('v1/challenges', body, expected)
    let challenge: TokenChallenge
    try {
      challenge = parseChallenge(answer)
    } catch (cause) {
      throw new ServerError('no valid challenge from the server', { cause })
    }
    requireExpected(challenge, { origin: this.origin, terminal, purpose, format })
    this.#remember(challenge)
    return challenge
  }

  /**
   * Submits a token.
   *
   * @returns the server's acceptance of this token, verified to name this challenge, terminal, purpose and certificate,
   *   and plausible times.
   * @throws RefusalError when the server refuses; `ERR_ANSWER_MISMATCH` for a response of another transaction.
   * @throws ServerError `ERR_SERVER` when the server does not respond, or not correctly.
   */
  async verify(token: Token): Promise<RemoteAcceptance> {
    return (await this.submit('v1/verifications', token, { token }, { status: 200, refusals: [] })).acceptance
  }

  /**
   * Sends a token.
   *
   * @param body - with the token in it.
   * @param expected - refusals beside those of a token, if any.
   * @returns the answer, and the acceptance in it, verified as {@link verify} does.
   * @throws RefusalError, ServerError as {@link verify}.
   * @internal
   */
  protected async submit(
    path: string,
    token: Token,
    body: unknown,
    expected: Omit<ExpectedAnswer, 'digests'>,
  ): Promise<{ readonly answer: unknown; readonly acceptance: RemoteAcceptance }> {
    const { nonce } = token
    const open = this.#open.get(nonce)
    this.#open.delete(nonce)
    const sent = this.#now()
    const digests = [undefined, challengeDigest(nonceBytes(nonce))]
    const refusals = [...tokenRefusals, ...expected.refusals]
    const answer = await this.connection.ask(path, body, { ...expected, refusals, digests })
    const received = this.#now()
    const earliest = [sent, open === undefined ? undefined : open - longestLifetime].filter(isNumber)
    // The expiry of the challenge is set and checked by the server's own clock: no skew is added.
    const latest = [received === undefined ? undefined : received + this.#skew, open].filter(isNumber)
    const acceptance = readAcceptance(answer, token, {
      from: Math.max(...earliest) - this.#skew,
      until: Math.min(...latest),
    })
    return { answer, acceptance }
  }

  /**
   * Asks the server whether it would refuse a certificate, before the holder enters a PIN. Proves nothing about the
   * holder: a token has to be made and verified all the same.
   *
   * @returns the server's answer about this certificate, terminal and purpose, with plausible times; `undefined` when the server
   *   checks no certificates (404), because it is older or does not offer it: the certificate is then not checked.
   * @throws RefusalError when the server would refuse it; `ERR_ANSWER_MISMATCH` for an answer to another question.
   * @throws ServerError `ERR_SERVER` when the server does not respond, or not correctly.
   */
  async checkCertificate(request: CertificateToCheck): Promise<RemoteCertificateCheck | undefined> {
    const { terminal, purpose, caCertificate } = request
    const certificate = copyBytes(request.certificate)
    const nonce = new Uint8Array(randomBytes(32))
    const body = {
      terminal,
      purpose,
      nonce: Buffer.from(nonce).toString('base64url'),
      certificate: toBase64(certificate),
      ...(caCertificate !== undefined && { caCertificate: toBase64(caCertificate) }),
    }
    const sent = this.#now() ?? -Infinity
    const expected = { status: 200, refusals: certificateRefusals, digests: [challengeDigest(nonce)] }
    const answer = await this.connection.ask('v1/certificates', body, expected).catch(notOffered)
    if (answer === undefined) return undefined
    const received = this.#now() ?? Infinity
    const window = { from: sent - this.#skew, until: received + this.#skew }
    return readCertificateCheck(answer, { terminal, purpose, nonce, certificate }, window)
  }

  #now(): number | undefined {
    return this.#options.clock?.().getTime()
  }

  #remember({ nonce, expiresAt }: TokenChallenge): void {
    const end = Date.parse(expiresAt)
    const now = this.#now()
    if (now !== undefined && end <= now - this.#skew) throw mismatch('expiresAt: the challenge has expired')
    if (now !== undefined && end > now + longestLifetime + this.#skew) {
      throw mismatch('expiresAt: the lifetime of the challenge exceeds 10 minutes')
    }
    if (this.#open.has(nonce)) throw mismatch('nonce: the challenge was issued before')
    if (this.#open.size >= mostOpen) this.#open.delete(this.#open.keys().next().value!)
    this.#open.set(nonce, end)
  }
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined
}
