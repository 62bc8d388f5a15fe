import { createHmac, type KeyObject } from 'node:crypto'
import type { Condition, HealthSource } from './health.ts'
import type { NonceStore } from './stores/store.ts'

/** How long an announcement holds, and how old it is when it is renewed, milliseconds. */
const lifetimeMs = 300_000
const renewalMs = 60_000

const domain = 'jpki-card-instance:1\0'

/**
 * Finds out whether the services that share a store have one origin and one pseudonymKey. Each announces its origin and a
 * fingerprint of its key, and looks at what the others announced. The fingerprint is an HMAC under the key, so the store
 * learns nothing of it.
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

  /** Renews the announcement when it is time, beside what is going on. Costs one comparison otherwise. */
  refresh(): void {
    if (performance.now() - this.#announcedAt >= renewalMs) void this.check()
  }

  /** Announces now, and compares. Never rejects: a store that fails is noticed by what needs it. */
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

/** What the origins of services that differ come to: one of this origin differs by its key. */
function conditionOf(origins: readonly string[], own: string): Pick<Condition, 'state' | 'reason' | 'detail'> {
  if (origins.includes(own)) {
    return {
      state: 'warning',
      reason: 'pseudonym-key-differs',
      detail: 'another instance on this store has another pseudonymKey: the same person is two holders',
    }
  }
  if (origins.length === 0) return { state: 'ok' }
  return {
    state: 'warning',
    reason: 'origin-differs',
    detail: 'another instance on this store has another origin: give one origin to all, or each service its own prefix',
  }
}
