import { type KeyObject, sign } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { toBase64 } from '../bytes.ts'
import { messageOf } from '../token/challenge.ts'
import {
  createVisitKey,
  parseChallenge,
  type SignedClaims,
  type TokenChallenge,
  type TokenFormat,
  tokenFormats,
} from '../token/index.ts'
import { type Answer, type Claimed, codeOf, field, type Sending, send } from './client.ts'
import { LeakWatch } from './leaks.ts'
import type { EvaluateOptions, EvaluationTerminal, EvaluationTerminals } from './options.ts'
import { type CredentialName, Credentials } from './pki/credentials.ts'
import { CaseAborted, verdict } from './verdict.ts'

type PlannedClaims = Partial<Omit<SignedClaims, 'visitKey'>>

/** Construction of a token; default: a valid one, in the format of the challenge. */
export interface TokenPlan {
  /** Default `good`. A number selects one of any number of valid ones, each with its own certificate. */
  readonly credential?: CredentialName | number | undefined
  /** Claims that are changed in token and signature. */
  readonly claims?: PlannedClaims | undefined
  /** Claims that the card signs in place of those in the token. */
  readonly signed?: PlannedClaims | undefined
  /**
   * Visit key, in token and signature, of any length; `absent` from both. Default: one of its own, in a format that has
   * one.
   */
  readonly visitKey?: Uint8Array | 'absent' | undefined
  /** Visit key that the card signs in place of the one in the token. */
  readonly signedVisitKey?: Uint8Array | undefined
  /** Default `RS256`. */
  readonly algorithm?: string | undefined
  /** Default: RSASSA-PKCS1-v1_5 with SHA-256 over the message. */
  readonly sign?: ((message: Uint8Array, key: KeyObject, challenge: TokenChallenge) => Uint8Array) | undefined
}

/** Retries after a Retry-After, and the longest time waited before each, milliseconds. */
const retries = 5
const longestRetry = 10_000

/** The operations of cases on the server. */
export class Probe {
  readonly #base: URL
  readonly credentials: Credentials
  readonly leaks: LeakWatch = new LeakWatch()
  readonly origin: string
  readonly terminal: EvaluationTerminal
  readonly otherTerminal: EvaluationTerminal
  /** All of them. */
  readonly terminals: readonly EvaluationTerminal[]
  readonly purpose: string
  readonly otherPurpose: string
  readonly timeoutMs: number
  readonly maxWaitMs: number
  readonly cutOffMs: number
  readonly transactions: number
  readonly signal: AbortSignal | undefined

  constructor(options: EvaluateOptions) {
    const { url, pki, now = new Date(), timeoutMs = 15_000, maxWaitMs = 180_000, cutOffMs = 60_000 } = options
    this.#base = new URL(url.endsWith('/') ? url : `${url}/`)
    this.credentials = Credentials.of(pki, now)
    this.origin = options.origin ?? this.#base.origin
    this.terminals = options.terminals ?? [{ name: 'evaluation-1' }, { name: 'evaluation-2' }]
    const [terminal, otherTerminal] = this.terminals as EvaluationTerminals
    const [purpose, otherPurpose] = options.purposes ?? ['evaluation-1', 'evaluation-2']
    this.terminal = terminal
    this.otherTerminal = otherTerminal
    this.purpose = purpose
    this.otherPurpose = otherPurpose
    this.timeoutMs = timeoutMs
    this.maxWaitMs = maxWaitMs
    this.cutOffMs = cutOffMs
    const { transactions = 200 } = options
    if (!Number.isInteger(transactions) || transactions < 1 || transactions > 1_000_000) {
      throw new RangeError('transactions must be 1 to 1 000 000')
    }
    this.transactions = transactions
    this.signal = options.signal
  }

  /** A challenge. @throws CaseAborted when the server returns none. */
  async challenge(
    terminal: EvaluationTerminal = this.terminal,
    purpose: string = this.purpose,
  ): Promise<TokenChallenge> {
    const answer = await this.askChallenge({ terminal: terminal.name, purpose }, terminal)
    if (answer.kind === 'answer' && answer.status === 429)
      throw new CaseAborted(verdict('not-run', 'rate-limited', answer))
    try {
      return challengeIn(answer)
    } catch {
      // One purpose or terminal only: a matter of the setting, so the case is inconclusive.
      const foreign = terminal !== this.terminal || purpose !== this.purpose
      throw new CaseAborted(verdict(foreign ? 'not-run' : 'failed', 'no-challenge', answer))
    }
  }

  /**
   * A challenge for a token of this format, and whether the server issues one; if not, its usual challenge under the
   * name of this format, which it must refuse. @throws CaseAborted when the server returns none at all.
   */
  async challengeOf(format: TokenFormat): Promise<{ readonly challenge: TokenChallenge; readonly served: boolean }> {
    const usual = await this.challenge()
    if (usual.format === format) return { challenge: usual, served: true }
    const answer = await this.askChallenge({ terminal: this.terminal.name, purpose: this.purpose, format })
    if (answer.kind === 'answer' && answer.status === 429)
      throw new CaseAborted(verdict('not-run', 'rate-limited', answer))
    const relabelled = { challenge: { ...usual, format }, served: false }
    try {
      const challenge = challengeIn(answer)
      return challenge.format === format ? { challenge, served: true } : relabelled
    } catch {
      return relabelled
    }
  }

  /** Requests a challenge with any body. */
  askChallenge(body: unknown, as: EvaluationTerminal = this.terminal): Promise<Answer> {
    return this.request('v1/challenges', { body: Buffer.from(JSON.stringify(body)) }, as)
  }

  /** A card's token for a challenge, as planned. */
  async token(challenge: TokenChallenge, plan: TokenPlan = {}): Promise<Claimed> {
    const { certificate, key } = await this.credentials.get(plan.credential ?? 'good')
    const { algorithm = 'RS256', sign: signWith = signRs256 } = plan
    const { format, origin, terminal, purpose, nonce } = challenge
    const claims = { format, origin, terminal, purpose, nonce, ...plan.claims }
    const signed = { ...claims, ...plan.signed }
    const isSigned = tokenFormats[format].visitKey
    const { visitKey = isSigned ? createVisitKey().publicKey : 'absent' } = plan
    const own = visitKey === 'absent' ? undefined : visitKey
    const signedKey = isSigned ? (plan.signedVisitKey ?? own) : undefined
    const signature = signWith(messageOf(signed, Buffer.from(signed.nonce, 'base64url'), signedKey), key, challenge)
    return {
      ...claims,
      ...(own !== undefined && { visitKey: Buffer.from(own).toString('base64url') }),
      algorithm,
      certificate: toBase64(certificate),
      signature: toBase64(signature),
    }
  }

  /** Submits a token, and searches the response for personal data. `dropped`: the response is not awaited. */
  async hand(token: Claimed, as: EvaluationTerminal = this.terminal, sending?: 'slowly' | 'dropped'): Promise<Answer> {
    const body = Buffer.from(JSON.stringify({ token }))
    const how = { inPieces: sending === 'slowly', dropAfter: sending === 'dropped' }
    const answer = await this.request('v1/verifications', { body, ...how }, as)
    this.leaks.watch(answer, token)
    return answer
  }

  /** Submits any bytes where tokens are submitted. */
  handText(body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.request('v1/verifications', { body, headers })
  }

  /** Requests a challenge, and submits a token for it as planned. */
  async play(plan: TokenPlan = {}): Promise<Answer> {
    return this.hand(await this.token(await this.challenge(), plan))
  }

  /** One request where tokens are submitted, sent in any way, without a retry. */
  sendToken(sending: Partial<Sending>): Promise<Answer> {
    return this.#send('v1/verifications', sending)
  }

  #send(path: string, sending: Partial<Sending>, as: EvaluationTerminal = this.terminal): Promise<Answer> {
    return send(new URL(path, this.#base), {
      method: 'POST',
      timeoutMs: this.timeoutMs,
      signal: this.signal,
      ...sending,
      headers: { 'content-type': 'application/json', accept: 'application/json', ...as.headers, ...sending.headers },
    })
  }

  /** One request by a terminal, repeated after a Retry-After when the server limits its rate or is overloaded. */
  async request(path: string, sending: Partial<Sending>, as?: EvaluationTerminal): Promise<Answer> {
    for (let left = retries; ; left--) {
      const answer = await this.#send(path, sending, as)
      if (left === 0 || answer.kind === 'silence' || !isPostponed(answer)) return answer
      await this.wait(Math.min((answer.retryAfter ?? 1) * 1000, longestRetry))
    }
  }

  /** @throws CaseAborted when the run is interrupted meanwhile. */
  async wait(milliseconds: number): Promise<void> {
    try {
      await sleep(milliseconds, undefined, { signal: this.signal })
    } catch {
      throw new CaseAborted({ result: 'not-run', reason: 'interrupted', came: '' })
    }
  }
}

/** Whether a request was not processed, and may be sent again. */
function isPostponed(answer: Answer & { readonly kind: 'answer' }): boolean {
  return answer.status === 429 || (answer.status === 503 && codeOf(answer) === 'ERR_OVERLOADED')
}

/** @throws TypeError, RefusalError for an answer that is not a challenge. */
function challengeIn(answer: Answer): TokenChallenge {
  if (answer.kind === 'silence' || answer.status !== 201) throw new TypeError('no challenge')
  return parseChallenge(answer.json)
}

/** The holder an acceptance names. */
export function holderOf(answer: Answer): string | undefined {
  const holder = answer.kind === 'answer' ? field(answer.json, 'holder') : undefined
  return typeof holder === 'string' ? holder : undefined
}

export function signRs256(message: Uint8Array, key: KeyObject): Uint8Array {
  return sign('sha256', message, key)
}
