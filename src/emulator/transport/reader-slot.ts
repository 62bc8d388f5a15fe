/** One reader of the virtual transport: its card and its connections. */

import type { Disposition, ReaderState } from '../../transport/index.ts'
import type { VirtualCard } from '../virtual-card.ts'

/** How a slot notifies a connection of a change to its card. */
export interface Holding {
  readonly exclusive: boolean
  removed(): void
  cardReset(): void
}

export class ReaderSlot {
  readonly name: string
  readonly #holders = new Set<Holding>()
  #card: VirtualCard | 'mute' | undefined

  constructor(name: string) {
    this.name = name
  }

  /** The responding card, if one is inserted. */
  get card(): VirtualCard | undefined {
    return this.#card === 'mute' ? undefined : this.#card
  }

  get occupied(): boolean {
    return this.#card !== undefined
  }

  get mute(): boolean {
    return this.#card === 'mute'
  }

  /** Whether a connection of that sharing mode is refused because of another one. */
  refuses(exclusive: boolean): boolean {
    if (exclusive) return this.#holders.size > 0
    return [...this.#holders].some((holding) => holding.exclusive)
  }

  state(): ReaderState {
    return {
      name: this.name,
      cardPresent: this.occupied,
      mute: this.mute,
      busy: this.refuses(false),
      ...(this.card && { atr: this.card.atr }),
    }
  }

  insert(card: VirtualCard | 'mute'): void {
    this.#card = card
    if (card !== 'mute') card.powerOn()
  }

  remove(): void {
    this.card?.powerOff()
    this.#card = undefined
    for (const holding of this.#holders) holding.removed()
    this.#holders.clear()
  }

  hold(holding: Holding): void {
    this.#holders.add(holding)
  }

  /** Releases the card with the effect of the disposition; all other connections get a reset. */
  release(holding: Holding, disposition: Disposition): void {
    if (!this.#holders.delete(holding)) return
    this.apply(disposition)
  }

  apply(disposition: Disposition, by?: Holding): void {
    if (disposition === 'leave' || this.card === undefined) return
    if (disposition === 'unpower') this.card.powerOn()
    else if (this.card.powered) this.card.warmReset()
    for (const holding of this.#holders) if (holding !== by) holding.cardReset()
  }
}
