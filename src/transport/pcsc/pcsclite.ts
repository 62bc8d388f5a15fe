/**
 * Adapter for the package pcsclite (tested with 1.0.1).
 *
 * Workarounds:
 * - An event of a watched reader waits, on the main thread, for the exchange that reader is doing: connections use
 *   reader objects of their own, whose watching was stopped first.
 * - A reader object must have been watched before it is destroyed, and must not be closed from its own events nor while
 *   its thread is between two waits: see {@link Quiet}.
 * - After a failure a reader object may still count as connected, and then `connect()` succeeds without connecting:
 *   such an object is dropped. Others are reused, because their service contexts are freed only with the object.
 * - A reader that is reattached while its predecessor is being torn down is missed: the watch is restarted whenever a
 *   reader was detached.
 * - It has no reconnect: disconnect and connect instead; another program may connect in between.
 */

import type { Disposition } from '../connection.ts'
import {
  type PcscBinding,
  type PcscHandle,
  type PcscObserver,
  type PcscShare,
  type PcscWatch,
  Quiet,
} from './binding.ts'
import { toTransportError } from './pcsc-errors.ts'

/** The package's only export, as far as it is used. */
export type PcscliteFactory = () => LiteLister

interface LiteLister {
  on(event: 'error', listener: (error: unknown) => void): unknown
  on(event: 'reader', listener: (reader: LiteReader) => void): unknown
  close(): void
}

interface LiteReader {
  readonly name: string
  on(event: 'status', listener: (status: { readonly state: number; readonly atr?: Uint8Array }) => void): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  on(event: 'end' | '_end', listener: () => void): unknown
  get_status(callback: (error: unknown, state?: number) => void): void
  connect(
    options: { readonly share_mode: number; readonly protocol: number },
    callback: (error: unknown, protocol?: number) => void,
  ): void
  transmit(
    command: Uint8Array,
    longest: number,
    protocol: number,
    callback: (error: unknown, answer: Uint8Array) => void,
  ): void
  control(data: Uint8Array, code: number, longest: number, callback: (error: unknown, answer: Uint8Array) => void): void
  disconnect(disposition: number, callback: (error: unknown) => void): void
  close(): void
}

const modes = { exclusive: 1, shared: 2 } as const
const dispositions = { leave: 0, reset: 1, unpower: 2 } as const
const t0OrT1 = 3

/** Longest response APDU: 65 536 bytes of data and the status word. */
const longestAnswer = 65_538

/** Longest response of a control transfer: one short APDU. */
const longestControl = 264

/** Failures of connect after which a reader object stays usable. */
const harmless: ReadonlySet<string> = new Set(['ERR_NO_CARD', 'ERR_READER_BUSY', 'ERR_CARD_MUTE'])

/** Objects with a pending native call: kept reachable here only. */
const inUse = new Set<LiteReader>()

export class Pcsclite implements PcscBinding {
  readonly name = 'pcsclite'
  readonly #factory: PcscliteFactory
  readonly #spare = new Map<string, LiteReader[]>()
  #Reader: (new (name: string) => LiteReader) | undefined

  constructor(factory: PcscliteFactory) {
    this.#factory = factory
  }

  watch(observer: PcscObserver): PcscWatch {
    // Objects of an earlier watch may belong to a service that has stopped since.
    this.#spare.clear()
    const lister = this.#factory()
    const readers = new Set<LiteReader>()
    const quiet = new Quiet()
    let stopped = false
    let rescan: NodeJS.Timeout | undefined
    lister.on('error', (error) => observer.failed(error))
    lister.on('reader', (reader) => {
      this.#Reader = reader.constructor as new (name: string) => LiteReader
      readers.add(reader)
      reader.on('error', (error) => observer.failed(error))
      reader.on('status', ({ state, atr }) => {
        quiet.disturb(reader.name, state)
        observer.changed(reader.name, state, atr)
      })
      reader.on('end', () => {
        readers.delete(reader)
        if (stopped) return
        observer.gone(reader.name)
        rescan ??= setTimeout(() => observer.failed(new Error('a reader was detached')), 300)
      })
    })
    return {
      async stop() {
        stopped = true
        clearTimeout(rescan)
        await quiet.wait()
        for (const reader of readers) reader.close()
        lister.close()
      },
    }
  }

  async connect(reader: string, share: PcscShare): Promise<PcscHandle> {
    const card = this.#spare.get(reader)?.pop() ?? (await this.#newReader(reader))
    return this.#take(card, share)
  }

  async #take(card: LiteReader, share: PcscShare): Promise<PcscHandle> {
    try {
      const options = { share_mode: modes[share], protocol: t0OrT1 }
      const protocol = await call<number | undefined>(card, (done) => card.connect(options, done))
      if (protocol === undefined) throw new Error('pcsclite reported an ended connection as live')
      return this.#handle(card, protocol)
    } catch (error) {
      if (harmless.has(toTransportError(error, 'connect').code)) this.#keep(card)
      throw error
    }
  }

  #handle(card: LiteReader, protocol: number): PcscHandle {
    const disconnect = (disposition: Disposition) =>
      call<void>(card, (done) => card.disconnect(dispositions[disposition], done))
    return {
      atr: undefined,
      cardEvents: undefined,
      async transmit(command) {
        const input = Buffer.from(command.buffer, command.byteOffset, command.length)
        const answer = await call<Uint8Array>(card, (done) => card.transmit(input, longestAnswer, protocol, done))
        const copy = new Uint8Array(answer)
        answer.fill(0)
        return copy
      },
      async control(code, data) {
        // The native side keeps only a pointer to the data.
        const input = Buffer.from(data)
        const answer = await call<Uint8Array>(card, (done) => card.control(input, code, longestControl, done))
        input.fill(0)
        return new Uint8Array(answer)
      },
      reconnect: async (share, disposition) => {
        await disconnect(disposition)
        return this.#take(card, share)
      },
      disconnect: async (disposition) => {
        await disconnect(disposition)
        this.#keep(card)
      },
    }
  }

  #keep(card: LiteReader): void {
    const spare = this.#spare.get(card.name) ?? []
    this.#spare.set(card.name, [...spare, card])
  }

  async #newReader(name: string): Promise<LiteReader> {
    if (this.#Reader === undefined) throw new Error('pcsclite has not reported a reader')
    const reader = new this.#Reader(name)
    reader.on('error', () => {})
    const state = await call<number>(reader, (done) => reader.get_status(done))
    await stopWatching(reader, state)
    return reader
  }
}

/** Stops a watch right after its first event. */
async function stopWatching(reader: LiteReader, state: number): Promise<void> {
  inUse.add(reader)
  const quiet = new Quiet()
  quiet.disturb(reader.name, state)
  await quiet.wait()
  reader.close()
  inUse.delete(reader)
}

/** One call with a Node.js callback; the object stays reachable until it returns. */
function call<T>(reader: LiteReader, start: (done: (error: unknown, value?: T) => void) => void): Promise<T> {
  inUse.add(reader)
  return new Promise((resolve, reject) => {
    start((error, value) => {
      inUse.delete(reader)
      if (error) reject(error)
      else resolve(value as T)
    })
  })
}
