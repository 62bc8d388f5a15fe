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
}

/** State of the breaker. The epoch increases when issuing is resumed; cases of an earlier one end. */
export interface BreakerState {
  readonly epoch: number
  readonly stop?: Stop | undefined
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
 * document compares; a stop that cannot be written holds for this process at once, and is written when the store is back.
 */
export class Breaker {
  readonly #store: CaseStore
  /** A stop found here that is not known to be in the store. */
  #pending: Stop | undefined
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
    const text = await this.#store.read(breakerKey)
    const state = parse(text)
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
    this.#pending ??= stop
    return this.flush()
  }

  /** Writes a stop that is not in the store yet. @returns whether it was written now. */
  async flush(): Promise<boolean> {
    for (let round = 0; round < mostRounds && this.#pending !== undefined; round++) {
      const text = await this.#store.read(breakerKey)
      const state = parse(text)
      this.#last = state
      if (state.stop !== undefined) {
        this.#pending = undefined
        return false
      }
      const next: BreakerState = { epoch: state.epoch, stop: this.#pending }
      if (await this.#store.compareAndSet([{ key: breakerKey, expected: text, next: JSON.stringify(next) }])) {
        this.#last = next
        this.#pending = undefined
        return true
      }
    }
    return false
  }

  /**
   * Resumes issuing: cases opened before do not continue.
   *
   * @returns what had stopped it. @throws RefusalError `ERR_CASE_STATE` when it is not stopped; `ERR_STORE_UNAVAILABLE`.
   */
  async resume(): Promise<Stop> {
    await this.flush()
    for (let round = 0; round < mostRounds; round++) {
      const text = await this.#store.read(breakerKey)
      const state = parse(text)
      if (state.stop === undefined) throw new RefusalError('ERR_CASE_STATE', 'issuing is not stopped')
      const next: BreakerState = { epoch: state.epoch + 1 }
      if (await this.#store.compareAndSet([{ key: breakerKey, expected: text, next: JSON.stringify(next) }])) {
        this.#last = next
        this.#pending = undefined
        return state.stop
      }
    }
    throw new RefusalError('ERR_STORE_UNAVAILABLE', 'the state of the desk was changed too often meanwhile')
  }

  #merged(state: BreakerState): BreakerState {
    return state.stop !== undefined || this.#pending === undefined ? state : { ...state, stop: this.#pending }
  }
}

function parse(text: string | undefined): BreakerState {
  if (text === undefined) return { epoch: 0 }
  try {
    const state = JSON.parse(text) as BreakerState
    if (Number.isSafeInteger(state.epoch)) return state
  } catch {}
  throw new RefusalError('ERR_STORE_UNAVAILABLE', 'unexpected state of the desk in the store')
}
