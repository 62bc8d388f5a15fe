import { latin1Text } from '../bytes.ts'

/** An issued challenge: its nonce, and when it expires, milliseconds. */
interface Open {
  readonly nonce: Uint8Array
  readonly until: number
}

/**
 * The open challenges of each terminal: issued by this process and not yet answered here. Limited per terminal, so that
 * one terminal cannot fill the store for all others.
 */
export class OpenChallenges {
  readonly #most: number
  readonly #terminals = new Map<string, Map<string, Open>>()
  /** When terminals without open challenges are removed next. */
  #sweepAt = 0

  constructor(most: number) {
    this.#most = most
  }

  /**
   * Adds a challenge.
   *
   * @param now - milliseconds, on the clock of `until`.
   * @returns the nonce of the terminal's oldest challenge when the limit is exceeded; the caller withdraws it.
   */
  add(terminal: string, nonce: Uint8Array, until: number, now: number): Uint8Array | undefined {
    if (now >= this.#sweepAt) {
      for (const [name, open] of this.#terminals) this.#dropExpired(name, open, now)
      this.#sweepAt = until
    }
    const open = this.#terminals.get(terminal) ?? new Map<string, Open>()
    this.#terminals.set(terminal, open)
    open.set(latin1Text(nonce), { nonce, until })
    if (open.size <= this.#most) return undefined
    const [key, oldest] = open.entries().next().value!
    open.delete(key)
    return oldest.until > now ? oldest.nonce : undefined
  }

  /** Removes a challenge that was answered, successfully or not. */
  remove(terminal: string, nonce: Uint8Array): void {
    const open = this.#terminals.get(terminal)
    if (open?.delete(latin1Text(nonce)) === true && open.size === 0) this.#terminals.delete(terminal)
  }

  #dropExpired(terminal: string, open: Map<string, Open>, now: number): void {
    for (const [key, { until }] of open) {
      if (until > now) break
      open.delete(key)
    }
    if (open.size === 0) this.#terminals.delete(terminal)
  }
}
