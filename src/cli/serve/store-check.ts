import { randomBytes } from 'node:crypto'
import { RefusalError } from '../../errors.ts'
import type { Condition, HealthSource, NonceStore } from '../../server/index.ts'

/** Interval between checks, milliseconds. */
const every = 2_000

/** Checks in the background that the store can put and take a nonce, so that reading the condition is free. */
export class StoreCheck implements HealthSource {
  readonly #store: NonceStore
  #condition: Condition = { part: 'store', state: 'ok' }
  #timer: NodeJS.Timeout | undefined
  #closed = false

  private constructor(store: NonceStore) {
    this.#store = store
  }

  /** Checks once, then periodically until closed. */
  static async start(store: NonceStore): Promise<StoreCheck> {
    const check = new StoreCheck(store)
    await check.#look()
    return check
  }

  conditions(): readonly Condition[] {
    return [this.#condition]
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  async #look(): Promise<void> {
    const found = await stateOf(this.#store)
    const { state, reason, since } = this.#condition
    const isSame = state === found.state && reason === found.reason
    this.#condition = { part: 'store', ...found, since: isSame && since !== undefined ? since : new Date() }
    if (!this.#closed) this.#timer = setTimeout(() => void this.#look(), every).unref()
  }
}

async function stateOf(store: NonceStore): Promise<Pick<Condition, 'state' | 'reason'>> {
  const nonce = new Uint8Array(randomBytes(32))
  try {
    await store.put(nonce, 'ready', 1_000)
    if ((await store.take(nonce)) === 'ready') return { state: 'ok' }
    return { state: 'failed', reason: 'store-forgets' }
  } catch (error) {
    // Full: tokens can still be verified, which frees entries.
    const isFull = error instanceof RefusalError && error.code === 'ERR_STORE_FULL'
    return isFull ? { state: 'warning', reason: 'store-full' } : { state: 'failed', reason: 'store-unavailable' }
  }
}
