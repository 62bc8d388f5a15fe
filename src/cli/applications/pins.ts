import { equalBytes } from '../../bytes.ts'
import {
  type CardSession,
  type Pin,
  type PinReference,
  requirePinFormat,
  type VerifyPinOptions,
} from '../../card/index.ts'
import { TextApplication, textPins } from '../../card-face/index.ts'
import { CommonApplication, commonPin } from '../../identify/index.ts'
import { JpkiApplication, type JpkiKey, jpkiPins } from '../../jpki/index.ts'
import { JukiApplication, jukiPin } from '../../juki/index.ts'
import { CliError } from '../cli-error.ts'
import type { Command, Context } from '../context.ts'
import { askPin, pinForm, pinName } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'

/** An application with a PIN that can be changed. */
interface Changeable {
  readonly pin: PinReference
  open(session: CardSession): Promise<{
    changePin(value: { current: Pin; next: Pin }, options: VerifyPinOptions): Promise<void>
  }>
}

const jpki = (key: JpkiKey): Changeable => ({
  pin: jpkiPins[key],
  async open(session) {
    const app = await JpkiApplication.open(session)
    return { changePin: (value, options) => app.changePin(key, value, options) }
  },
})

/** By the values of `--pin`. */
const changeable: Readonly<Record<'auth' | 'sign' | 'text' | 'juki' | 'common', Changeable>> = {
  auth: jpki('auth'),
  sign: jpki('sign'),
  text: { pin: textPins.pin, open: (session) => TextApplication.open(session) },
  juki: { pin: jukiPin, open: (session) => JukiApplication.open(session) },
  common: { pin: commonPin, open: (session) => CommonApplication.open(session) },
}

/** `pin change --pin NAME`: a person types the new PIN twice; standard input has current, then new. */
export const pinChangeCommand: Command = async (context) => {
  const { options, messages, pins } = context
  const name = options.get('pin') as keyof typeof changeable
  const { pin, open } = changeable[name]
  pins.requireSource()
  const { exchanges, clearedBy } = await withSession(context, async (session) => {
    const app = await open(session)
    using current = await askPin(context, session, pin, { more: true })
    requirePinFormat(pin, current)
    using next = await askNewPin(context, pin)
    await app.changePin({ current, next }, verifyOptions(context))
  })
  const text = `${messages.pinChanged(pinName(messages, pin.id))}\n`
  return { json: { pin: name, changed: true, exchanges, clearedBy }, text }
}

async function askNewPin({ messages, pins }: Context, pin: PinReference): Promise<Pin> {
  const label = pinName(messages, pin.id)
  const next = await pins.ask(`${messages.enterNewPin(label)}: `, { ...pinForm(pin), more: pins.interactive })
  try {
    requirePinFormat(pin, next, 'new')
    if (!pins.interactive) return next
    using again = await pins.ask(`${messages.enterAgain(label)}: `, pinForm(pin))
    if (next.lend((a) => again.lend((b) => equalBytes(a, b)))) return next
    throw new CliError('ERR_PIN_MISMATCH', 'pins-differ')
  } catch (error) {
    next.wipe()
    throw error
  }
}
