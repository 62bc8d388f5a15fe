import { fromHex } from '../../bytes.ts'
import { StatusWordError } from '../../errors.ts'
import { JpkiApplication } from '../../jpki/index.ts'
import type { Command } from '../context.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'
import { signatureResult } from '../signature-result.ts'

/** `auth --challenge HEX`: user authentication. */
export const authCommand: Command = async (context) => {
  context.pins.requireSource()
  const challenge = fromHex(context.options.get('challenge') ?? '')
  const outcome = await withSession(context, async (session) => {
    const app = await JpkiApplication.open(session)
    if (context.pins.interactive) await requireCertificate(app)
    return app.authenticate(challenge, await askPin(context, app, 'auth'), verifyOptions(context))
  })
  return signatureResult(context.messages, outcome)
}

/** Spares a person the question on a card without the certificate; costs nothing, as the application remembers it. */
async function requireCertificate(app: JpkiApplication): Promise<void> {
  try {
    await app.readCertificate('auth')
  } catch (error) {
    // Phones want the PIN first.
    if (!(error instanceof StatusWordError) || error.code !== 'ERR_SECURITY_STATUS') throw error
  }
}
