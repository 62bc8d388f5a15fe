import type { CardSession, Pin, VerifyPinOptions } from '../../card/index.ts'
import { type TextPin, textPins, type Unlock, type VisualPin, visualPins } from '../../card-face/index.ts'
import { usageError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { codeB, printedCode } from '../options.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions } from '../session.ts'
import { askPrintedCode } from './printed-codes.ts'

/** Asks for the PIN of the text application, or for 照合番号B with `--code-b`. */
export async function unlockText(context: Context, session: CardSession): Promise<Unlock<TextPin>> {
  const guard = verifyOptions(context)
  if (!context.options.has(codeB)) return { pin: 'pin', value: await askPin(context, session, textPins.pin), ...guard }
  return { pin: 'code-b', value: await askPrintedCode(context, session, 'code-b', textPins['code-b']), ...guard }
}

/** The code selected by `--with` for the visual application; default 照合番号B. */
export function visualPinOf({ options }: Context, allowed: readonly VisualPin[]): VisualPin {
  const pin = options.get(printedCode) ?? 'code-b'
  if (!allowed.includes(pin)) throw usageError('bad-value', `--with ${allowed.join('|')}`)
  return pin
}

/** Asks for the code. */
export async function unlockVisual(context: Context, session: CardSession, pin: VisualPin): Promise<Unlock<VisualPin>> {
  return { pin, value: await askPrintedCode(context, session, pin, visualPins[pin]), ...verifyOptions(context) }
}

/** Verifies it in the application. */
export function verifyUnlock<Name>(
  app: { verifyPin(pin: Name, value: Pin, options: VerifyPinOptions): Promise<void> },
  { pin, value, ...guard }: Unlock<Name>,
): Promise<void> {
  return app.verifyPin(pin, value, guard)
}
