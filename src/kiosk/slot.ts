import { type JpkiCardError, TransportError } from '../errors.ts'
import type { CardTransport, ReaderState } from '../transport/index.ts'
import { coded, decideRetry, pause } from './retry.ts'
import { type CardSurvey, type Surveyed, surveyCard } from './survey.ts'

/**
 * Events of the readers, in order. `card` numbers the insertions from 1, over all readers and for the life of the
 * monitor: every event of one insertion carries its number, and none follows its `card-removed`.
 */
export type KioskEvent =
  | { readonly type: 'reader-attached'; readonly reader: string }
  /** Preceded by `card-removed` if a card was in it. */
  | { readonly type: 'reader-detached'; readonly reader: string }
  | { readonly type: 'card-inserted'; readonly reader: string; readonly card: number }
  /** The card was identified and disconnected: it can be connected to now. */
  | { readonly type: 'card-identified'; readonly reader: string; readonly card: number; readonly survey: CardSurvey }
  /** With `survey: false`, instead of `card-identified`: the card responds, and can be connected to now. */
  | { readonly type: 'card-ready'; readonly reader: string; readonly card: number }
  | { readonly type: 'card-removed'; readonly reader: string; readonly card: number }
  /** With `reader`: its card is not usable. Without: the smart card service is unavailable. `recovered` ends it. */
  | {
      readonly type: 'trouble'
      readonly reader: string | undefined
      readonly card: number | undefined
      readonly error: JpkiCardError
    }
  /** The trouble has ended: the card was identified or removed; the service is available again. */
  | { readonly type: 'recovered'; readonly reader: string | undefined; readonly card: number | undefined }

/** Present state of a reader. */
export interface KioskReader {
  readonly name: string
  /** The card in it. */
  readonly card:
    | {
        readonly number: number
        /** Present once the card was identified. */
        readonly survey: CardSurvey | undefined
      }
    | undefined
  /** The error that makes it unusable. */
  readonly trouble: JpkiCardError | undefined
}

/** The monitor, as seen by a slot. */
export interface SlotHost {
  readonly transport: CardTransport
  /** Whether cards are identified. */
  readonly surveys: boolean
  nextCard(): number
  emit(event: KioskEvent): void
}

/** One insertion. */
interface Insertion {
  readonly number: number
  /** Aborted when the card is removed. */
  readonly gone: AbortController
  mute: boolean
  survey: CardSurvey | undefined
  isReady: boolean
}

/**
 * One reader with its card and the identification of it. One identification at a time, those of removed cards included.
 */
export class Slot {
  readonly name: string
  /** A slot outlives the detachment of its reader: pending work has to end before the reader is reattached. */
  isAttached = false
  readonly #host: SlotHost
  #card: Insertion | undefined
  #trouble: JpkiCardError | undefined
  #work: Promise<void> = Promise.resolve()

  constructor(name: string, host: SlotHost) {
    this.name = name
    this.#host = host
  }

  get state(): KioskReader {
    const card = this.#card
    const { name } = this
    if (card === undefined) return { name, card: undefined, trouble: undefined }
    return { name, card: { number: card.number, survey: card.survey }, trouble: this.#trouble }
  }

  /** With `survey: false`: the card responds. */
  get isReady(): boolean {
    return this.#card?.isReady === true
  }

  inserted({ mute }: ReaderState): void {
    const before = this.#card
    // A card that was mute and responds now is reported as inserted a second time.
    if (before?.mute && !mute) {
      before.mute = false
      this.#identify(before)
      return
    }
    this.removed()
    const number = this.#host.nextCard()
    const card: Insertion = { number, gone: new AbortController(), mute, survey: undefined, isReady: false }
    this.#card = card
    this.#host.emit({ type: 'card-inserted', reader: this.name, card: card.number })
    if (!mute) this.#identify(card)
    else
      this.#inTrouble(
        card,
        new TransportError('ERR_CARD_MUTE', `${this.name}: the card does not respond`, { reader: this.name }),
      )
  }

  removed(): void {
    const card = this.#card
    if (card === undefined) return
    this.#card = undefined
    card.gone.abort()
    this.#host.emit({ type: 'card-removed', reader: this.name, card: card.number })
    this.#recovered(card)
  }

  /** The service is available again and has not reported the card as inserted again. */
  again(): void {
    const card = this.#card
    if (this.#host.surveys && card !== undefined && !card.mute && card.survey === undefined) this.#identify(card)
  }

  /** Resolves when no card is connected. */
  settled(): Promise<void> {
    return this.#work
  }

  #identify(card: Insertion): void {
    if (!this.#host.surveys) {
      card.isReady = true
      this.#recovered(card)
      this.#host.emit({ type: 'card-ready', reader: this.name, card: card.number })
      return
    }
    this.#work = this.#work.then(() => this.#attempts(card))
  }

  async #attempts(card: Insertion): Promise<void> {
    const { signal } = card.gone
    for (let attempt = 1; !signal.aborted && card.survey === undefined; attempt++) {
      const outcome = await this.#attempt(signal)
      if (signal.aborted) return
      if ('survey' in outcome) {
        this.#identified(card, outcome)
        return
      }
      const { isTrouble, retryMs } = decideRetry(outcome.error, attempt)
      if (isTrouble) this.#inTrouble(card, outcome.error)
      if (retryMs === undefined) return
      await pause(retryMs, signal)
    }
  }

  async #attempt(signal: AbortSignal): Promise<Surveyed | { readonly error: JpkiCardError }> {
    try {
      return await surveyCard(this.#host.transport, this.name, signal)
    } catch (cause) {
      return { error: coded(cause, `${this.name}: the card could not be identified`, this.name) }
    }
  }

  #identified(card: Insertion, { survey, notCleared }: Surveyed): void {
    card.survey = survey
    const hadTrouble = this.#trouble !== undefined
    this.#trouble = undefined
    this.#host.emit({ type: 'card-identified', reader: this.name, card: card.number, survey })
    if (hadTrouble) this.#host.emit({ type: 'recovered', reader: this.name, card: card.number })
    if (notCleared !== undefined) this.#inTrouble(card, notCleared)
  }

  #inTrouble(card: Insertion, error: JpkiCardError): void {
    if (this.#trouble?.code === error.code) return
    this.#trouble = error
    this.#host.emit({ type: 'trouble', reader: this.name, card: card.number, error })
  }

  #recovered(card: Insertion): void {
    if (this.#trouble === undefined) return
    this.#trouble = undefined
    this.#host.emit({ type: 'recovered', reader: this.name, card: card.number })
  }
}
