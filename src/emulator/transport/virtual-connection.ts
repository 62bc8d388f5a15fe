/** A connection to a virtual card in process, as strict as PC/SC about order, resets and removal. */

import { TransportError, type TransportErrorCode } from '../../errors.ts'
import type { CardConnection, Disposition } from '../../transport/index.ts'
import type { VirtualCard } from '../virtual-card.ts'
import { VirtualCardGone } from '../virtual-card.ts'
import type { Holding, ReaderSlot } from './reader-slot.ts'

const messages = {
  ERR_CARD_REMOVED: 'the card was removed',
  ERR_CARD_RESET: 'another program reset the card',
  ERR_CONNECTION_CLOSED: 'the connection is closed',
  ERR_TIMEOUT: 'the card did not respond in time',
  ERR_TRANSPORT: 'the exchange failed',
} as const

export interface VirtualConnectionOptions {
  readonly exclusive: boolean
  readonly apduTimeoutMs: number
  /** Called when a fault removed the card, so that the reader becomes empty. */
  readonly pulled: () => void
  /** Called when closed by either side, so that the reader can drop it. */
  readonly closed: () => void
}

export class VirtualConnection implements CardConnection, Holding {
  readonly exclusive: boolean
  readonly #slot: ReaderSlot
  readonly #card: VirtualCard
  readonly #options: VirtualConnectionOptions
  #atr: Uint8Array
  #state: 'open' | 'reset' | 'removed' | 'closed' = 'open'
  /** Settles when every transmit so far has settled. */
  #last: Promise<unknown> | undefined
  /** Fails the pending exchange, if any. */
  #interrupt: ((code: keyof typeof messages) => void) | undefined

  constructor(slot: ReaderSlot, card: VirtualCard, options: VirtualConnectionOptions) {
    this.#slot = slot
    this.#card = card
    this.#options = options
    this.exclusive = options.exclusive
    this.#atr = card.atr
    slot.hold(this)
  }

  get reader(): string {
    return this.#slot.name
  }

  get atr(): Uint8Array {
    return this.#atr.slice()
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    const result = this.#last === undefined ? this.#exchange(command) : this.#queue(() => this.#exchange(command))
    return this.#follow(result)
  }

  reconnect(disposition: Disposition): Promise<void> {
    return this.#follow(
      this.#queue(async () => {
        if (this.#state === 'closed') throw this.#error('ERR_CONNECTION_CLOSED')
        if (this.#state === 'removed') throw this.#error('ERR_CARD_REMOVED')
        this.#slot.apply(disposition, this)
        this.#atr = this.#card.atr
        this.#state = 'open'
      }),
    )
  }

  /** Fails a pending exchange with `ERR_CONNECTION_CLOSED`. */
  async close(disposition: Disposition = 'leave'): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#interrupt?.('ERR_CONNECTION_CLOSED')
    this.#slot.release(this, disposition)
    this.#options.closed()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  removed(): void {
    if (this.#state === 'closed') return
    this.#state = 'removed'
    this.#interrupt?.('ERR_CARD_REMOVED')
  }

  cardReset(): void {
    if (this.#state === 'open') this.#state = 'reset'
    this.#interrupt?.('ERR_CARD_RESET')
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    return (this.#last ?? Promise.resolve()).then(work)
  }

  /** Makes later work wait for this to settle. */
  #follow<T>(result: Promise<T>): Promise<T> {
    const settled: Promise<void> = result.then(
      () => this.#settled(settled),
      () => this.#settled(settled),
    )
    this.#last = settled
    return result
  }

  #settled(one: Promise<void>): void {
    if (this.#last === one) this.#last = undefined
  }

  #exchange(command: Uint8Array): Promise<Uint8Array> {
    if (this.#state !== 'open') return Promise.reject(this.#refusal())
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer)
        this.#interrupt = undefined
      }
      this.#interrupt = (code) => {
        finish()
        reject(this.#error(code))
      }
      const timer = setTimeout(() => this.#giveUp(), this.#options.apduTimeoutMs)
      this.#card.exchange(command).then(
        (response) => {
          if (this.#interrupt === undefined) return
          finish()
          if (response.length > 0) resolve(response)
          else reject(this.#error('ERR_CARD_REMOVED'))
        },
        (error: unknown) => {
          if (this.#interrupt === undefined) return
          finish()
          reject(this.#lost(error))
        },
      )
    })
  }

  /** After a timeout the state of the card is unknown, so the connection is unusable. */
  #giveUp(): void {
    const interrupt = this.#interrupt
    this.#state = 'closed'
    this.#slot.release(this, 'leave')
    this.#options.closed()
    interrupt?.('ERR_TIMEOUT')
  }

  #refusal(): TransportError {
    if (this.#state === 'removed') return this.#error('ERR_CARD_REMOVED')
    return this.#error(this.#state === 'reset' ? 'ERR_CARD_RESET' : 'ERR_CONNECTION_CLOSED')
  }

  #lost(error: unknown): TransportError {
    if (!(error instanceof VirtualCardGone)) return this.#error('ERR_TRANSPORT', error)
    if (error.reason === 'reset') {
      this.#state = 'reset'
      return this.#error('ERR_CARD_RESET', error)
    }
    if (error.reason === 'pulled') this.#options.pulled()
    return this.#error('ERR_CARD_REMOVED', error)
  }

  #error(code: TransportErrorCode & keyof typeof messages, cause?: unknown): TransportError {
    return new TransportError(code, messages[code], { reader: this.#slot.name, ...(cause !== undefined && { cause }) })
  }
}
