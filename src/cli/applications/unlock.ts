import { asciiText } from '../../bytes.ts'
import { type CardSession, Pin, type PinReference, type VerifyPinOptions } from '../../card/index.ts'
import { birthDatePin, type TextPin, textPins, type Unlock, type VisualPin, visualPins } from '../../card-face/index.ts'
import { PinError } from '../../errors.ts'
import { usageError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { codeB, printedCode } from '../options.ts'
import { askPin, pinName, remainingTries } from '../pin-question.ts'
import { verifyOptions } from '../session.ts'

/** Printed data that serves as a PIN (照合番号), by its option value. */
type PrintedCode = 'birth-date' | 'code-a' | 'code-b'

/**
 * Asks for a code printed on the card, part by part: it is a PIN, so it is entered like one. 照合番号B takes three lines:
 * birth date, year of the card's expiry, security code.
 *
 * @throws PinError `ERR_PIN_FORMAT` for an invalid part, `ERR_PIN_BLOCKED`, `ERR_PIN_GUARDED` before a person is
 *   prompted.
 */
async function askPrintedCode(
  context: Context,
  session: CardSession,
  code: PrintedCode,
  pin: PinReference,
): Promise<Pin> {
  showVirtualCodes(context)
  const { messages, pins } = context
  const { printed } = messages
  const tries = await remainingTries(context, session, pin)
  if (code === 'code-a') return pins.ask(`${messages.enterPin(pinName(messages, pin.id))}${tries}: `, asPrinted)
  const ask = (question: string, more: boolean): Promise<string> => askPart(context, `${question}${tries}: `, more)
  const birthDate = birthDigits(await ask(printed.birthDate(pinName(messages, pin.id)), code === 'code-b'), pin)
  if (code === 'birth-date') return Pin.fromText(birthDate)
  const year = requireDigits(await ask(printed.expiryYear, true), 'the year of expiry', pin)
  const securityCode = requireDigits(await ask(printed.securityCode, false), 'the security code', pin)
  return Pin.fromText(birthDate + year + securityCode)
}

/** Digits as printed, possibly in groups. */
const asPrinted = { upperCase: false, grouped: true } as const

/** A part of a code as text: not secret, as it is printed on the card. */
async function askPart({ pins }: Context, question: string, more: boolean): Promise<string> {
  using part = await pins.ask(question, { ...asPrinted, more })
  return part.lend((bytes) => asciiText(bytes))
}

/** `YYMMDD` as printed, or derived from `YYYY-MM-DD` (hyphens already removed) by the Japanese era. */
function birthDigits(text: string, pin: PinReference): string {
  if (/^[0-9]{6}$/.test(text)) return text
  try {
    using made = birthDatePin(text.replace(/^([0-9]{4})([0-9]{2})([0-9]{2})$/, '$1-$2-$3'))
    return made.lend((bytes) => asciiText(bytes))
  } catch (error) {
    if (!(error instanceof PinError)) throw error
    throw badPart('the birth date must be YYYY-MM-DD, or the six digits YYMMDD as printed', pin)
  }
}

function requireDigits(text: string, what: string, pin: PinReference): string {
  if (/^[0-9]{4}$/.test(text)) return text
  throw badPart(`${what} must have four digits`, pin)
}

function badPart(reason: string, { id }: PinReference): PinError {
  return new PinError('ERR_PIN_FORMAT', `this cannot be the ${id} PIN: ${reason}; no try was spent`, { pin: id })
}

/** A virtual card has no printed face, so its printed data is shown instead. */
function showVirtualCodes({ io, messages, pins, virtualCard }: Context): void {
  if (virtualCard === undefined || !pins.interactive) return
  const { holder, cardExpiry, securityCode, individualNumber } = virtualCard.identity
  const year = cardExpiry.slice(0, 4)
  io.stderr.write(`${messages.printed.onVirtualCard(holder.birthDate, year, securityCode, individualNumber)}\n`)
}

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
