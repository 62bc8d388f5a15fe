import { fromHex } from '../../bytes.ts'
import { StatusWordError } from '../../errors.ts'
import { JpkiApplication } from '../../jpki/index.ts'
import type { Command } from '../context.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'
import { signatureResult } from '../signature-result.ts'
import { certificateFacts } from '../trust/certificate-facts.ts'
import { chainPart, chainTrust, checkChain } from '../trust/chain.ts'
import { givenDay, readTrustFiles } from '../trust/options.ts'

/** `auth --challenge HEX`: user authentication, and whether the chain of the certificate is to be believed. */
export const authCommand: Command = async (context) => {
  const { options, messages, pins } = context
  pins.requireSource()
  const challenge = fromHex(options.get('challenge') ?? '')
  const birthDate = givenDay(options, 'birth-date')
  const files = await readTrustFiles(options)
  const outcome = await withSession(context, async (session) => {
    const app = await JpkiApplication.open(session)
    if (pins.interactive) await requireCertificate(app)
    const signed = await app.authenticate(challenge, await askPin(context, app, 'auth'), verifyOptions(context))
    return { ...signed, trust: await chainTrust(context, files, app, signed.certificate) }
  })
  const { certificate, trust } = outcome.value
  const at = new Date()
  const chain = await checkChain(certificate, trust, files, at)
  const facts = certificateFacts(certificate, at, birthDate === undefined ? {} : { birthDate })
  return signatureResult(messages, outcome, { chain: chainPart(chain, facts, messages) })
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
