import type { JpkiCardError } from '../errors.ts'
import { EventQueue } from '../event-queue.ts'
import type { CardTransport, ReaderEvent } from '../transport/index.ts'
import type { KioskEvent, KioskReader } from './events.ts'
import { coded, pause } from './retry.ts'
import { Slot, type SlotHost } from './slot.ts'

/** Milliseconds before watching is begun anew when it ended by an error. */
const rewatchMs = 1000

/** Options of {@link KioskMonitor}. */
export interface KioskMonitorOptions {
  /** Which readers to look at, by name. Default: all. */
  readonly readers?: ((name: string) => boolean) | undefined
}

/**
 * Watches the readers of a transport and tells what happens there: readers, cards, which card it is, trouble and its end.
 * Each card is taken for as long as it takes to identify it, then given back with no PIN verified on it; no PIN try is
 * spent. It outlives restarts of the reader service, and several readers do not wait for each other.
 *
 * Use it as an async iterable, or with {@link on}; both may be used, any number of times. The transport stays the
 * caller's: close the monitor first.
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
    this.#host = { transport, nextCard: () => ++this.#cards, tell: (event) => this.#tell(event) }
    this.#watching = this.#watch()
  }

  /** The readers now, in the order of their names. */
  get readers(): readonly KioskReader[] {
    return this.#sorted().map(({ state }) => state)
  }

  /** Why there is no reader service now. */
  get lost(): JpkiCardError | undefined {
    return this.#lost
  }

  /**
   * Calls `listener` with each event from now on, at the moment it happens. An error thrown by it is an uncaught error of
   * the process, as with any event of Node.js; the monitor goes on.
   *
   * @returns ends it.
   */
  on(listener: (event: KioskEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The events, beginning with those that lead to what is there now. Ends when the monitor is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<KioskEvent> {
    const queue: EventQueue<KioskEvent> = new EventQueue(() => this.#queues.delete(queue))
    for (const event of this.#opening()) queue.push(event)
    this.#queues.add(queue)
    if (this.#stop.signal.aborted) queue.end()
    return queue
  }

  /** Stops. Resolves when no card is held any more; the iterators have ended then. Idempotent. */
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

  /** The slot of a reader, attached now when it was not before. */
  #slot(name: string): Slot | undefined {
    if (!this.#isWanted(name)) return undefined
    const slot = this.#slots.get(name) ?? new Slot(name, this.#host)
    this.#slots.set(name, slot)
    if (!slot.isAttached) {
      slot.isAttached = true
      this.#tell({ type: 'reader-attached', reader: name })
    }
    return slot
  }

  #detached(name: string): void {
    const slot = this.#slots.get(name)
    if (!slot?.isAttached) return
    slot.removed()
    slot.isAttached = false
    this.#tell({ type: 'reader-detached', reader: name })
  }

  #serviceLost(cause: unknown): void {
    if (this.#lost !== undefined) return
    const error = coded(cause, 'the readers cannot be watched')
    this.#lost = error
    this.#tell({ type: 'trouble', reader: undefined, card: undefined, error })
  }

  #serviceRestored(): void {
    if (this.#lost === undefined) return
    this.#lost = undefined
    this.#tell({ type: 'recovered', reader: undefined, card: undefined })
    for (const slot of this.#slots.values()) slot.again()
  }

  #tell(event: KioskEvent): void {
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

/** The events that lead to a reader's state. */
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
