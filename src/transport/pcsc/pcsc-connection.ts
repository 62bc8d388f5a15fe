import { TransportError, type TransportErrorCode } from '../../errors.ts'
import type { CardConnection, Disposition, ReaderControl } from '../connection.ts'
import type { PcscHandle, PcscShare } from './binding.ts'
import { BindingLost } from './binding.ts'
import { within } from './deadline.ts'
import { mayBeRemoval, toTransportError } from './pcsc-errors.ts'
import { Watchdog } from './watchdog.ts'

/** Shortest and longest command APDU: header only, and extended Lc with 65 535 bytes and Le. */
const shortest = 4
const longest = 65_544

/** SCARD_CTL_CODE(3400): `winsmcrd.h`, pcsc-lite's `reader.h`. */
const featureRequest = process.platform === 'win32' ? (0x31 << 16) | (3400 << 2) : 0x4200_0000 + 3400

/** How often a disconnect that met another program's transaction is tried again, 50 ms apart. */
const disconnectAttempts = 40

/** What a connection needs of its transport. */
export interface ConnectionHost {
  readonly apduTimeoutMs: number
  readonly connectTimeoutMs: number
  /** Whether the card has left the reader; waits a moment for the service to notice. */
  cardLeft(): Promise<boolean>
  /** A call into the binding that nobody waits for any more, and what follows it: the reader is taken until then. */
  abandoned(work: Promise<unknown>): void
  closed(connection: PcscConnection): void
}

/** The errors after which {@link PcscConnection.reconnect} may still help. */
const recoverable: ReadonlySet<TransportErrorCode> = new Set(['ERR_CARD_RESET', 'ERR_CARD_MUTE', 'ERR_TRANSPORT'])

/** One card taken through a binding. Nothing else calls the handle, and never two calls at once. */
export class PcscConnection implements CardConnection {
  readonly reader: string
  readonly control: ReaderControl | undefined
  readonly #share: PcscShare
  readonly #host: ConnectionHost
  #handle: PcscHandle
  #atr: Uint8Array
  readonly #watchdog: Watchdog
  #queue: Promise<unknown> = Promise.resolve()
  /** Calls in the queue that have not settled; with none, the next need not wait for its turn. */
  #queued = 0
  /** Why nothing can be sent any more. */
  #broken: TransportError | undefined
  /** A call of ours never came back, so the handle must not be touched. */
  #stuck = false
  #closing: Promise<void> | undefined
  /** How the card is given up, once it is known. */
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

  /** The transport learned that the card is lost; what is under way ends by itself. */
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
        // A driver that refuses says nothing about the card.
        if (cause !== error && error.code === 'ERR_TRANSPORT' && !(cause instanceof BindingLost)) throw error
        throw await this.#failure(cause, work)
      }
    })
  }

  async reconnect(disposition: Disposition): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#broken === undefined || !recoverable.has(this.#broken.code)) this.#assertUsable()
      const before = this.#handle.cardEvents
      const handle = await this.#call('card to come back', this.#host.connectTimeoutMs, () =>
        this.#handle.reconnect(this.#share, disposition),
      )
      this.#handle = handle
      if (handle.cardEvents !== before) throw this.#break(this.#error('ERR_CARD_REMOVED', 'the card was exchanged'))
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
    // The binding may read the bytes long after a time limit here has passed, so it gets its own, wiped by its return.
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
    // Every binding reports a card pulled in the middle of an exchange as success without data.
    if (answer.length === 0) throw this.#break(this.#error('ERR_CARD_REMOVED', 'the card was taken away'))
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

  /** What a failed call means for the connection. A `cause` of ours is a limit that has passed: the call still runs. */
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
      return error // another program's transaction: nothing was sent, nothing is lost
    } else if (mayBeRemoval(error) && (await this.#host.cardLeft())) {
      return this.#break(this.#error('ERR_CARD_REMOVED', 'the card was taken away', error, error.pcscCode))
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
    const work = disconnectPatiently(handle, disposition)
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

/** Another program's transaction refuses a disconnect; it is over soon. */
async function disconnectPatiently(handle: PcscHandle, disposition: Disposition): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await handle.disconnect(disposition)
    } catch (cause) {
      if (attempt === disconnectAttempts || toTransportError(cause, 'exchange').code !== 'ERR_READER_BUSY') throw cause
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
