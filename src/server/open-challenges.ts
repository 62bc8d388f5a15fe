import { latin1Text } from '../bytes.ts'

/** A challenge that was given out: its nonce, and when it expires, milliseconds. */
interface Open {
  readonly nonce: Uint8Array
  readonly until: number
}

/**
 * The challenges of each terminal that this process gave out and that were not answered here: so many at most, so that no
 * terminal fills the store for all others.
 */
export class OpenChallenges {
  readonly #most: number
  readonly #terminals = new Map<string, Map<string, Open>>()
  /** When terminals that are silent are looked for next. */
  #sweepAt = 0

  constructor(most: number) {
    this.#most = most
  }

  /**
   * Takes note of one.
   *
   * @param now - milliseconds, on the clock of `until`.
   * @returns the nonce of the terminal's oldest, when there is one too many: it is to be withdrawn.
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

  /** One that was answered, rightly or not. */
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
