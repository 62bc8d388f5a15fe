import { setTimeout as sleep } from 'node:timers/promises'
import { readerState } from './binding.ts'

/** Milliseconds after the last event by which the thread of a watch is surely waiting again. */
const settledMs = 50

/** pcsc-lite lets the thread sleep for 410 ms per round for each card without answer to reset. */
const mutePauseMs = 450

/**
 * Records when a watch last had an event. Both bindings stop a watch by cancelling the wait of its thread and then
 * block the caller until the thread has ended. A cancel while the thread is not waiting is lost (pcsc-lite treats it as
 * done), and the caller, the event loop, hangs until the next event. So a watch is stopped only some time after its
 * last event.
 */
export class Quiet {
  readonly #mute = new Set<string>()
  #last = performance.now()

  /** To be called with every event of a reader. */
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
