import { type CardSession, Keypad, type KeypadOptions, type Pin } from '../card/index.ts'
import type { ServicePlan } from '../credentials/index.ts'
import { PinError, StateNotClearedError, StatusWordError, TransportError } from '../errors.ts'
import type { PinId } from '../pins.ts'
import { ask, Ended, type ScreenControl } from './question.ts'
import type { VisitScreen } from './screen.ts'
import type { Visit } from './visit.ts'

/** The PIN that is asked for. */
export interface PinRequest {
  readonly pin: PinId
  /** What it is for; `undefined` for the card face. */
  readonly plan: ServicePlan | undefined
  /** How many entries this machine allows, this one included; `undefined` when the card has no counter, or it was not read. */
  readonly entriesLeft: number | undefined
  /** The error of the entry before: `ERR_PIN_REJECTED`, `ERR_PIN_FORMAT`. */
  readonly wrong: PinError | undefined
}

/** What {@link withPin} needs. */
interface PinEntry extends Omit<PinRequest, 'wrong'> {
  readonly visit: Visit
  readonly session: CardSession
  readonly screens: {
    enterPin(request: PinRequest, control: ScreenControl): Promise<Pin | undefined>
    show(screen: VisitScreen): void
  }
  readonly idleMs: number
  readonly keypad: Omit<KeypadOptions, 'onPrompt'> | undefined
  /** Called with each error of a PIN. */
  note(error: PinError): void
}

/**
 * Has the PIN entered, on the screen or at the keypad of the reader, as often as the guard allows.
 *
 * @param use - one VERIFY, and what follows it.
 * @throws Ended when the customer cancels, leaves, or takes the card. @throws the last error of `use`.
 */
export async function withPin<T>(entry: PinEntry, use: (pin: Pin | Keypad) => Promise<T>): Promise<T> {
  const { visit, note } = entry
  let { entriesLeft } = entry
  let wrong: PinError | undefined
  for (;;) {
    const pin = await enter(entry, entriesLeft, wrong)
    try {
      return await use(pin)
    } catch (error) {
      if (pin instanceof Keypad) throwIfLeft(error, visit.signal)
      if (!(error instanceof PinError)) throw error
      note(error)
      wrong = error
      if (error.code === 'ERR_PIN_REJECTED') entriesLeft = error.entriesLeft
      const mayAskAgain = error.code === 'ERR_PIN_FORMAT' || (error.code === 'ERR_PIN_REJECTED' && entriesLeft !== 0)
      if (!mayAskAgain) throw error
    } finally {
      pin.wipe()
    }
  }
}

async function enter(
  { visit, session, screens, idleMs, keypad, pin, plan }: PinEntry,
  entriesLeft: number | undefined,
  wrong: PinError | undefined,
): Promise<Pin | Keypad> {
  const details = { pin, entriesLeft }
  if (keypad !== undefined) {
    const onPrompt = (): void => screens.show({ step: 'enter-pin-on-reader', details, wrong })
    return Keypad.of(session, { ...keypad, onPrompt })
  }
  return ask<Pin>(visit, {
    screen: { step: 'enter-pin', details, wrong },
    idleMs,
    question: (control) => screens.enterPin({ pin, plan, entriesLeft, wrong }, control),
    discard: (late) => late.wipe(),
  })
}

/** At the keypad, a customer who cancels or does nothing is reported by the reader. No try was spent. */
function throwIfLeft(error: unknown, signal: AbortSignal): void {
  if (!(error instanceof TransportError && error.cause instanceof StatusWordError) || signal.aborted) return
  if (error.code === 'ERR_ABORTED') throw new Ended('cancelled')
  if (error.code === 'ERR_TIMEOUT') throw new Ended('inactive')
}

/**
 * Closes a session. Nothing is given to a customer while the card may be used by the next one.
 *
 * @throws StateNotClearedError when a PIN may still be verified.
 */
export async function closeCleared(session: CardSession): Promise<void> {
  const report = await session.close()
  if (report.cleared) return
  const message = 'a PIN may still be verified on the card: remove the card from the reader'
  throw new StateNotClearedError(message, { cause: report.cause })
}
