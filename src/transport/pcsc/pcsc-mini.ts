/**
 * Adapter for the package pcsc-mini (tested with 0.1.3). Uses the native module below the package's classes, which add
 * only an event emitter.
 *
 * Workarounds:
 * - A client holds at most four connections and never releases one whose connect or disconnect failed: each connection
 *   gets a client of its own.
 * - The output buffer of every exchange is leaked: buffers are kept and reused.
 * - Memory of a client is freed with its JavaScript object, even while in use: clients in use are kept reachable.
 * - After `stop()` has failed, garbage collection of the client throws outside of any call and ends the process: such
 *   clients are kept forever (a few kilobytes per stop of the service).
 * - The answer to reset in its events points into freed memory: it is read from the card's state instead.
 * - `stop()` in the wrong moment blocks the event loop for a minute: see {@link Quiet}.
 * - `start()` and `stop()` block the event loop until the service responds: `probe()` checks first.
 * - It watches at most four readers.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { copyBytes } from '../../bytes.ts'
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

/** The native module, as far as it is used. */
export interface MiniAddon {
  newClient(): MiniClient
}

interface MiniClient {
  start(onChange: (reader: string, state: number) => void, onError: (error: unknown) => void): void
  stop(): void
  connect(reader: string, mode: number, protocols: number): Promise<MiniCard>
}

interface MiniCard {
  transmit(protocol: undefined, command: Uint8Array, output: ArrayBuffer): Promise<Uint8Array>
  control(code: number, command: Uint8Array, output: ArrayBuffer): Promise<Uint8Array>
  state(): Promise<{ readonly atr: Uint8Array; readonly status: number }>
  reconnect(mode: number, initialization: number): Promise<number>
  disconnect(disposition: number): Promise<void>
}

const modes = { exclusive: 1, shared: 2 } as const
const dispositions = { leave: 0, reset: 1, unpower: 2 } as const
const t0OrT1 = 3

/** Longest response APDU: 65 536 bytes of data and the status word. */
const longestAnswer = 65_538

/** Longest response of a control transfer: one short APDU. */
const longestControl = 264

const stopAttempts = 5

const inUse = new Set<MiniClient>()
const spareOutputs: ArrayBuffer[] = []

export class PcscMini implements PcscBinding {
  readonly name = 'pcsc-mini'
  readonly #addon: MiniAddon

  constructor(addon: MiniAddon) {
    this.#addon = addon
  }

  /**
   * Connecting is the only call that contacts the service from a pool thread; the expected result is `unknown reader`.
   */
  async probe(): Promise<void> {
    const client = this.#addon.newClient()
    inUse.add(client)
    try {
      const card = await client.connect('sign of life', modes.shared, t0OrT1)
      await card.disconnect(dispositions.leave)
    } catch (error) {
      if (toTransportError(error, 'connect').code === 'ERR_SERVICE_UNAVAILABLE') throw error
    } finally {
      release(client)
    }
  }

  watch(observer: PcscObserver): PcscWatch {
    const client = this.#addon.newClient()
    const quiet = new Quiet()
    client.start(
      (reader, state) => {
        quiet.disturb(reader, state)
        observer.changed(reader, state)
      },
      (error) => observer.failed(error),
    )
    inUse.add(client)
    return {
      async stop() {
        for (let attempt = 0; attempt < stopAttempts && inUse.has(client); attempt++) {
          await quiet.wait()
          if (attempt > 0) await sleep(100)
          try {
            client.stop()
            inUse.delete(client)
          } catch {} // the service has stopped, or has just reported an event
        }
      },
    }
  }

  async connect(reader: string, share: PcscShare): Promise<PcscHandle> {
    const client = this.#addon.newClient()
    inUse.add(client)
    let card: MiniCard | undefined
    try {
      card = await client.connect(reader, modes[share], t0OrT1)
      return await describe(client, card)
    } catch (error) {
      await card?.disconnect(dispositions.leave).catch(() => {})
      release(client)
      throw error
    }
  }
}

class MiniHandle implements PcscHandle {
  readonly atr: Uint8Array
  readonly cardEvents: number
  readonly #client: MiniClient
  readonly #card: MiniCard

  constructor(client: MiniClient, card: MiniCard, atr: Uint8Array, cardEvents: number) {
    this.#client = client
    this.#card = card
    this.atr = atr
    this.cardEvents = cardEvents
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    const output = spareOutputs.pop() ?? new ArrayBuffer(longestAnswer)
    let answer: Uint8Array
    try {
      answer = await this.#card.transmit(undefined, command, output)
    } finally {
      spareOutputs.push(output)
    }
    const copy = copyBytes(answer)
    answer.fill(0)
    return copy
  }

  async control(code: number, data: Uint8Array): Promise<Uint8Array> {
    return copyBytes(await this.#card.control(code, data, new ArrayBuffer(longestControl)))
  }

  async reconnect(share: PcscShare, disposition: Disposition): Promise<PcscHandle> {
    await this.#card.reconnect(modes[share], dispositions[disposition])
    return describe(this.#client, this.#card)
  }

  async disconnect(disposition: Disposition): Promise<void> {
    await this.#card.disconnect(dispositions[disposition])
    release(this.#client)
  }
}

async function describe(client: MiniClient, card: MiniCard): Promise<MiniHandle> {
  const { atr, status } = await card.state()
  return new MiniHandle(client, card, new Uint8Array(atr), status >>> 16)
}

/** Deferred: the native side still cleans up after the promise whose continuation this is. */
function release(client: MiniClient): void {
  setImmediate(() => inUse.delete(client))
}
