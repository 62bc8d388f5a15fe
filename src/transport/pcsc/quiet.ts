import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds after its last news in which the thread of a watch surely waits for more. */
const settledMs = 30

/**
 * Remembers when a watch last had news. Both bindings end a watch by cancelling the wait of its thread and then block the
 * caller until the thread is gone; a cancel that comes while the thread is between two waits is lost, and the caller,
 * which is the event loop, hangs for up to a minute. So a watch is ended only some time after its last news.
 */
export class Quiet {
  #last = performance.now()

  /** Call on every event. */
  disturb(): void {
    this.#last = performance.now()
  }

  async wait(): Promise<void> {
    for (;;) {
      const rest = this.#last + settledMs - performance.now()
      if (rest <= 0) return
      await sleep(rest)
    }
  }
}
