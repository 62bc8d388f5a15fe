import {
  type CardSession,
  type Pin,
  type PinReference,
  pinEntries,
  readPinStatus,
  requirePinEntry,
} from '../card/index.ts'
import { isPinId, pins } from '../pins.ts'
import type { Context } from './context.ts'
import type { Messages } from './messages/catalogue.ts'
import type { PinForm } from './pin-input.ts'
import { verifyOptions } from './session.ts'

/**
 * Asks for the PIN of one operation. A person is shown the tries left, and is not prompted when the PIN could not be
 * used anyway; lines of standard input are read without any exchange with the card.
 *
 * @throws PinError `ERR_PIN_BLOCKED`, `ERR_PIN_GUARDED` before a person is prompted.
 * @throws CliError `ERR_USAGE` when standard input has more lines than this PIN, unless `more` is set.
 */
export async function askPin(
  context: Context,
  session: CardSession,
  pin: PinReference,
  { more = false }: Pick<PinForm, 'more'> = {},
): Promise<Pin> {
  const { messages } = context
  const tries = await remainingTries(context, session, pin)
  return context.pins.ask(`${messages.enterPin(pinName(messages, pin.id))}${tries}: `, { ...pinForm(pin), more })
}

/** Display name of a PIN; its identifier if it has none. */
export function pinName({ language }: Pick<Messages, 'language'>, id: string): string {
  return isPinId(id) ? pins[id].names[language] : id
}

/** Conversion of a typed PIN: letters of a password to upper case. */
export function pinForm(pin: PinReference): { readonly upperCase: boolean } {
  return { upperCase: pin.format.kind === 'alphanumeric' }
}

/** The tries left and those this call accepts, for the prompt; empty when lines are read. @throws PinError as {@link askPin}. */
export async function remainingTries(context: Context, session: CardSession, pin: PinReference): Promise<string> {
  if (!context.pins.interactive) return ''
  const status = await session.within(pin.application, () => readPinStatus(session, pin))
  const options = verifyOptions(context)
  requirePinEntry(pin, status, options)
  return status.state === 'usable' ? context.messages.triesLeft(status.triesLeft, pinEntries(status, options)!) : ''
}
