import { fromHex, toHex } from '../../../bytes.ts'
import type { Disposition } from '../../connection.ts'
import type { PcscHandle, PcscShare } from '../binding.ts'
import { toTransportError } from '../pcsc-errors.ts'
import type { HostProcess } from './host-process.ts'
import type { SentHandle } from './messages.ts'

/** The isolated binding, as seen by a handle. */
export interface HandleOwner {
  /** Connects to the card in the same reader again, in a running host. */
  again(share: PcscShare): Promise<PcscHandle>
  /** The handle of that number was released. */
  closed(handle: number): void
}

/**
 * A card handle in the host. Unusable when the host has ended. The state left on the card can still be cleared:
 * `reconnect`, and `disconnect` with `unpower` or `reset`, connect again, if the card is provably the same.
 */
export class IsolatedHandle implements PcscHandle {
  readonly number: number
  readonly atr: Uint8Array | undefined
  readonly cardEvents: number | undefined
  readonly control?: NonNullable<PcscHandle['control']>
  readonly #host: HostProcess
  readonly #owner: HandleOwner

  constructor(host: HostProcess, { handle, atr, cardEvents, controls }: SentHandle, owner: HandleOwner) {
    this.number = handle
    this.atr = atr === undefined ? undefined : fromHex(atr)
    this.cardEvents = cardEvents
    this.#host = host
    this.#owner = owner
    if (controls) this.control = (...args) => this.#control(...args)
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    return this.#host.transmit(this.number, command)
  }

  async reconnect(share: PcscShare, disposition: Disposition): Promise<PcscHandle> {
    const { number } = this
    if (this.#host.lost !== undefined) return (await this.#again(share)).reconnect(share, disposition)
    const sent = await this.#host.request({ ask: 'reconnect', handle: number, share, disposition }, number)
    return new IsolatedHandle(this.#host, sent as SentHandle, this.#owner)
  }

  async disconnect(disposition: Disposition): Promise<void> {
    const { number } = this
    try {
      await this.#host.request({ ask: 'disconnect', handle: number, disposition }, number)
    } catch (error) {
      if (this.#host.lost === undefined) {
        // Another program's transaction: the disconnect is retried. Any other error releases the handle.
        if (toTransportError(error, 'exchange').code !== 'ERR_READER_BUSY') this.#owner.closed(number)
        throw error
      }
      if (disposition !== 'leave') await (await this.#again('exclusive')).disconnect(disposition)
    }
    this.#owner.closed(number)
  }

  async #control(code: number, data: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    const { number } = this
    const answer = await this.#host.request(
      { ask: 'control', handle: number, code, data: toHex(data) },
      number,
      timeoutMs,
    )
    return fromHex(String(answer))
  }

  async #again(share: PcscShare): Promise<PcscHandle> {
    const again = await this.#owner.again(share)
    const isKnown = again.cardEvents !== undefined && this.cardEvents !== undefined
    if (isKnown && again.cardEvents === this.cardEvents) return again
    await again.disconnect('leave')
    throw Object.assign(new Error('cannot verify that it is the same card'), {
      code: isKnown ? 'RemovedCard' : 'InvalidHandle',
    })
  }
}
