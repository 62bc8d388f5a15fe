import { fromHex, toHex } from '../../src/bytes.ts'
import type { LoggedExchange, VirtualCard } from '../../src/emulator/index.ts'
import { TransportError } from '../../src/errors.ts'
import type { CardConnection } from '../../src/transport/connection.ts'
import { type Attack, attacks } from './hostile-answers.ts'
import type { Random } from './random.ts'

/** Honest answers of a card by command. */
export class Memory {
  readonly all: Uint8Array[] = []
  readonly #byCommand = new Map<string, Uint8Array>()
  readonly #byInstruction = new Map<number, Uint8Array[]>()

  learn(exchanges: readonly LoggedExchange[]): void {
    for (const { command, response } of exchanges) {
      this.all.push(response)
      this.#byCommand.set(toHex(command), response)
      this.#byInstruction.set(command[1]!, [...(this.#byInstruction.get(command[1]!) ?? []), response])
    }
  }

  answerTo(command: Uint8Array): Uint8Array | undefined {
    return this.#byCommand.get(toHex(command))
  }

  alike(command: Uint8Array): readonly Uint8Array[] {
    return this.#byInstruction.get(command[1]!) ?? []
  }
}

/** A flow that takes more exchanges than this does not end by itself. */
export const patience = 16_000

/** The card was asked again and again. */
export class EndlessFlow extends Error {}

/** VERIFY, CHANGE REFERENCE DATA, CHANGE KEY. */
const secretInstructions: ReadonlySet<number> = new Set([0x20, 0x24, 0x32])

const names = Object.keys(attacks)
const atrs = ['3B00', '3BDA13FF8131FB468012392F31C173C601C03B', '3BC5FF8131FB458073C6010000', '3BFF', '3B']

/**
 * A card that answers anything at all, in a mood of its own: mostly honest or never, with one attack again and again or with
 * all of them. Now and then the reader resets it, loses it or fails.
 */
export class HostileCard implements CardConnection {
  readonly reader = 'hostile'
  readonly atr: Uint8Array
  /** Commands that carry a PIN, which may be sent once only. */
  readonly secrets: string[] = []
  exchanges = 0
  readonly #random: Random
  readonly #memory: Memory
  readonly #real: VirtualCard | undefined
  readonly #honesty: number
  readonly #attacks: readonly Attack[]
  readonly #trouble: number
  #last: Uint8Array = fromHex('9000')
  #state: 'open' | 'reset' | 'lost' = 'open'

  /** @param real - asked for honest answers in place of the memory. */
  constructor(random: Random, memory: Memory, real?: VirtualCard) {
    this.#random = random
    this.#memory = memory
    this.#real = real
    this.atr = fromHex(random.pick(atrs))
    this.#honesty = random.pick([0, 0, 50, 80, 90, 95, 98, 99])
    const only = random.chance(40) ? [random.pick(names), ...(random.chance(30) ? [random.pick(names)] : [])] : names
    this.#attacks = only.map((name) => attacks[name]!)
    this.#trouble = random.pick([0, 0, 0, 1, 10])
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    if (++this.exchanges > patience) throw new EndlessFlow(`more than ${patience} exchanges`)
    if (command.length > 5 && secretInstructions.has(command[1]!)) this.secrets.push(toHex(command))
    if (this.#trouble > 0 && this.#state === 'open' && this.#random.chance(this.#trouble)) this.#state = this.#lost()
    if (this.#state === 'reset') throw new TransportError('ERR_CARD_RESET', 'another program reset the card')
    if (this.#state === 'lost') throw new TransportError('ERR_CARD_REMOVED', 'the card was taken away')
    const honest = this.#real === undefined ? this.#memory.answerTo(command) : await this.#real.exchange(command)
    this.#last = honest !== undefined && this.#random.chance(this.#honesty) ? honest : this.#attack(command, honest)
    return this.#last.slice()
  }

  async reconnect(): Promise<void> {
    if (this.#state === 'lost') throw new TransportError('ERR_CARD_REMOVED', 'the card was taken away')
    this.#state = 'open'
  }

  async close(): Promise<void> {
    if (this.#state === 'lost') throw new TransportError('ERR_CARD_REMOVED', 'the card was taken away')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #attack(command: Uint8Array, honest: Uint8Array | undefined): Uint8Array {
    const { all } = this.#memory
    const alike = this.#memory.alike(command)
    return this.#random.pick(this.#attacks)({ random: this.#random, command, honest, last: this.#last, alike, all })
  }

  #lost(): 'reset' | 'lost' {
    return this.#random.chance(70) ? 'reset' : 'lost'
  }
}
