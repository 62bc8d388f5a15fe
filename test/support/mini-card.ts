import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { concat, fromHex } from '../../src/bytes.ts'

/** Answers one command; `undefined` leaves the reader waiting for ever. */
export type CardScript = (
  command: Uint8Array,
  card: MiniCard,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>

export interface MiniCardOptions {
  /** Slot of the virtual reader, default 0. */
  readonly slot?: 0 | 1
  /** Default: answers 9000. */
  readonly script?: CardScript
  readonly atr?: Uint8Array
}

export const miniCardAtr: Uint8Array = fromHex('3BDA13FF8131FB468012392F31C173C601C03B')

const basePort = 35963

/**
 * A scripted card in the virtual reader of vsmartcard-vpcd. Its protocol: each message has a 2-byte big-endian length; a
 * message of one byte is 0 power off, 1 power on, 2 reset, 4 get ATR; anything else is a command APDU.
 */
export class MiniCard {
  powerOffs = 0
  powerOns = 0
  resets = 0
  /** Every command received, in order. */
  readonly commands: Uint8Array[] = []
  readonly #socket: Socket
  readonly #script: CardScript
  readonly #atr: Uint8Array
  #pending: Uint8Array = new Uint8Array()

  private constructor(socket: Socket, options: MiniCardOptions) {
    this.#socket = socket
    this.#script = options.script ?? (() => fromHex('9000'))
    this.#atr = options.atr ?? miniCardAtr
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('error', () => socket.destroy())
  }

  /** Puts a card in; retries while pcscd is still starting. */
  static async insert(options: MiniCardOptions = {}): Promise<MiniCard> {
    const deadline = Date.now() + 5000
    for (;;) {
      const socket = connect({ host: '127.0.0.1', port: basePort + (options.slot ?? 0), noDelay: true })
      try {
        await once(socket, 'connect')
        return new MiniCard(socket, options)
      } catch (error) {
        socket.destroy()
        if (Date.now() > deadline) throw error
        await sleep(20)
      }
    }
  }

  /** Takes the card out at once, whatever it is doing. */
  pull(): void {
    this.#socket.destroy()
  }

  get gone(): boolean {
    return this.#socket.destroyed
  }

  #receive(chunk: Uint8Array): void {
    this.#pending = concat(this.#pending, chunk)
    for (;;) {
      if (this.#pending.length < 2) return
      const length = (this.#pending[0]! << 8) | this.#pending[1]!
      if (this.#pending.length < 2 + length) return
      const message = this.#pending.slice(2, 2 + length)
      this.#pending = this.#pending.slice(2 + length)
      void this.#handle(message)
    }
  }

  async #handle(message: Uint8Array): Promise<void> {
    if (message.length === 1) {
      if (message[0] === 0) this.powerOffs++
      else if (message[0] === 1) this.powerOns++
      else if (message[0] === 2) this.resets++
      else if (message[0] === 4) this.#send(this.#atr)
      return
    }
    this.commands.push(message)
    const answer = await this.#script(message, this)
    if (answer !== undefined && !this.gone) this.#send(answer)
  }

  #send(bytes: Uint8Array): void {
    this.#socket.write(concat(Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes))
  }
}
