/**
 * What the transport needs of a PC/SC binding. The two adapters implement it; so can anyone's own.
 *
 * A binding is not trusted: its promises may never settle, it may reject with anything, and it need not order or limit
 * calls. Queueing, time limits, generations and error codes are the transport's work.
 */

import type { Disposition } from '../connection.ts'

/** The process that held the binding is gone, and with it every card it had taken. What it was doing may have happened. */
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

/** Called by a binding while it watches; never throws. */
export interface PcscObserver {
  /** The state of a reader, at first and after each change. `atr` only when the binding is sure of it. */
  changed(reader: string, state: number, atr?: Uint8Array): void
  /** The reader is gone. */
  gone(reader: string): void
  /** Watching ended, or events may have been missed. The transport stops this watch and starts another. */
  failed(error: unknown): void
}

/** A running watch. */
export interface PcscWatch {
  /** When a watch is not running at once: resolves when it is, rejects with what {@link PcscBinding.watch} else throws. */
  readonly started?: Promise<void>
  /** Ends it. Nothing it started keeps the process alive afterwards. */
  stop(): void | Promise<void>
}

/** A card taken by this process. */
export interface PcscHandle {
  /** Answer to reset, when the binding tells it. */
  readonly atr: Uint8Array | undefined
  /** Insertions and removals the service had counted in this reader (16 bits), when the binding tells it. */
  readonly cardEvents: number | undefined
  /** One exchange. The caller keeps `command` alive and unchanged until the promise settles, then wipes it. */
  transmit(command: Uint8Array): Promise<Uint8Array>
  /**
   * One control transfer to the reader, where the binding has them. The caller keeps `data` alive as above, and gives the call
   * up after `timeoutMs`.
   */
  control?(code: number, data: Uint8Array, timeoutMs: number): Promise<Uint8Array>
  /** Takes the card again; replaces this handle by the one it resolves with. */
  reconnect(share: PcscShare, disposition: Disposition): Promise<PcscHandle>
  /** Gives the card up. */
  disconnect(disposition: Disposition): Promise<void>
}

/** A PC/SC binding. */
export interface PcscBinding {
  /** For people. */
  readonly name: string
  /**
   * Asks the service for a sign of life without blocking the event loop. Starting and ending a watch block it until the
   * service answers; with this method the transport does neither while the service is frozen.
   */
  probe?(): Promise<void>
  /** Starts watching all readers. Throws when the service is not there. */
  watch(observer: PcscObserver): PcscWatch
  /** Takes the card in a reader. Called only while a watch that has seen the reader is running. */
  connect(reader: string, share: PcscShare): Promise<PcscHandle>
  /** Whether what the binding runs beside its calls, a process, may keep this one alive. Default: it may. */
  keepAlive?(isNeeded: boolean): void
  /** Gives up what the binding keeps for itself. Called last, by the transport's `close`. */
  close?(): Promise<void>
}
