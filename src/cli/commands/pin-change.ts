import { equalBytes } from '../../bytes.ts'
import type { Pin } from '../../card/index.ts'
import { JpkiApplication, type JpkiKey } from '../../jpki/index.ts'
import { CliError } from '../cli-error.ts'
import type { Command, Context } from '../context.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'

/** `pin change --pin auth|sign`: a person types the new PIN twice; standard input has current, then new. */
export const pinChangeCommand: Command = async (context) => {
  const { options, messages, pins } = context
  const pin = options.get('pin') as JpkiKey
  pins.requireSource()
  const { exchanges, clearedBy } = await withSession(context, async (session) => {
    const app = await JpkiApplication.open(session)
    using current = await askPin(context, app, pin)
    using next = await askNewPin(context, pin)
    await app.changePin(pin, { current, next }, verifyOptions(context))
  })
  return { json: { pin, changed: true, exchanges, clearedBy }, text: `${messages.pinChanged(messages.pins[pin])}\n` }
}

async function askNewPin({ messages, pins }: Context, pin: JpkiKey): Promise<Pin> {
  const name = messages.pins[pin]
  const next = await pins.ask(pin, `${messages.enterNewPin(name)}: `)
  if (!pins.interactive) return next
  try {
    using again = await pins.ask(pin, `${messages.enterAgain(name)}: `)
    if (next.lend((a) => again.lend((b) => equalBytes(a, b)))) return next
    throw new CliError('ERR_PIN_MISMATCH', 'pins-differ')
  } catch (error) {
    next.wipe()
    throw error
  }
}
