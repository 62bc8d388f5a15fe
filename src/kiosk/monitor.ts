import type { JpkiCardError } from '../errors.ts'
import { EventQueue } from '../event-queue.ts'
import type { CardTransport, ReaderEvent } from '../transport/index.ts'
import { coded, pause } from './retry.ts'
import { type KioskEvent, type KioskReader, Slot, type SlotHost } from './slot.ts'
import { Visit } from './visit.ts'

/** Milliseconds before the watch is restarted after an error. */
const rewatchMs = 1000

/** Options of {@link KioskMonitor}. */
export interface KioskMonitorOptions {
  /** Filter of readers, by name. Default: all. */
  readonly readers?: ((name: string) => boolean) | undefined
  /**
   * Whether each card is identified when it is inserted: about ten exchanges. Without it `card-ready` is reported in place of
   * `card-identified`; enough for {@link KioskMonitor.visits}, whose look identifies the card. Default true.
   */
  readonly survey?: boolean | undefined
}

/**
 * What a kiosk can do now: `ready` for a card; `no-reader` attached; `no-service`: the smart card service is unavailable; `trouble`:
 * every reader has a card that is not usable.
 */
export type KioskState = 'ready' | 'no-reader' | 'no-service' | 'trouble'

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
    const surveys = options.survey ?? true
    this.#host = { transport, surveys, nextCard: () => ++this.#cards, emit: (event) => this.#emit(event) }
    this.#watching = this.#watch()
  }

  /** The attached readers, sorted by name. */
  get readers(): readonly KioskReader[] {
    return this.#sorted().map(({ state }) => state)
  }

  /** Whether a customer can be served; changes with the events. */
  get state(): KioskState {
    if (this.#lost !== undefined) return 'no-service'
    const slots = this.#sorted()
    if (slots.length === 0) return 'no-reader'
    return slots.every(({ state }) => state.trouble !== undefined) ? 'trouble' : 'ready'
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

  /**
   * The customers, one at a time: a card that is in a reader and responds, from now or already. The next one begins when the former
   * one's card is out and its sessions are closed, so a card in a second reader waits. Ends when the monitor is closed.
   *
   * @example
   * ```ts
   * import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
   * import { KioskMonitor } from 'jpki-card/kiosk'
   *
   * const transport = new VirtualTransport({ card: await createVirtualCard() })
   * const monitor = new KioskMonitor(transport)
   * for await (const visit of monitor.visits()) {
   *   const session = await visit.connect()
   *   console.log(visit.reader, visit.survey?.kind)
   *   await session.close()
   *   break
   * }
   * await monitor.close()
   * await transport.close()
   * ```
   */
  async *visits(): AsyncGenerator<Visit, void, undefined> {
    const waiting: Visit[] = []
    const all = new Map<number, Visit>()
    let wake = (): void => {}
    const take = (event: KioskEvent): void => {
      if (event.type === 'card-identified' || event.type === 'card-ready') {
        const survey = event.type === 'card-identified' ? event.survey : undefined
        const visit = new Visit(this.#transport, event.reader, event.card, survey)
        all.set(event.card, visit)
        waiting.push(visit)
      } else if (event.type === 'card-removed') {
        all.get(event.card)?.end()
        all.delete(event.card)
      }
      wake()
    }
    const close = (): void => {
      for (const visit of all.values()) visit.end()
      wake()
    }
    const off = this.on(take)
    for (const event of this.#opening()) take(event)
    const { signal } = this.#stop
    signal.addEventListener('abort', close)
    try {
      while (!signal.aborted) {
        const visit = waiting.shift()
        if (visit === undefined) await new Promise<void>((resolve) => (wake = resolve))
        else if (!visit.signal.aborted) {
          yield visit
          await visit.removed
        }
      }
    } finally {
      off()
      signal.removeEventListener('abort', close)
      for (const visit of all.values()) visit.end()
    }
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
    let isRestarted = false
    while (!signal.aborted) {
      try {
        for await (const event of this.#transport.watch({ signal })) {
          if (isRestarted) this.#serviceRestored()
          isRestarted = false
          this.#take(event)
        }
        break
      } catch (cause) {
        isRestarted = true
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
    return [...lost, ...this.#sorted().flatMap(opening)]
  }

  #sorted(): Slot[] {
    const attached = [...this.#slots.values()].filter(({ isAttached }) => isAttached)
    return attached.sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}

/** The events that describe a reader's present state. */
function opening({ state: { name: reader, card, trouble }, isReady }: Slot): KioskEvent[] {
  const attached: KioskEvent = { type: 'reader-attached', reader }
  if (card === undefined) return [attached]
  const { number, survey } = card
  return [
    attached,
    { type: 'card-inserted', reader, card: number },
    ...(isReady ? [{ type: 'card-ready', reader, card: number } as const] : []),
    ...(survey === undefined ? [] : [{ type: 'card-identified', reader, card: number, survey } as const]),
    ...(trouble === undefined ? [] : [{ type: 'trouble', reader, card: number, error: trouble } as const]),
  ]
}
