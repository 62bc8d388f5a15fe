import { setTimeout as sleep } from 'node:timers/promises'
import { readerState } from './binding.ts'

/** Milliseconds after its last news in which the thread of a watch surely waits for more. */
const settledMs = 50

/** pcsc-lite lets the thread sleep for 410 ms in each round for each card that gave no answer to reset. */
const mutePauseMs = 450

/**
 * Remembers when a watch last had news. Both bindings end a watch by cancelling the wait of its thread and then block the
 * caller until the thread is gone. A cancel that comes while the thread is not waiting is lost (pcsc-lite takes it for
 * done), and the caller, which is the event loop, hangs until the next news. So a watch is ended only some time after its
 * last news.
 */
export class Quiet {
  readonly #mute = new Set<string>()
  #last = performance.now()

  /** Call with every news of a reader. */
  disturb(reader: string, state: number): void {
    if ((state & readerState.mute) === 0) this.#mute.delete(reader)
    else this.#mute.add(reader)
    this.#last = performance.now()
  }

  async wait(): Promise<void> {
    for (;;) {
      const rest = this.#last + settledMs + mutePauseMs * this.#mute.size - performance.now()
      if (rest <= 0) return
      await sleep(rest)
    }
  }
}
