import { CardSession, type CardSessionOptions } from '../card/index.ts'
import { TransportError } from '../errors.ts'
import type { CardTransport } from '../transport/index.ts'
import { coded, decideRetry, pause } from './retry.ts'
import type { CardSurvey } from './survey.ts'

/**
 * One customer: from the card in the reader to the card out of it. What a session of the visit has found out, above all whether a try of
 * a PIN was spent, is reported by its calls before {@link removed} resolves; so wait for those calls, and do not race them against
 * {@link signal}.
 */
export class Visit {
  /** Name of the reader. */
  readonly reader: string
  /** Number of the insertion, as in the events. */
  readonly card: number
  /** What the card is; `undefined` with `survey: false`. */
  readonly survey: CardSurvey | undefined
  /** Resolves when the card is out (or the reader, the service or the monitor has gone) and every session of the visit is closed. */
  readonly removed: Promise<void>
  readonly #transport: CardTransport
  readonly #gone = new AbortController()
  readonly #sessions = new Set<CardSession>()
  /** Connections being made. */
  readonly #opening = new Set<Promise<unknown>>()
  #resolve: () => void = () => {}

  /** @internal */
  constructor(transport: CardTransport, reader: string, card: number, survey: CardSurvey | undefined) {
    this.#transport = transport
    this.reader = reader
    this.card = card
    this.survey = survey
    this.removed = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Aborts when the card is out: for screens and requests. The reason is a TransportError `ERR_CARD_REMOVED`. */
  get signal(): AbortSignal {
    return this.#gone.signal
  }

  /**
   * Opens a session with the card, which the caller closes; the visit closes it when the card is out. A reader that is busy for a
   * moment is tried again.
   *
   * @throws TransportError `ERR_CARD_REMOVED` when the visit has ended; otherwise as `connect` of the transport.
   */
  connect(options?: CardSessionOptions): Promise<CardSession> {
    const opening = this.#connect(options)
    this.#opening.add(opening)
    const done = (): void => void this.#opening.delete(opening)
    opening.then(done, done)
    return opening
  }

  async #connect(options: CardSessionOptions | undefined): Promise<CardSession> {
    const { signal } = this
    for (let attempt = 1; ; attempt++) {
      if (signal.aborted) throw signal.reason
      try {
        const session = new CardSession(await this.#transport.connect(this.reader, { signal }), options)
        // The card may have been changed in the meantime: this is not its visit any more.
        if (!signal.aborted) {
          this.#sessions.add(session)
          return session
        }
        await session.leave()
      } catch (cause) {
        if (signal.aborted) continue
        const { retryMs } = decideRetry(coded(cause, `${this.reader}: cannot be connected to`, this.reader), attempt)
        if (retryMs === undefined || attempt >= mostAttempts) throw cause
        await pause(retryMs, signal)
      }
    }
  }

  /** The card is out. Idempotent. @internal */
  end(): void {
    if (this.signal.aborted) return
    const { reader } = this
    this.#gone.abort(new TransportError('ERR_CARD_REMOVED', `${reader}: the card was removed`, { reader }))
    void this.#settle()
  }

  async #settle(): Promise<void> {
    await Promise.allSettled(this.#opening)
    // A session waits for its running operation first.
    await Promise.all([...this.#sessions].map((session) => session.close()))
    this.#resolve()
  }
}

/** Attempts to connect to a reader that is busy: about ten seconds. */
const mostAttempts = 8
