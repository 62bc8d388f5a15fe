import { type CardSession, type Pin, type PinReference, type PinStatus, readPinStatus } from '../card/index.ts'
import { PinError } from '../errors.ts'
import { isPinId, pins } from '../pins.ts'
import type { Context } from './context.ts'
import type { Messages } from './messages/catalogue.ts'
import { spendLastTry } from './options.ts'
import type { PinForm } from './pin-input.ts'

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

/** The tries left, for the prompt; empty when lines are read. @throws PinError as {@link askPin}. */
export async function remainingTries(context: Context, session: CardSession, pin: PinReference): Promise<string> {
  if (!context.pins.interactive) return ''
  const status = await session.within(pin.application, () => readPinStatus(session, pin))
  requireUsable(context, pin, status)
  return status.state === 'usable' ? context.messages.triesLeft(status.triesLeft) : ''
}

function requireUsable(context: Context, { id, triesMax }: PinReference, status: PinStatus): void {
  if (status.state === 'blocked') {
    throw new PinError('ERR_PIN_BLOCKED', `the ${id} PIN is blocked`, { pin: id, triesLeft: 0 })
  }
  const accepted = context.options.has(spendLastTry)
  if (status.state !== 'usable' || status.triesLeft > 1 || accepted) return
  const message = `the ${id} PIN has 1 of ${triesMax} tries left; refused so that the card is not blocked`
  throw new PinError('ERR_PIN_GUARDED', message, { pin: id, triesLeft: 1 })
}
