import type { Pin, PinStatus } from '../card/index.ts'
import { PinError } from '../errors.ts'
import { type JpkiApplication, type JpkiKey, jpkiPins } from '../jpki/index.ts'
import type { Context } from './context.ts'

/**
 * The PIN for one operation. A person is told how many tries are left, and is not asked at all when the PIN could not be
 * used anyway; lines of standard input are simply taken, at no exchange with the card.
 *
 * @throws PinError `ERR_PIN_BLOCKED`, `ERR_PIN_GUARDED` before a person is asked.
 */
export async function askPin(context: Context, app: JpkiApplication, pin: JpkiKey): Promise<Pin> {
  const { messages, pins } = context
  if (!pins.interactive) return pins.ask(pin, '')
  const status = await app.pinStatus(pin)
  requireUsable(context, pin, status)
  const tries = status.state === 'usable' ? messages.triesLeft(status.triesLeft) : ''
  return pins.ask(pin, `${messages.enterPin(messages.pins[pin])}${tries}: `)
}

function requireUsable(context: Context, pin: JpkiKey, status: PinStatus): void {
  if (status.state === 'blocked') {
    throw new PinError('ERR_PIN_BLOCKED', `the ${pin} PIN is blocked`, { pin, triesLeft: 0 })
  }
  const accepted = context.options.has('accept-that-a-wrong-pin-blocks-the-card')
  if (status.state !== 'usable' || status.triesLeft > 1 || accepted) return
  const message = `the ${pin} PIN has 1 of ${jpkiPins[pin].triesMax} tries left; refused so that the card is not blocked`
  throw new PinError('ERR_PIN_GUARDED', message, { pin, triesLeft: 1 })
}
