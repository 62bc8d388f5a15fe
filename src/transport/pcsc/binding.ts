/**
 * The interface of a PC/SC binding. Implemented by two adapters here, and by applications for their own bindings.
 *
 * A binding is not trusted: its promises may never settle, may reject with any value, and it need not order or limit
 * calls. Queueing, time limits, generations and error codes are the transport's responsibility.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Disposition } from '../connection.ts'

/**
 * The process of an isolated binding has ended, and with it all its connections. Pending commands may have been
 * executed.
 */
export class BindingLost extends Error {
  constructor(binding: string, reason: string) {
    super(`the process of ${binding} ${reason}`)
    this.name = 'BindingLost'
  }
}

/** How a card is shared with other programs. */
export type PcscShare = 'exclusive' | 'shared'

/** Bits of a reader state as PC/SC numbers them; the upper 16 bits count insertions and removals where supported. */
export const readerState = {
  unknown: 0x0004,
  unavailable: 0x0008,
  empty: 0x0010,
  present: 0x0020,
  exclusive: 0x0080,
  mute: 0x0200,
} as const

/** Callbacks of a watch; never throw. */
export interface PcscObserver {
  /** State of a reader, initially and after each change. `atr` only when known to belong to this state. */
  changed(reader: string, state: number, atr?: Uint8Array): void
  /** The reader was detached. */
  gone(reader: string): void
  /** The watch ended, or events may have been lost. The transport stops this watch and starts another. */
  failed(error: unknown): void
}

/** A running watch. */
export interface PcscWatch {
  /**
   * For a watch that starts asynchronously: resolves when it runs, rejects with the error {@link PcscBinding.watch}
   * would throw.
   */
  readonly started?: Promise<void>
  /** Ends the watch. It must not keep the process alive afterwards. */
  stop(): void | Promise<void>
}

/** A card handle (SCARDHANDLE) of this process. */
export interface PcscHandle {
  /** Answer to reset, when the binding reports it. */
  readonly atr: Uint8Array | undefined
  /** Count of insertions and removals of this reader (16 bits), when the binding reports it. */
  readonly cardEvents: number | undefined
  /** One exchange. The caller keeps `command` alive and unchanged until the promise settles, then wipes it. */
  transmit(command: Uint8Array): Promise<Uint8Array>
  /**
   * One control transfer to the reader, if the binding supports them. The caller keeps `data` alive as above, and
   * abandons the call after `timeoutMs`.
   */
  control?(code: number, data: Uint8Array, timeoutMs: number): Promise<Uint8Array>
  /** Reconnects; the resolved handle replaces this one. */
  reconnect(share: PcscShare, disposition: Disposition): Promise<PcscHandle>
  /** Disconnects. */
  disconnect(disposition: Disposition): Promise<void>
}

/** A PC/SC binding. */
export interface PcscBinding {
  /** Name for display. */
  readonly name: string
  /**
   * Checks that the service responds, without blocking the event loop. Starting and stopping a watch block it until the
   * service responds; with this method the transport does neither while the service hangs.
   */
  probe?(): Promise<void>
  /** Starts watching all readers. Throws when the service is not running. */
  watch(observer: PcscObserver): PcscWatch
  /** Connects to the card in a reader. Called only while a watch that has reported the reader is running. */
  connect(reader: string, share: PcscShare): Promise<PcscHandle>
  /**
   * Whether resources of the binding outside its calls, such as a child process, may keep this process alive. Default:
   * yes.
   */
  keepAlive?(isNeeded: boolean): void
  /** Releases all resources of the binding. Called last, by the transport's `close`. */
  close?(): Promise<void>
}

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
