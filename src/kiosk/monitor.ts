import type { JpkiCardError } from '../errors.ts'
import { EventQueue } from '../event-queue.ts'
import type { CardTransport, ReaderEvent } from '../transport/index.ts'
import { coded, pause } from './retry.ts'
import { type KioskEvent, type KioskReader, Slot, type SlotHost } from './slot.ts'

/** Milliseconds before the watch is restarted after an error. */
const rewatchMs = 1000

/** Options of {@link KioskMonitor}. */
export interface KioskMonitorOptions {
  /** Filter of readers, by name. Default: all. */
  readonly readers?: ((name: string) => boolean) | undefined
}

/**
 * Watches the readers of a transport and reports readers, cards, the identification of each card, faults and their end.
 * A card is connected only while it is identified, then disconnected with no PIN verified on it; no PIN try is spent.
 * The monitor survives restarts of the smart card service, and readers do not wait for each other.
 *
 * Use it as an async iterable, or with {@link on}; both may be used, any number of times. The caller keeps ownership of
 * the transport: close the monitor first.
 */
export class KioskMonitor implements AsyncDisposable {
  readonly #transport: CardTransport
  readonly #isWanted: (name: string) => boolean
  readonly #slots = new Map<string, Slot>()
  readonly #listeners = new Set<(event: KioskEvent) => void>()
  readonly #queues = new Set<EventQueue<KioskEvent>>()
  readonly #stop = new AbortController()
  readonly #watching: Promise<void>
  readonly #host: SlotHost
  #cards = 0
  #lost: JpkiCardError | undefined

  /** Starts at once. */
  constructor(transport: CardTransport, options: KioskMonitorOptions = {}) {
    this.#transport = transport
    this.#isWanted = options.readers ?? (() => true)
    this.#host = { transport, nextCard: () => ++this.#cards, emit: (event) => this.#emit(event) }
    this.#watching = this.#watch()
  }

  /** The attached readers, sorted by name. */
  get readers(): readonly KioskReader[] {
    return this.#sorted().map(({ state }) => state)
  }

  /** Why the smart card service is unavailable; `undefined` while it is available. */
  get lost(): JpkiCardError | undefined {
    return this.#lost
  }

  /**
   * Calls `listener` synchronously with each event from now on. An error thrown by it is an uncaught exception of the
   * process, as with any Node.js event; the monitor continues.
   *
   * @returns removes the listener.
   */
  on(listener: (event: KioskEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The events, starting with those that describe the present state. Ends when the monitor is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<KioskEvent> {
    const queue: EventQueue<KioskEvent> = new EventQueue(() => this.#queues.delete(queue))
    for (const event of this.#opening()) queue.push(event)
    this.#queues.add(queue)
    if (this.#stop.signal.aborted) queue.end()
    return queue
  }

  /** Stops. Resolves when no card is connected and all iterators have ended. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#watching
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop
    // Let the caller subscribe before the first event.
    await Promise.resolve()
    let isAnew = false
    while (!signal.aborted) {
      try {
        for await (const event of this.#transport.watch({ signal })) {
          if (isAnew) this.#serviceRestored()
          isAnew = false
          this.#take(event)
        }
        break
      } catch (cause) {
        isAnew = true
        this.#serviceLost(cause)
        for (const name of this.#slots.keys()) this.#detached(name)
        await pause(rewatchMs, signal)
      }
    }
    this.#stop.abort()
    const slots = [...this.#slots.values()]
    for (const slot of slots) slot.removed()
    await Promise.all(slots.map((slot) => slot.settled()))
    for (const queue of [...this.#queues]) queue.end()
  }

  #take(event: ReaderEvent): void {
    if (event.type === 'service-lost') this.#serviceLost(event.error)
    else if (event.type === 'service-restored') this.#serviceRestored()
    else if (event.type === 'reader-attached') this.#slot(event.reader.name)
    else if (event.type === 'card-inserted') this.#slot(event.reader.name)?.inserted(event.reader)
    else if (event.type === 'card-removed') this.#slots.get(event.reader)?.removed()
    else this.#detached(event.reader)
  }

  /** The slot of a reader, created or marked as attached. */
  #slot(name: string): Slot | undefined {
    if (!this.#isWanted(name)) return undefined
    const slot = this.#slots.get(name) ?? new Slot(name, this.#host)
    this.#slots.set(name, slot)
    if (!slot.isAttached) {
      slot.isAttached = true
      this.#emit({ type: 'reader-attached', reader: name })
    }
    return slot
  }

  #detached(name: string): void {
    const slot = this.#slots.get(name)
    if (!slot?.isAttached) return
    slot.removed()
    slot.isAttached = false
    this.#emit({ type: 'reader-detached', reader: name })
  }

  #serviceLost(cause: unknown): void {
    if (this.#lost !== undefined) return
    const error = coded(cause, 'the readers cannot be watched')
    this.#lost = error
    this.#emit({ type: 'trouble', reader: undefined, card: undefined, error })
  }

  #serviceRestored(): void {
    if (this.#lost === undefined) return
    this.#lost = undefined
    this.#emit({ type: 'recovered', reader: undefined, card: undefined })
    for (const slot of this.#slots.values()) slot.again()
  }

  #emit(event: KioskEvent): void {
    if (this.#stop.signal.aborted) return
    for (const queue of this.#queues) queue.push(event)
    for (const listener of [...this.#listeners]) {
      try {
        listener(event)
      } catch (error) {
        process.nextTick(() => {
          throw error
        })
      }
    }
  }

  #opening(): KioskEvent[] {
    const lost: KioskEvent[] =
      this.#lost === undefined ? [] : [{ type: 'trouble', reader: undefined, card: undefined, error: this.#lost }]
    return [...lost, ...this.#sorted().flatMap((slot) => opening(slot.state))]
  }

  #sorted(): Slot[] {
    const attached = [...this.#slots.values()].filter(({ isAttached }) => isAttached)
    return attached.sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}

/** The events that describe a reader's present state. */
function opening({ name: reader, card, trouble }: KioskReader): KioskEvent[] {
  const attached: KioskEvent = { type: 'reader-attached', reader }
  if (card === undefined) return [attached]
  const { number, survey } = card
  return [
    attached,
    { type: 'card-inserted', reader, card: number },
    ...(survey === undefined ? [] : [{ type: 'card-identified', reader, card: number, survey } as const]),
    ...(trouble === undefined ? [] : [{ type: 'trouble', reader, card: number, error: trouble } as const]),
  ]
}
