import { createHmac, type KeyObject } from 'node:crypto'
import type { Condition, HealthSource } from './health.ts'
import type { NonceStore } from './stores/store.ts'

/** Lifetime of an announcement, and the age at which it is renewed, milliseconds. */
const lifetimeMs = 300_000
const renewalMs = 60_000

const domain = 'jpki-card-instance:1\0'

/**
 * Detects services that share a store but differ in origin or pseudonymKey. Each instance announces its origin and a
 * fingerprint of its key in the store, and compares the announcements of the others. The fingerprint is an HMAC under
 * the key, from which the store cannot derive it.
 */
export class Instances implements HealthSource {
  readonly #store: NonceStore
  readonly #origin: string
  readonly #text: string
  #announcedAt = -Infinity
  #found: Pick<Condition, 'state' | 'reason' | 'detail'> = { state: 'ok' }
  #since: Date | undefined

  constructor(store: NonceStore, origin: string, pseudonymKey: KeyObject) {
    this.#store = store
    this.#origin = origin
    this.#text = `${origin} ${createHmac('sha256', pseudonymKey).update(domain).digest('base64url')}`
  }

  /** Renews the announcement in the background when it is due; otherwise one comparison. */
  refresh(): void {
    if (performance.now() - this.#announcedAt >= renewalMs) void this.check()
  }

  /** Announces and compares now. Never rejects: a failing store is reported by the calls that need it. */
  async check(): Promise<void> {
    this.#announcedAt = performance.now()
    let announced: readonly unknown[]
    try {
      announced = (await this.#store.announce?.(this.#text, lifetimeMs)) ?? []
    } catch {
      return
    }
    const others = announced.filter((text) => text !== this.#text && typeof text === 'string') as readonly string[]
    const found = conditionOf(
      others.map((text) => text.split(' ')[0]!),
      this.#origin,
    )
    if (found.reason !== this.#found.reason) this.#since = new Date()
    this.#found = found
  }

  conditions(): readonly Condition[] {
    return [{ part: 'instances', ...this.#found, since: this.#since }]
  }
}

/** The condition for announcements that differ from our own: with the same origin, the key differs. */
function conditionOf(origins: readonly string[], own: string): Pick<Condition, 'state' | 'reason' | 'detail'> {
  if (origins.includes(own)) {
    return {
      state: 'warning',
      reason: 'pseudonym-key-differs',
      detail: 'another instance on this store has another pseudonymKey: the same person gets two holder identifiers',
    }
  }
  if (origins.length === 0) return { state: 'ok' }
  return {
    state: 'warning',
    reason: 'origin-differs',
    detail:
      'another instance on this store has another origin: configure the same origin for all, or a separate prefix per service',
  }
}
