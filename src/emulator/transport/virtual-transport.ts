/** The virtual readers: a `CardTransport` in process, with methods to insert and remove cards. */

import { TransportError, type TransportErrorCode } from '../../errors.ts'
import type {
  CardConnection,
  CardTransport,
  ConnectOptions,
  ReaderEvent,
  ReaderState,
  WaitOptions,
} from '../../transport/index.ts'
import type { VirtualCard } from '../virtual-card.ts'
import { ReaderSlot } from './reader-slot.ts'
import { VirtualConnection } from './virtual-connection.ts'

/** Longest interval of a timer, milliseconds. */
const longest = 2_147_483_647

/** An async iterable fed by `push`. A pending wait for its next item keeps the process alive, as with PC/SC. */
class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #ready: T[] = []
  readonly #ended: () => void
  #waiting: ((result: IteratorResult<T>) => void)[] = []
  #done = false
  /** Runs while a wait is pending. */
  #alive: NodeJS.Timeout | undefined

  /** @param ended - called once when the consumer has stopped listening. */
  constructor(ended: () => void) {
    this.#ended = ended
  }

  push(item: T): void {
    if (this.#done) return
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#ready.push(item)
    else waiting({ done: false, value: item })
    this.#letGo()
  }

  /** Items pushed before are still delivered. */
  end(): void {
    if (this.#done) return
    this.#done = true
    for (const waiting of this.#waiting) waiting({ done: true, value: undefined })
    this.#waiting = []
    this.#letGo()
    this.#ended()
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#ready.length > 0) return Promise.resolve({ done: false, value: this.#ready.shift()! })
    if (this.#done) return Promise.resolve({ done: true, value: undefined })
    this.#alive ??= setInterval(() => {}, longest)
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  async return(): Promise<IteratorResult<T>> {
    this.#ready.length = 0
    this.end()
    return { done: true, value: undefined }
  }

  #letGo(): void {
    if (this.#waiting.length > 0) return
    clearInterval(this.#alive)
    this.#alive = undefined
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** Options of {@link VirtualTransport}. */
export interface VirtualTransportOptions {
  /** Names of the readers attached at the start. Default: one, `Virtual Reader 0`. */
  readonly readers?: readonly string[] | undefined
  /** Inserted in the first reader. */
  readonly card?: VirtualCard | undefined
  /** How long an exchange may take before `ERR_TIMEOUT`, in milliseconds, 1 to 2 147 483 647. Default 30 000. */
  readonly apduTimeoutMs?: number | undefined
}

/** Readers in software. Where a method takes a reader name, the default is the first reader. */
export class VirtualTransport implements CardTransport {
  readonly name = 'virtual'
  readonly #slots = new Map<string, ReaderSlot>()
  readonly #watchers = new Set<EventQueue<ReaderEvent>>()
  readonly #connections = new Set<VirtualConnection>()
  readonly #apduTimeoutMs: number
  #serviceError: TransportError | undefined
  #closed = false

  constructor(options: VirtualTransportOptions = {}) {
    this.#apduTimeoutMs = options.apduTimeoutMs ?? 30_000
    for (const name of options.readers ?? ['Virtual Reader 0']) this.attachReader(name)
    if (options.card) this.insert(options.card)
  }

  /** Attaches a reader. @throws RangeError for a duplicate name. */
  attachReader(name: string): void {
    if (this.#slots.has(name)) throw new RangeError(`a reader named ${name} is already attached`)
    const slot = new ReaderSlot(name)
    this.#slots.set(name, slot)
    this.#publish({ type: 'reader-attached', reader: slot.state() })
  }

  /** Detaches a reader, with the card in it. */
  detachReader(name?: string): void {
    const slot = this.#slot(name)
    if (slot.occupied) this.remove(slot.name)
    this.#slots.delete(slot.name)
    this.#publish({ type: 'reader-detached', reader: slot.name })
  }

  /**
   * Inserts and powers a card; `mute` is a card that does not respond.
   *
   * @throws RangeError when the reader is missing or already has a card.
   */
  insert(card: VirtualCard | 'mute', reader?: string): void {
    const slot = this.#slot(reader)
    if (slot.occupied) throw new RangeError(`${slot.name} already has a card`)
    slot.insert(card)
    this.#publish({ type: 'card-inserted', reader: slot.state() })
  }

  /** Removes the card, which loses power; no effect without a card. @throws RangeError for an unknown reader. */
  remove(reader?: string): void {
    const slot = this.#slot(reader)
    if (!slot.occupied) return
    slot.remove()
    this.#publish({ type: 'card-removed', reader: slot.name })
  }

  /**
   * The service stops: connections fail with `ERR_CARD_RESET` later, everything else with `ERR_SERVICE_UNAVAILABLE`.
   */
  loseService(): void {
    if (this.#serviceError) return
    this.#serviceError = failure('ERR_SERVICE_UNAVAILABLE', 'the virtual reader service is stopped')
    for (const slot of this.#slots.values()) slot.apply('unpower')
    this.#publish({ type: 'service-lost', error: this.#serviceError })
  }

  /** Restarts the service. */
  restoreService(): void {
    if (!this.#serviceError) return
    this.#serviceError = undefined
    this.#publish({ type: 'service-restored' })
  }

  async readers(): Promise<readonly ReaderState[]> {
    this.#checkService()
    return this.#states()
  }

  watch(options: { readonly signal?: AbortSignal | undefined } = {}): AsyncIterable<ReaderEvent> {
    const { signal } = options
    const queue: EventQueue<ReaderEvent> = new EventQueue(() => {
      this.#watchers.delete(queue)
      signal?.removeEventListener('abort', stop)
    })
    const stop = (): void => queue.end()
    for (const reader of this.#states()) {
      queue.push({ type: 'reader-attached', reader })
      if (reader.cardPresent) queue.push({ type: 'card-inserted', reader })
    }
    if (this.#serviceError) queue.push({ type: 'service-lost', error: this.#serviceError })
    this.#watchers.add(queue)
    if (this.#closed || signal?.aborted) queue.end()
    else signal?.addEventListener('abort', stop)
    return queue
  }

  async waitForCard(options: WaitOptions & { readonly reader?: string | undefined } = {}): Promise<ReaderState> {
    this.#checkService()
    const { signal, timeoutMs, reader } = options
    const stop = new AbortController()
    let ending: TransportError = failure('ERR_CONNECTION_CLOSED', 'the transport is closed')
    const end = (error: TransportError): void => {
      ending = error
      stop.abort()
    }
    const aborted = (): void => end(failure('ERR_ABORTED', 'waiting for a card was aborted', signal?.reason))
    if (signal?.aborted) aborted()
    signal?.addEventListener('abort', aborted)
    const late = (): void => end(failure('ERR_TIMEOUT', `no card within ${timeoutMs} ms`))
    const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs)
    try {
      if (stop.signal.aborted) throw ending
      for await (const event of this.watch({ signal: stop.signal })) {
        if (event.type === 'service-lost') throw event.error
        if (event.type !== 'card-inserted' || event.reader.mute) continue
        if (reader === undefined || event.reader.name === reader) return event.reader
      }
      throw ending
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
    }
  }

  async connect(reader: string, options: ConnectOptions = {}): Promise<CardConnection> {
    this.#checkService()
    if (options.signal?.aborted) throw failure('ERR_ABORTED', 'connecting was aborted', options.signal.reason)
    const slot = this.#slots.get(reader)
    if (slot === undefined) throw failure('ERR_NO_READER', `unknown reader: ${reader}`)
    if (!slot.occupied) throw failure('ERR_NO_CARD', `no card is in ${reader}`)
    const { card } = slot
    if (card === undefined) throw failure('ERR_CARD_MUTE', `the card in ${reader} does not respond`)
    const exclusive = options.exclusive ?? true
    if (slot.refuses(exclusive)) throw failure('ERR_READER_BUSY', `another program holds the card in ${reader}`)
    const connection: VirtualConnection = new VirtualConnection(slot, card, {
      exclusive,
      apduTimeoutMs: this.#apduTimeoutMs,
      pulled: () => this.#slots.get(reader) === slot && slot.card === card && this.remove(reader),
      closed: () => this.#connections.delete(connection),
    })
    this.#connections.add(connection)
    return connection
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#connections].map((connection) => connection.close()))
    this.#connections.clear()
    for (const watcher of this.#watchers) watcher.end()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #states(): ReaderState[] {
    return [...this.#slots.values()].map((slot) => slot.state())
  }

  #slot(name: string | undefined): ReaderSlot {
    const slot = name === undefined ? this.#slots.values().next().value : this.#slots.get(name)
    if (slot === undefined)
      throw new RangeError(name === undefined ? 'no reader is attached' : `unknown reader: ${name}`)
    return slot
  }

  #publish(event: ReaderEvent): void {
    for (const watcher of this.#watchers) watcher.push(event)
  }

  #checkService(): void {
    if (this.#closed) throw failure('ERR_CONNECTION_CLOSED', 'the transport is closed')
    if (this.#serviceError) throw this.#serviceError
  }
}

function failure(code: TransportErrorCode, message: string, cause?: unknown): TransportError {
  return new TransportError(code, message, cause === undefined ? {} : { cause })
}
