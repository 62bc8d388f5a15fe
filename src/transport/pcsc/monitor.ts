import { TransportError } from '../../errors.ts'
import { Backoff } from '../../waiting.ts'
import type { ReaderEvent } from '../connection.ts'
import { BindingLost, type PcscBinding, type PcscWatch, readerState } from './binding.ts'
import { within, withResolvers } from './deadline.ts'
import { publishEvent } from './observation.ts'
import { toTransportError } from './pcsc-errors.ts'
import { ReaderTable } from './reader-table.ts'

/**
 * Milliseconds. The first listing counts as complete after `quiet` without an event, or after `silent` if there was
 * none. `answer` is the time limit for a probe of the service.
 */
export interface MonitorTimes {
  readonly quiet: number
  readonly silent: number
  readonly firstRetry: number
  readonly longestRetry: number
  readonly answer: number
}

const defaultTimes: MonitorTimes = { quiet: 40, silent: 150, firstRetry: 100, longestRetry: 2000, answer: 3000 }

/**
 * Keeps one watch of a binding running while the transport is open: restarts it when it fails, and reports what changed
 * in between. Never throws into a binding; failures of a watch are handled here.
 */
export class Monitor {
  readonly table: ReaderTable = new ReaderTable()
  readonly #binding: PcscBinding
  readonly #isOurs: (reader: string) => boolean
  readonly #times: MonitorTimes
  readonly #listeners = new Set<(event: ReaderEvent) => void>()
  #watch: PcscWatch | undefined
  #stops: Promise<void> = Promise.resolve()
  /** Incremented by every start and stop: events of an earlier watch are ignored. */
  #generation = 0
  #timer: NodeJS.Timeout | undefined
  readonly #retries: Backoff
  #unseen: Set<string> | undefined
  #probe: Promise<void> | undefined
  /** A start is under way. */
  #beginning = false
  #listed = withResolvers<void>()
  #lost: TransportError | undefined
  #state: 'idle' | 'open' | 'closed' = 'idle'
  /**
   * Number of waits and watches of callers. Without a service and without these, the monitor does not keep the process
   * alive.
   */
  #interest = 0

  /** @param isOurs - whether this process itself holds the card: then the reader is not busy. */
  constructor(binding: PcscBinding, isOurs: (reader: string) => boolean, times: MonitorTimes = defaultTimes) {
    this.#binding = binding
    this.#isOurs = isOurs
    this.#times = times
    this.#retries = new Backoff(times.firstRetry, times.longestRetry)
  }

  /** Why the service is unavailable; `undefined` while it is available. */
  get lost(): TransportError | undefined {
    return this.#lost
  }

  /** Resolves when the attached readers are known. Rejects when the service is unavailable. */
  async ready(): Promise<void> {
    this.start()
    await this.#listed.promise
  }

  /** Starts the watch; if the service is unavailable, retries at once. */
  start(): void {
    if (this.#state === 'closed' || this.#beginning || (this.#state === 'open' && this.#lost === undefined)) return
    this.#state = 'open'
    clearTimeout(this.#timer)
    this.#begin()
  }

  /** Keeps the process alive until the returned function is called, also without a service. */
  hold(): () => void {
    this.#interest++
    this.#keepAlive()
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      this.#interest--
      this.#keepAlive()
    }
  }

  #keepAlive(): void {
    const isNeeded = this.#interest > 0 || this.#lost === undefined
    this.#binding.keepAlive?.(isNeeded)
    if (isNeeded) this.#timer?.ref()
    else this.#timer?.unref()
  }

  subscribe(listener: (event: ReaderEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#state = 'closed'
    clearTimeout(this.#timer)
    this.#endWatch()
    // A hanging service must not block closing; the watch ends when the service responds again.
    await within(this.#stops, { timeoutMs: this.#times.answer }, 'end of the watch').catch(() => {})
  }

  #begin(): void {
    const generation = ++this.#generation
    const current = () => generation === this.#generation
    if (this.#lost !== undefined) this.#listed = withResolvers<void>()
    if (this.#binding.probe === undefined) {
      this.#beginWatch(current)
      return
    }
    this.#beginning = true
    const alive = within(this.#signOfLife(), { timeoutMs: this.#times.answer }, 'answer of the smart card service')
    alive.then(
      () => current() && this.#beginWatch(current),
      (error) => current() && this.#serviceLost(absence(error)),
    )
  }

  /** One probe at a time: a hanging service must not occupy one pool thread after another. */
  #signOfLife(): Promise<void> {
    const forget = () => {
      this.#probe = undefined
    }
    this.#probe ??= Promise.resolve(this.#binding.probe?.()).finally(forget)
    return this.#probe
  }

  #beginWatch(current: () => boolean): void {
    this.#beginning = false
    this.#unseen = new Set(this.table.names())
    this.#settleIn(this.#times.silent)
    let watch: PcscWatch
    try {
      watch = this.#binding.watch({
        changed: (reader, state, atr) => current() && this.#changed(reader, state, atr),
        gone: (reader) => current() && this.#emit(this.table.remove(reader)),
        failed: (error) => current() && this.#failed(error),
      })
    } catch (error) {
      this.#serviceLost(toTransportError(error, 'connect'))
      return
    }
    this.#watch = watch
    if (!current()) {
      this.#endWatch()
      return
    }
    if (watch.started === undefined) this.#serviceFound()
    else this.#awaitStart(watch.started, current)
  }

  #awaitStart(started: Promise<void>, current: () => boolean): void {
    clearTimeout(this.#timer)
    started.then(
      () => {
        if (!current()) return
        this.#serviceFound()
        if (this.#unseen !== undefined) this.#settleIn(this.#times.silent)
      },
      (error) => {
        if (!current()) return
        this.#endWatch()
        this.#serviceLost(absence(error))
      },
    )
  }

  #serviceFound(): void {
    if (this.#lost === undefined) return
    this.#lost = undefined
    this.#keepAlive()
    this.#emit([{ type: 'service-restored' }])
  }

  #changed(reader: string, state: number, atr: Uint8Array | undefined): void {
    this.#serviceFound()
    this.#unseen?.delete(reader)
    if (this.#unseen !== undefined) this.#settleIn(this.#times.quiet)
    const isGone = (state & (readerState.unknown | readerState.unavailable)) !== 0
    const seen = this.#isOurs(reader) ? state & ~readerState.exclusive : state
    this.#emit(isGone ? this.table.remove(reader) : this.table.update(reader, seen, atr))
  }

  #settleIn(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      const unseen = this.#unseen ?? []
      this.#unseen = undefined
      this.#retries.reset()
      for (const name of unseen) this.#emit(this.table.remove(name))
      this.#listed.resolve()
    }, ms)
  }

  #failed(cause: unknown): void {
    // A binding process that ends before its first listing is complete may do so each time.
    const isLost = cause instanceof BindingLost && this.#unseen !== undefined
    const error = isLost ? absence(cause) : toTransportError(cause, 'connect')
    clearTimeout(this.#timer)
    this.#endWatch()
    if (error.code === 'ERR_SERVICE_UNAVAILABLE') this.#serviceLost(error)
    else this.#beginLater()
  }

  #serviceLost(error: TransportError): void {
    this.#beginning = false
    const isNews = this.#lost === undefined
    this.#lost = error
    if (isNews) {
      this.#emit([{ type: 'service-lost', error }])
      for (const name of this.table.names()) this.#emit(this.table.remove(name))
    }
    this.#listed.reject(error)
    this.#listed = withResolvers<void>()
    this.#listed.reject(error)
    this.#beginLater()
  }

  #beginLater(): void {
    if (this.#state !== 'open') return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#begin(), this.#retries.next())
    this.#keepAlive()
  }

  #endWatch(): void {
    this.#generation++
    const watch = this.#watch
    this.#watch = undefined
    if (watch === undefined) return
    const stop = this.#signOfLife().then(() => watch.stop())
    this.#stops = Promise.all([this.#stops, stop.catch(() => {})]).then(() => {})
  }

  #emit(events: readonly ReaderEvent[]): void {
    for (const event of events) {
      publishEvent(this.#binding.name, event)
      for (const listener of [...this.#listeners]) listener(event)
    }
  }
}

/** Maps a hanging service or a lost binding process to `ERR_SERVICE_UNAVAILABLE`. */
function absence(cause: unknown): TransportError {
  const error = toTransportError(cause, 'connect')
  if (cause instanceof BindingLost) return new TransportError('ERR_SERVICE_UNAVAILABLE', cause.message, { cause })
  if (error.code !== 'ERR_TIMEOUT') return error
  const text = 'the smart card service does not respond: restart it (systemctl restart pcscd)'
  return new TransportError('ERR_SERVICE_UNAVAILABLE', text, { cause })
}
