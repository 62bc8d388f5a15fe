import { RefusalError } from '../../errors.ts'
import type { CaseStore } from '../stores/store.ts'

/** Why issuing is stopped. */
export interface Stop {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Stable identifier of the cause: `subject`, `page-count`, `register-contradiction`, `clerk`. */
  readonly reason: string
  /** Case at which it was found. */
  readonly case?: string | undefined
  /** Clerk who stopped it, and why, in his own words. */
  readonly clerk?: string | undefined
  readonly note?: string | undefined
  /** Further causes that were found since, while issuing was stopped: who resumes it has to look again. Absent: 0. */
  readonly more?: number | undefined
}

/** State of the breaker. The epoch increases when issuing is resumed; cases of an earlier one end. */
export interface BreakerState {
  readonly epoch: number
  readonly stop?: Stop | undefined
}

/** A stop as a clerk sees it. */
export interface ReportedStop extends Stop {
  /** Names this stop and all causes found so far: who resumes issuing says what was seen. 1 to 64 of `0-9` and `-`. */
  readonly id: string
}

/** The stop of a state; another cause, and another stop, has another id. */
export function reportedStop({ epoch, stop }: BreakerState): ReportedStop | undefined {
  return stop && { ...stop, id: `${epoch}-${stop.more ?? 0}` }
}

/** Its state, and the text the store has of it. */
export interface StoredBreaker {
  readonly state: BreakerState
  readonly text: string | undefined
}

/** Name in the store. */
export const breakerKey = 'breaker'

/** Rounds of a write that conflicts with others, at most. */
const mostRounds = 20

/**
 * Stops issuing for all desks on one store. The state is one text in the store, which every step towards a released
 * document compares; a stop that cannot be written holds for this process at once, and is written when the store is back. One
 * that the store has lost holds in each process that has read it, and is written again.
 */
export class Breaker {
  readonly #store: CaseStore
  /** Stops found here that are not known to be in the store, oldest first. */
  readonly #pending = new Set<Stop>()
  /** As last read. */
  #last: BreakerState = { epoch: 0 }

  constructor(store: CaseStore) {
    this.#store = store
  }

  /** The state as known in this process, without asking the store. */
  get known(): BreakerState {
    return this.#merged(this.#last)
  }

  /** Reads the state. @throws RefusalError `ERR_STORE_UNAVAILABLE`. */
  async read(): Promise<StoredBreaker> {
    const before = this.#last
    const text = await this.#store.read(breakerKey)
    const state = parse(text)
    // Only resuming ends a stop, and begins another epoch: the store has lost this one, as Redis can in a failover.
    if (before.stop !== undefined && state.stop === undefined && state.epoch === before.epoch) {
      this.#pending.add(before.stop)
    }
    this.#last = state
    return { state: this.#merged(state), text }
  }

  /**
   * Stops issuing, in this process before anything else.
   *
   * @returns whether this call stopped it: false when it was stopped before.
   * @throws RefusalError `ERR_STORE_UNAVAILABLE`: it is stopped in this process, not elsewhere yet.
   */
  async stop(stop: Stop): Promise<boolean> {
    this.#pending.add(stop)
    return this.flush()
  }

  /** Writes a stop that is not in the store yet. @returns whether it was written now. */
  async flush(): Promise<boolean> {
    for (let round = 0; round < mostRounds && this.#pending.size > 0; round++) {
      // An answer says nothing about what was found while it was on its way: issuing may have been resumed meanwhile.
      const found = [...this.#pending]
      const text = await this.#store.read(breakerKey)
      const state = parse(text)
      this.#last = state
      const first = found.find((one) => this.#pending.has(one))
      if (first === undefined) continue
      if (state.stop !== undefined && isSameStop(state.stop, first)) {
        this.#pending.delete(first)
        continue
      }
      const stop = state.stop === undefined ? first : { ...state.stop, more: (state.stop.more ?? 0) + 1 }
      const next: BreakerState = { epoch: state.epoch, stop }
      if (!(await this.#store.compareAndSet([{ key: breakerKey, expected: text, next: JSON.stringify(next) }])))
        continue
      this.#last = next
      for (const one of found) this.#pending.delete(one)
      return state.stop === undefined
    }
    return false
  }

  /**
   * Resumes issuing after the stop that was read: cases opened before do not continue. A stop that is found meanwhile stays.
   *
   * @throws RefusalError `ERR_CASE_STATE` when it is not stopped, or is no longer as it was read; `ERR_STORE_UNAVAILABLE`.
   */
  async resume({ state, text }: StoredBreaker): Promise<void> {
    const next: BreakerState = { epoch: state.epoch + 1 }
    const isStored = text !== undefined && parse(text).stop !== undefined
    const change = { key: breakerKey, expected: text, next: JSON.stringify(next) }
    if (!isStored || !(await this.#store.compareAndSet([change]))) {
      throw new RefusalError('ERR_CASE_STATE', 'issuing is not stopped, or for another cause meanwhile')
    }
    this.#last = next
  }

  #merged(state: BreakerState): BreakerState {
    const [stop] = this.#pending
    return state.stop !== undefined || stop === undefined ? state : { ...state, stop }
  }
}

/** Whether both are one cause: written before without an answer, or put back by another process. */
function isSameStop(one: Stop, other: Stop): boolean {
  return (['at', 'reason', 'case', 'clerk', 'note'] as const).every((name) => one[name] === other[name])
}

function parse(text: string | undefined): BreakerState {
  if (text === undefined) return { epoch: 0 }
  try {
    const state = JSON.parse(text) as BreakerState
    if (Number.isSafeInteger(state.epoch)) return state
  } catch {}
  throw new RefusalError('ERR_STORE_UNAVAILABLE', 'unexpected state of the desk in the store')
}
