import { TransportError, type TransportErrorCode } from '../../errors.ts'
import type { CardConnection, Disposition, ReaderControl } from '../connection.ts'
import { BindingLost, type PcscHandle, type PcscShare } from './binding.ts'
import { Watchdog, within } from './deadline.ts'
import { mayBeRemoval, toTransportError } from './pcsc-errors.ts'

/** Shortest and longest command APDU: header only, and extended Lc with 65 535 bytes and Le. */
const shortest = 4
const longest = 65_544

/** SCARD_CTL_CODE(3400): `winsmcrd.h`, pcsc-lite's `reader.h`. */
const featureRequest = process.platform === 'win32' ? (0x31 << 16) | (3400 << 2) : 0x4200_0000 + 3400

/** Attempts of a disconnect that is refused because of another program's transaction, 50 ms apart. */
const disconnectAttempts = 40

/** The transport, as seen by a connection. */
export interface ConnectionHost {
  readonly apduTimeoutMs: number
  readonly connectTimeoutMs: number
  /** Whether the card was removed; waits briefly for the service to report it. */
  cardLeft(): Promise<boolean>
  /** Registers an abandoned binding call and its clean-up: the reader is occupied until it settles. */
  abandoned(work: Promise<unknown>): void
  closed(connection: PcscConnection): void
}

/** Errors after which {@link PcscConnection.reconnect} may still succeed. */
const recoverable: ReadonlySet<TransportErrorCode> = new Set(['ERR_CARD_RESET', 'ERR_CARD_MUTE', 'ERR_TRANSPORT'])

/** One card connected through a binding. Sole user of its handle, one call at a time. */
export class PcscConnection implements CardConnection {
  readonly reader: string
  readonly control: ReaderControl | undefined
  readonly #share: PcscShare
  readonly #host: ConnectionHost
  #handle: PcscHandle
  #atr: Uint8Array
  readonly #watchdog: Watchdog
  #queue: Promise<unknown> = Promise.resolve()
  /** Unsettled calls in the queue; if 0, the next call runs at once. */
  #queued = 0
  /** The error that made the connection unusable. */
  #broken: TransportError | undefined
  /** A binding call never returned, so the handle must not be used. */
  #stuck = false
  #closing: Promise<void> | undefined
  /** Disposition of the disconnect. */
  #disposition: Disposition = 'unpower'

  constructor(reader: string, share: PcscShare, handle: PcscHandle, atr: Uint8Array, host: ConnectionHost) {
    this.reader = reader
    this.#share = share
    this.#handle = handle
    this.#atr = atr
    this.#host = host
    this.#watchdog = new Watchdog(host.apduTimeoutMs)
    if (handle.control !== undefined) this.control = { featureRequest, send: (...args) => this.#control(...args) }
  }

  get atr(): Uint8Array {
    return this.#atr
  }

  get exclusive(): boolean {
    return this.#share === 'exclusive'
  }

  /** Called when the transport learns that the card is lost; pending calls settle by themselves. */
  fail(error: TransportError): void {
    this.#broken ??= error
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    if (command.length < shortest || command.length > longest) {
      return Promise.reject(new RangeError(`a command must be ${shortest} to ${longest} bytes`))
    }
    return this.#enqueue(() => this.#exchange(command))
  }

  #control(code: number, data: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    return this.#enqueue(async () => {
      this.#assertUsable()
      const copy = new Uint8Array(data)
      const work = this.#handle.control!(code, copy, timeoutMs)
      try {
        return await within(work, { timeoutMs }, 'answer of the reader', this.reader)
      } catch (cause) {
        const error = toTransportError(cause, 'exchange', this.reader)
        // A refusal by the driver does not affect the card.
        if (cause !== error && error.code === 'ERR_TRANSPORT' && !(cause instanceof BindingLost)) throw error
        throw await this.#failure(cause, work)
      }
    })
  }

  async reconnect(disposition: Disposition): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#broken === undefined || !recoverable.has(this.#broken.code)) this.#assertUsable()
      const before = this.#handle.cardEvents
      const handle = await this.#call('reconnection of the card', this.#host.connectTimeoutMs, () =>
        this.#handle.reconnect(this.#share, disposition),
      )
      this.#handle = handle
      if (handle.cardEvents !== before)
        throw this.#break(this.#error('ERR_CARD_REMOVED', 'the card was replaced by another'))
      this.#broken = undefined
      if (handle.atr !== undefined) this.#atr = handle.atr
    })
  }

  close(disposition: Disposition = 'leave'): Promise<void> {
    if (this.#closing === undefined) {
      this.#disposition = disposition
      this.#closing = this.#close(disposition)
    }
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queued++ === 0 ? work() : this.#queue.then(work)
    this.#queue = result.then(this.#settled, this.#settled)
    return result
  }

  readonly #settled = (): void => {
    this.#queued--
  }

  #assertUsable(): void {
    if (this.#closing !== undefined) throw this.#error('ERR_CONNECTION_CLOSED', 'the connection is closed')
    const broken = this.#broken
    if (broken === undefined) return
    if (this.#stuck) throw this.#error('ERR_CONNECTION_CLOSED', 'an exchange timed out', broken)
    throw new TransportError(broken.code, broken.message, {
      cause: broken,
      pcscCode: broken.pcscCode,
      reader: this.reader,
    })
  }

  async #exchange(command: Uint8Array): Promise<Uint8Array> {
    this.#assertUsable()
    // The binding may read the bytes after the time limit has passed, so it gets its own copy, wiped when the call
    // returns.
    const copy = new Uint8Array(command)
    const work = this.#handle.transmit(copy)
    let answer: Uint8Array
    try {
      answer = await this.#watchdog.guard(work, this.#answerLate)
      copy.fill(0)
    } catch (cause) {
      const wipe = () => copy.fill(0)
      work.then(wipe, wipe)
      throw await this.#failure(cause, work)
    } finally {
      this.#watchdog.rest()
    }
    // Both bindings report a card removed during an exchange as success without data.
    if (answer.length === 0) throw this.#break(this.#error('ERR_CARD_REMOVED', 'the card was removed'))
    return answer
  }

  /** One call into the binding under a time limit, its failure turned into a coded error. */
  async #call<T>(waitingFor: string, timeoutMs: number, call: () => Promise<T>): Promise<T> {
    const work = call()
    try {
      return await within(work, { timeoutMs }, waitingFor, this.reader)
    } catch (cause) {
      throw await this.#failure(cause, work)
    }
  }

  /**
   * The effect of a failed call on the connection. A `cause` created here is an expired time limit: the call still
   * runs.
   */
  async #failure(cause: unknown, work: Promise<unknown>): Promise<TransportError> {
    const error = toTransportError(cause, 'exchange', this.reader)
    if (cause === error) {
      this.#stuck = true
      const ended = work.then(
        () => {},
        () => {},
      )
      this.#host.abandoned(ended.then(() => this.#handle.disconnect(this.#disposition)))
    } else if (error.code === 'ERR_READER_BUSY') {
      return error // another program's transaction: nothing was sent, the connection stays usable
    } else if (mayBeRemoval(error) && (await this.#host.cardLeft())) {
      return this.#break(this.#error('ERR_CARD_REMOVED', 'the card was removed', error, error.pcscCode))
    }
    return this.#break(error)
  }

  readonly #answerLate = (): TransportError =>
    new TransportError('ERR_TIMEOUT', `no answer within ${this.#host.apduTimeoutMs} ms`, { reader: this.reader })

  async #close(disposition: Disposition): Promise<void> {
    await this.#queue
    this.#watchdog.stop()
    try {
      if (!this.#stuck) await this.#disconnect(disposition)
      else if (disposition !== 'leave')
        throw this.#error('ERR_TIMEOUT', 'the card could not be powered down', this.#broken)
    } finally {
      this.#host.closed(this)
    }
  }

  async #disconnect(disposition: Disposition): Promise<void> {
    const handle = this.#handle
    const work = disconnectWithRetry(handle, disposition)
    try {
      await within(work, { timeoutMs: this.#host.connectTimeoutMs }, 'end of the connection', this.reader)
    } catch (cause) {
      const error = toTransportError(cause, 'exchange', this.reader)
      if (cause === error) this.#host.abandoned(work)
      const cardIsGone = error.code === 'ERR_CARD_REMOVED' || this.#broken?.code === 'ERR_CARD_REMOVED'
      const serviceIsGone = error.code === 'ERR_SERVICE_UNAVAILABLE' || error.code === 'ERR_CONNECTION_CLOSED'
      if (cardIsGone || (serviceIsGone && disposition === 'leave')) return
      throw error
    }
  }

  #break(error: TransportError): TransportError {
    this.#broken = error
    return error
  }

  #error(code: TransportErrorCode, text: string, cause?: unknown, pcscCode?: number): TransportError {
    return new TransportError(code, `${this.reader}: ${text}`, { cause, pcscCode, reader: this.reader })
  }
}

/** Disconnects, retrying while another program's transaction causes a sharing violation. */
async function disconnectWithRetry(handle: PcscHandle, disposition: Disposition): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await handle.disconnect(disposition)
    } catch (cause) {
      if (attempt === disconnectAttempts || toTransportError(cause, 'exchange').code !== 'ERR_READER_BUSY') throw cause
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
