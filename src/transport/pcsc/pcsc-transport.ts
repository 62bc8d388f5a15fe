import { TransportError } from '../../errors.ts'
import { EventQueue } from '../../event-queue.ts'
import type {
  CardConnection,
  CardTransport,
  ConnectOptions,
  ReaderEvent,
  ReaderState,
  WaitOptions,
} from '../connection.ts'
import type { PcscBinding, PcscShare } from './binding.ts'
import { checkTimeout, within, withResolvers } from './deadline.ts'
import { Monitor, type MonitorTimes } from './monitor.ts'
import { PcscConnection } from './pcsc-connection.ts'
import { toTransportError } from './pcsc-errors.ts'
import { type CardMark, cardMark, hasLeft } from './reader-table.ts'

/** How long to wait for the service to report a removal; pcscd polls every 400 ms. */
const removalNoticeMs = 900

/** Time limits in milliseconds. */
export interface PcscTimes {
  readonly apduTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly monitor?: MonitorTimes
}

/** Queueing, time limits and error mapping are done here and in the connection; bindings only pass calls on. */
export class PcscTransport implements CardTransport {
  readonly name: string
  readonly #binding: PcscBinding
  readonly #monitor: Monitor
  readonly #times: PcscTimes
  readonly #connections = new Map<PcscConnection, CardMark>()
  /** By reader: abandoned calls that still occupy it, at most one per reader. */
  readonly #abandoned = new Map<string, Promise<unknown>>()
  /**
   * Readers whose connect failed with a sharing violation; the service does not report when an exclusive hold begins.
   */
  readonly #refused = new Set<string>()
  /** Called on close: reject waits, end watches. */
  readonly #onClose = new Set<() => void>()
  #closing: Promise<void> | undefined

  constructor(binding: PcscBinding, times: PcscTimes) {
    this.name = binding.name
    this.#binding = binding
    this.#times = times
    this.#monitor = new Monitor(binding, (reader) => this.#connectionsTo(reader).length > 0, times.monitor)
    this.#monitor.subscribe((event) => this.#onEvent(event))
  }

  async readers(): Promise<readonly ReaderState[]> {
    await this.#untilClosed(() => this.#monitor.ready())
    return this.#monitor.table.states().map((state) => this.#withBusy(state))
  }

  watch({ signal }: { readonly signal?: AbortSignal | undefined } = {}): AsyncIterable<ReaderEvent> {
    return { [Symbol.asyncIterator]: () => this.#events(signal) }
  }

  async waitForCard(options: WaitOptions & { readonly reader?: string | undefined } = {}): Promise<ReaderState> {
    const { promise, resolve, reject } = withResolvers<ReaderState>()
    const look = () => {
      const states = this.#monitor.table.states().filter(({ name }) => (options.reader ?? name) === name)
      const found = states.find(({ cardPresent, mute }) => cardPresent && !mute)
      if (found !== undefined) resolve(this.#withBusy(found))
    }
    return this.#untilClosed(async () => {
      const unsubscribe = this.#monitor.subscribe((event) => {
        if (event.type === 'service-lost') reject(event.error)
        else look()
      })
      this.#monitor.ready().then(look, reject)
      look()
      try {
        return await within(promise, options, 'card', options.reader)
      } finally {
        unsubscribe()
      }
    })
  }

  async connect(reader: string, options: ConnectOptions = {}): Promise<CardConnection> {
    checkTimeout(options.timeoutMs)
    const timeoutMs = Math.min(options.timeoutMs ?? Number.POSITIVE_INFINITY, this.#times.connectTimeoutMs)
    const share = options.exclusive === false ? 'shared' : 'exclusive'
    const attempt: Attempt = { share, givenUp: false, blocked: false }
    return this.#untilClosed(async () => {
      const work = this.#connect(reader, attempt)
      try {
        return await within(work, { timeoutMs, signal: options.signal }, 'connection', reader)
      } catch (cause) {
        attempt.givenUp = true
        this.#abandon(
          reader,
          work.then((connection) => connection.close('leave')),
        )
        const error = toTransportError(cause, 'connect', reader)
        if (error.code === 'ERR_READER_BUSY') this.#refused.add(reader)
        if (error.code !== 'ERR_TIMEOUT' || !attempt.blocked) throw error
        const text = `${reader}: an earlier exchange still blocks the reader; remove the card`
        throw new TransportError('ERR_READER_BUSY', text, { cause, reader })
      }
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    for (const end of [...this.#onClose]) end()
    await Promise.allSettled([...this.#connections.keys()].map((connection) => connection.close('leave')))
    await this.#monitor.close()
    await this.#binding.close?.()
  }

  async #connect(reader: string, attempt: Attempt): Promise<PcscConnection> {
    await this.#monitor.ready()
    if (this.#monitor.table.get(reader) === undefined) {
      throw new TransportError('ERR_NO_READER', `${reader}: no reader of that name`, { reader })
    }
    attempt.blocked = this.#abandoned.has(reader)
    await this.#abandoned.get(reader)
    attempt.blocked = false
    const isUnwanted = () => attempt.givenUp || this.#closing !== undefined
    if (isUnwanted()) throw new TransportError('ERR_ABORTED', 'connecting was abandoned', { reader })
    const handle = await this.#binding.connect(reader, attempt.share)
    const atr = handle.atr ?? (await this.#atrIn(reader))
    if (isUnwanted() || atr === undefined) {
      await handle.disconnect('leave')
      if (isUnwanted()) throw new TransportError('ERR_ABORTED', 'connecting was abandoned', { reader })
      throw new TransportError('ERR_CARD_MUTE', `${reader}: no answer to reset from the card`, { reader })
    }
    const mark = cardMark(handle.cardEvents, this.#monitor.table.get(reader))
    const connection = new PcscConnection(reader, attempt.share, handle, atr, {
      ...this.#times,
      cardLeft: () => this.#soon(() => hasLeft(mark, this.#monitor.table.get(reader)), removalNoticeMs),
      abandoned: (work) => this.#abandon(reader, work),
      closed: (closed) => this.#connections.delete(closed),
    })
    this.#connections.set(connection, mark)
    this.#refused.delete(reader)
    return connection
  }

  /** The answer to reset as reported by the watch, possibly shortly after connecting. */
  async #atrIn(reader: string): Promise<Uint8Array | undefined> {
    const known = () => this.#monitor.table.get(reader)?.atr
    await this.#soon(() => known() !== undefined, removalNoticeMs)
    return known()
  }

  /** Whether the condition holds now or after an event within the time limit. */
  async #soon(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    const { promise, resolve } = withResolvers<void>()
    const look = () => condition() && resolve(undefined)
    const unsubscribe = this.#monitor.subscribe(look)
    look()
    await within(promise, { timeoutMs }, 'event').catch(() => {})
    unsubscribe()
    return condition()
  }

  #abandon(reader: string, work: Promise<unknown>): void {
    const all = Promise.allSettled([this.#abandoned.get(reader), work]).then(() => {
      if (this.#abandoned.get(reader) === all) this.#abandoned.delete(reader)
    })
    this.#abandoned.set(reader, all)
  }

  #onEvent(event: ReaderEvent): void {
    if (event.type === 'service-restored') return
    if (event.type === 'service-lost') {
      this.#refused.clear()
      const error = toTransportError(event.error, 'exchange')
      for (const connection of this.#connections.keys()) connection.fail(error)
      return
    }
    const reader = typeof event.reader === 'string' ? event.reader : event.reader.name
    this.#refused.delete(reader)
    const entry = this.#monitor.table.get(reader)
    for (const [connection, mark] of this.#connectionsTo(reader)) {
      if (!hasLeft(mark, entry)) continue
      connection.fail(new TransportError('ERR_CARD_REMOVED', `${reader}: the card was removed`, { reader }))
    }
  }

  #connectionsTo(reader: string): [PcscConnection, CardMark][] {
    return [...this.#connections].filter(([connection]) => connection.reader === reader)
  }

  #withBusy(state: ReaderState): ReaderState {
    return this.#refused.has(state.name) ? { ...state, busy: true } : state
  }

  #events(signal: AbortSignal | undefined): EventQueue<ReaderEvent> {
    const end = () => queue.end()
    const queue = new EventQueue<ReaderEvent>(() => {
      unsubscribe()
      release()
      this.#onClose.delete(end)
      signal?.removeEventListener('abort', end)
    })
    const unsubscribe = this.#monitor.subscribe((event) => queue.push(event))
    const release = this.#monitor.hold()
    this.#onClose.add(end)
    signal?.addEventListener('abort', end, { once: true })
    if (this.#closing !== undefined || signal?.aborted) {
      end()
      return queue
    }
    const lost = this.#monitor.lost
    if (lost !== undefined) queue.push({ type: 'service-lost', error: lost })
    for (const event of this.#monitor.table.opening()) queue.push(event)
    this.#monitor.start()
    return queue
  }

  /** Runs a wait that is rejected when the transport is closed. */
  async #untilClosed<T>(wait: () => Promise<T>): Promise<T> {
    const closed = () => new TransportError('ERR_CONNECTION_CLOSED', 'the transport is closed')
    if (this.#closing !== undefined) throw closed()
    const { promise, reject } = withResolvers<never>()
    const end = () => reject(closed())
    this.#onClose.add(end)
    const release = this.#monitor.hold()
    try {
      return await Promise.race([wait(), promise])
    } finally {
      release()
      this.#onClose.delete(end)
    }
  }
}

/** A pending connect. */
interface Attempt {
  readonly share: PcscShare
  /** Its caller has stopped waiting. */
  givenUp: boolean
  /** Waiting for an abandoned call. */
  blocked: boolean
}
