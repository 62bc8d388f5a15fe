import type { CardSession } from '../card/index.ts'
import { type CardFace, VisualApplication } from '../card-face/index.ts'
import { JpkiCardError, type PinError } from '../errors.ts'
import { situationOf } from '../messages/index.ts'
import type { Situation } from '../outcomes.ts'
import { closeCleared, withPin } from './pin-entry.ts'
import { Ended } from './question.ts'
import { isRemoval, type KioskScreens, requireIdle, type ServeVisitOptions } from './serve-visit.ts'
import type { Visit } from './visit.ts'

/** Options of {@link serveCardFace}. */
export interface ServeCardFaceOptions extends Pick<ServeVisitOptions, 'idleMs' | 'keypad' | 'keepTries'> {
  readonly screens: Pick<KioskScreens, 'enterPin' | 'show'>
}

/** How reading the card face ended. */
export type CardFaceEnd =
  | { readonly kind: 'card-face'; readonly cardFace: CardFace }
  | { readonly kind: 'refused'; readonly situation: Situation; readonly error: JpkiCardError | undefined }
  | { readonly kind: 'cancelled' | 'inactive' | 'removed' }

/** How it ended, and the last error of the PIN. */
export type CardFaceOutcome = CardFaceEnd & { readonly pinError: PinError | undefined }

/**
 * Reads the card face of a customer who agrees to it: asks for 照合番号B (birth date, year of the card's last day, security code, as
 * printed on the card), reads, clears and closes. What is read is personal data, and not proved: `verifyAuthenticity` of
 * `jpki-card/card-face` does that.
 *
 * Never rejects for what a card, reader or customer does.
 *
 * @throws RangeError for a wrong option. Rethrows what a screen throws, after clearing.
 */
export async function serveCardFace(visit: Visit, options: ServeCardFaceOptions): Promise<CardFaceOutcome> {
  const { screens, keypad, keepTries } = options
  const idleMs = requireIdle(options.idleMs)
  let pinError: PinError | undefined
  const note = (error: PinError): void => {
    pinError = error
  }
  let session: CardSession | undefined
  try {
    screens.show({ step: 'checking' })
    session = await visit.connect()
    const app = await VisualApplication.open(session)
    const entry = { visit, session, screens, idleMs, keypad, note, plan: undefined, entriesLeft: undefined } as const
    await withPin({ ...entry, pin: 'visual-code-b' }, (pin) => app.verifyPin('code-b', pin, { keepTries }))
    const cardFace = await app.readCardFace()
    await closeCleared(session)
    return { kind: 'card-face', cardFace, pinError }
  } catch (error) {
    if (error instanceof Ended) return { kind: error.kind, pinError }
    if (!(error instanceof JpkiCardError)) throw error
    if (isRemoval(error, visit)) return { kind: 'removed', pinError }
    const situation = situationOf(error)
    screens.show({ step: 'refused', situation, error })
    return { kind: 'refused', situation, error, pinError }
  } finally {
    await session?.close()
  }
}
