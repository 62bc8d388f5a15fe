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
import type { Context, Result } from '../context.ts'
import { table } from '../output.ts'
import { askPin, pinForm, pinName } from '../pin-question.ts'
import {
  completeCounters,
  openJpkiIfPresent,
  type PinReport,
  pinRow,
  readPinReport,
  readPins,
  readRegistryPins,
} from '../pin-report.ts'
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

/** Values of `--pin`. */
export type ChangeablePin = 'auth' | 'sign' | 'text' | 'juki' | 'common'

const changeable: Readonly<Record<ChangeablePin, Changeable>> = {
  auth: jpki('auth'),
  sign: jpki('sign'),
  text: { pin: textPins.pin, open: (session) => TextApplication.open(session) },
  juki: { pin: jukiPin, open: (session) => JukiApplication.open(session) },
  common: { pin: commonPin, open: (session) => CommonApplication.open(session) },
}

/** `pin change --pin NAME`: a person types the new PIN twice; standard input has current, then new. */
export async function changePin(context: Context, name: ChangeablePin): Promise<Result> {
  const { messages, pins } = context
  const { pin, open } = changeable[name]
  pins.requireSource()
  await withSession(context, async (session) => {
    const app = await open(session)
    using current = await askPin(context, session, pin, { more: true })
    requirePinFormat(pin, current)
    using next = await askNewPin(context, pin)
    await app.changePin({ current, next }, verifyOptions(context))
  })
  const text = `${messages.pinChanged(pinName(messages, pin.id))}\n`
  return { json: { pin: name, changed: true }, text }
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

/**
 * `pin status`: how many tries each PIN of the card has left. A PIN of JPKI found verified is reported as such, and
 * cleared.
 */
export async function pinStatus(context: Context): Promise<Result> {
  const { messages } = context
  const { value } = await withSession(context, async (session) => {
    const found = [...(await readJpkiPins(session)), ...(await readRegistryPins(session))]
    // No known application on the card: the usual error.
    if (found.length === 0) await JpkiApplication.open(session)
    return found
  })
  return {
    json: { pins: value },
    text: table(
      value.map((pin) => pinRow(pin, messages)),
      '',
    ),
  }
}

/** First, as selecting another application would clear verified PINs of this one. */
async function readJpkiPins(session: CardSession): Promise<readonly PinReport[]> {
  const app = await openJpkiIfPresent(session)
  if (app === undefined) return []
  const found = await readPins(app)
  if (found.every(({ state }) => state !== 'verified')) return found
  await session.exclusively(() => session.clear())
  return completeCounters(app, found)
}

/** `juki status`: how many tries the PIN of the Juki application has left. */
export async function jukiStatus(context: Context): Promise<Result> {
  const { value } = await withSession(context, async (session) => {
    await JukiApplication.open(session)
    return readPinReport(session, jukiPin)
  })
  return { json: { pins: [value] }, text: table([pinRow(value, context.messages)], '') }
}
