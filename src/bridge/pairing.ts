import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { type BridgeLanguage, proofText, sessionKeyInfo } from '../bridge-client/index.ts'
import { BridgeError } from '../errors.ts'
import type { BridgeClientOptions } from './options.ts'

/** What both proofs cover. */
export interface ProofParts {
  readonly protocol: string
  readonly origin: string
  readonly bridgeNonce: string
  readonly clientNonce: string
}

/** A page or program that has proved the secret. It outlives its connections. */
export interface Session {
  readonly id: string
  readonly client: BridgeClientOptions
  readonly key: Buffer
  language: BridgeLanguage
  /** Whether it is connected now. */
  isConnected: boolean
  /** When its last connection ended, milliseconds since 1970. */
  leftAt: number
}

/** Sessions kept at once. */
export const mostSessions = 8
/** How long a session is kept without a connection, milliseconds. */
const keepMs = 86_400_000

/**
 * The one-time secret and the sessions. Each secret pairs once; the next one is made by then. Neither secret nor session key is ever
 * sent: both sides prove them by HMAC over fresh nonces, so that a recorded frame proves nothing in another connection, and a
 * program that listens on the bridge's port in its place learns nothing.
 */
export class Pairing {
  readonly #sessions = new Map<string, Session>()
  readonly #onSecret: (secret: string) => void | Promise<void>
  readonly #language: BridgeLanguage
  #secret: Buffer | undefined

  constructor(onSecret: (secret: string) => void | Promise<void>, language: BridgeLanguage) {
    this.#onSecret = onSecret
    this.#language = language
  }

  /** A new secret; the former one, if it was not used, is void. */
  async renew(): Promise<void> {
    this.#secret?.fill(0)
    this.#secret = randomBytes(32)
    await this.#onSecret(this.#secret.toString('base64url'))
  }

  /** Forgets every session and the secret. */
  end(): void {
    for (const { key } of this.#sessions.values()) key.fill(0)
    this.#sessions.clear()
    this.#secret?.fill(0)
    this.#secret = undefined
  }

  /**
   * @returns the new session, and the proof of the bridge.
   * @throws BridgeError `ERR_BRIDGE_ACCESS` for a wrong proof; `ERR_BRIDGE_BUSY` with too many sessions.
   */
  pair(
    client: BridgeClientOptions,
    parts: ProofParts,
    proof: string,
  ): { readonly session: Session; readonly proof: string } {
    const secret = this.#secret
    if (secret === undefined || !isEqual(proof, proofOf(secret, 'client', parts))) throw refused()
    this.#makeRoom()
    this.#secret = undefined
    const key = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), sessionKeyInfo(parts), 32))
    const answer = proofOf(secret, 'bridge', parts)
    secret.fill(0)
    const id = randomBytes(32).toString('base64url')
    const session: Session = { id, client, key, language: this.#language, isConnected: true, leftAt: 0 }
    this.#sessions.set(id, session)
    return { session, proof: answer }
  }

  /** @throws BridgeError `ERR_BRIDGE_ACCESS` for an unknown session, one of another origin, one that is connected, or a wrong proof. */
  resume(
    client: BridgeClientOptions,
    parts: ProofParts,
    { session: id, proof }: { readonly session: string; readonly proof: string },
  ): { readonly session: Session; readonly proof: string } {
    this.#drop()
    const session = this.#sessions.get(id)
    if (session === undefined || session.client !== client) throw refused()
    if (!isEqual(proof, proofOf(session.key, 'client', parts))) throw refused()
    if (session.isConnected) throw refused('the session is connected')
    session.isConnected = true
    return { session, proof: proofOf(session.key, 'bridge', parts) }
  }

  #drop(): void {
    const before = Date.now() - keepMs
    for (const [id, { isConnected, leftAt }] of this.#sessions) {
      if (!isConnected && leftAt < before) this.#sessions.delete(id)
    }
  }

  /** The session that was left first makes room. */
  #makeRoom(): void {
    this.#drop()
    if (this.#sessions.size < mostSessions) return
    const left = [...this.#sessions.values()].filter(({ isConnected }) => !isConnected)
    const [first] = left.sort((a, b) => a.leftAt - b.leftAt)
    if (first === undefined) throw new BridgeError('ERR_BRIDGE_BUSY', `${mostSessions} sessions are connected`)
    this.#sessions.delete(first.id)
  }
}

function refused(why = 'the secret or session is not valid'): BridgeError {
  return new BridgeError('ERR_BRIDGE_ACCESS', why)
}

function proofOf(key: Buffer, side: 'client' | 'bridge', parts: ProofParts): string {
  return createHmac('sha256', key).update(proofText(side, parts)).digest('base64url')
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
