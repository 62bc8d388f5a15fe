import { type Clock, systemClock } from '../../issuance/index.ts'
import { isIdentifier } from '../../token/index.ts'
import type { Condition, HealthSource } from '../health.ts'
import type { RegisterAnswer } from './ports.ts'

/** Options of {@link ChangeFeed}. */
export interface ChangeFeedOptions {
  /** Name of the register: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly name: string
  /** Number of the last change that is in the copy at the start, for example from its database. Default 0. */
  readonly sequence?: number | undefined
  /** Age at which `conditions` reports it, milliseconds, from 1 000. Default 300 000. */
  readonly maxAgeMs?: number | undefined
  /** Default: the system clock. */
  readonly clock?: Clock | undefined
}

/** Changes that arrived before one with a lower number, at most. */
const mostAhead = 10_000

/**
 * Counts the numbered changes by which a copy of a register is kept up to date, so that a link that fails silently is
 * noticed: certificates of deleted registrations were issued because one had. The sender numbers its changes without gaps,
 * and says regularly (heartbeat) which number was the last and when. `state` is the part of a {@link RegisterAnswer} about
 * it.
 *
 * @example
 * ```ts
 * import { ChangeFeed } from 'jpki-card/server'
 *
 * const feed = new ChangeFeed({ name: 'seals', sequence: 41 })
 * feed.received(43)
 * feed.heartbeat({ sequence: 43, at: Date.now() })
 * console.log(feed.state.missing) // 1: number 42 has not arrived
 * feed.received(42)
 * console.log(feed.state.sequence, feed.state.missing) // 43 0
 * ```
 */
export class ChangeFeed implements HealthSource {
  readonly #name: string
  readonly #maxAgeMs: number
  readonly #clock: Clock
  readonly #started: number
  /** All changes up to this one have arrived. */
  #complete: number
  /** Changes that arrived above it. */
  readonly #ahead = new Set<number>()
  /** The highest number known to exist. */
  #head: number
  /** Heartbeats whose changes have not all arrived, oldest first. */
  #pending: { readonly sequence: number; readonly at: number }[] = []
  #asOf: number | undefined
  #wentBack = false

  /** @throws TypeError, RangeError naming the option that is not as described. */
  constructor({ name, sequence = 0, maxAgeMs = 300_000, clock = systemClock }: ChangeFeedOptions) {
    if (!isIdentifier(name)) throw new TypeError('name must be 1 to 64 of A-Z a-z 0-9 . _ -')
    requireCount('sequence', sequence)
    if (!Number.isInteger(maxAgeMs) || maxAgeMs < 1_000) throw new RangeError('maxAgeMs must be an integer from 1000')
    this.#name = name
    this.#maxAgeMs = maxAgeMs
    this.#clock = clock
    this.#complete = sequence
    this.#head = sequence
    this.#started = clock.now()
  }

  /**
   * A change has arrived, and is in the copy. Each may arrive several times, and in any order.
   *
   * @throws RangeError for a number that is not an integer from 1, or more than 10 000 above one that is missing.
   */
  received(sequence: number): void {
    requireCount('sequence', sequence)
    if (sequence <= this.#complete) return
    if (sequence - this.#complete > mostAhead) {
      this.#head = Math.max(this.#head, sequence)
      throw new RangeError(
        `sequence must be at most ${mostAhead} above the first missing change: load the register again`,
      )
    }
    this.#ahead.add(sequence)
    this.#head = Math.max(this.#head, sequence)
    while (this.#ahead.delete(this.#complete + 1)) this.#complete += 1
    this.#settle()
  }

  /**
   * The sender says that all changes until `at` have numbers up to `sequence`.
   *
   * @param at - milliseconds since 1970, by the sender's clock.
   * @throws RangeError for a number that is not an integer from 0, or a time that is no integer.
   */
  heartbeat({ sequence, at }: { readonly sequence: number; readonly at: number }): void {
    requireCount('sequence', sequence)
    if (!Number.isSafeInteger(at)) throw new RangeError('at must be an integer')
    // A sender that was restored numbers its changes again: what is in the copy is not what it counts.
    if (sequence < this.#complete) this.#wentBack = true
    this.#head = Math.max(this.#head, sequence)
    this.#pending.push({ sequence, at })
    if (this.#pending.length > mostAhead) this.#pending.splice(0, 1)
    this.#settle()
  }

  /** What a register that is kept up to date by this feed answers about itself. */
  get state(): Pick<RegisterAnswer, 'asOf' | 'sequence'> & { readonly missing: number } {
    const missing = this.#head - this.#complete - this.#ahead.size
    // A sender that went back cannot be counted: it is reported as a gap until the register is loaded again.
    return { asOf: this.#asOf ?? 0, sequence: this.#complete, missing: this.#wentBack ? Math.max(1, missing) : missing }
  }

  /** Part `register-NAME`: failed with `went-back`, `gap` or `stale`. */
  conditions(): readonly Condition[] {
    const part = `register-${this.#name}`
    const reason = this.#fault()
    if (reason === undefined) return [{ part, state: 'ok' }]
    const { sequence, missing } = this.state
    const detail = `last complete change ${sequence}, missing ${missing}; documents are refused`
    return [{ part, state: 'failed', reason, detail, since: new Date(this.#asOf ?? this.#started) }]
  }

  #fault(): string | undefined {
    if (this.#wentBack) return 'went-back'
    if (this.#clock.now() - (this.#asOf ?? this.#started) > this.#maxAgeMs) return 'stale'
    return this.state.missing > 0 ? 'gap' : undefined
  }

  #settle(): void {
    const settled = this.#pending.filter(({ sequence }) => sequence <= this.#complete)
    if (settled.length === 0) return
    this.#pending = this.#pending.filter(({ sequence }) => sequence > this.#complete)
    this.#asOf = Math.max(this.#asOf ?? 0, ...settled.map(({ at }) => at))
  }
}

function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} must be an integer from 0`)
}
