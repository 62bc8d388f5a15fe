import { fromHex } from '../../bytes.ts'
import { StatusWordError } from '../../errors.ts'
import { JpkiApplication, jpkiPins, tokenSigner } from '../../jpki/index.ts'
import { answerChallenge } from '../../token/index.ts'
import { usageError } from '../cli-error.ts'
import type { Command, Context, Result } from '../context.ts'
import { serverOf } from '../kiosk/server.ts'
import { optionForm, serverOptions } from '../options.ts'
import { endMoment, table } from '../output.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'
import { signatureResult } from '../signature-result.ts'
import { certificateFacts } from '../trust/certificate-facts.ts'
import { chainPart, chainTrust, checkChain } from '../trust/chain.ts'
import { givenDay, readTrustFiles } from '../trust/options.ts'

/** `auth`: user authentication, with a challenge of the caller or of an issuance server. */
export const authCommand: Command = async (context) => {
  const { options } = context
  if (options.has('challenge') === options.has('server')) throw usageError('one-of', oneOf)
  return options.has('server') ? authenticateAtServer(context) : authenticateHere(context)
}

const oneOf = `${optionForm('challenge')}, ${optionForm('server')}`

/** `--challenge HEX`: whether the chain of the certificate is to be believed is found out here. */
async function authenticateHere(context: Context): Promise<Result> {
  const { options, messages, pins } = context
  const stranger = serverOptions.find((name) => options.has(name))
  if (stranger !== undefined) throw usageError('wrong-option', `--${stranger}`)
  pins.requireSource()
  const challenge = fromHex(options.get('challenge') ?? '')
  const birthDate = givenDay(options, 'birth-date')
  const files = await readTrustFiles(options)
  const outcome = await withSession(context, async (session) => {
    const app = await JpkiApplication.open(session)
    if (pins.interactive) await requireCertificate(app)
    const pin = await askPin(context, session, jpkiPins.auth)
    const signed = await app.authenticate(challenge, pin, verifyOptions(context))
    return { ...signed, trust: await chainTrust(context, files, app, signed.certificate) }
  })
  const { certificate, trust } = outcome.value
  const at = new Date()
  const chain = await checkChain(certificate, trust, files, at)
  const facts = certificateFacts(certificate, at, birthDate === undefined ? {} : { birthDate })
  return signatureResult(messages, outcome, { chain: chainPart(chain, facts, messages) })
}

/** `--server URL`: the whole side of a terminal. The server judges; what it says is told. */
async function authenticateAtServer(context: Context): Promise<Result> {
  const { options, messages, pins } = context
  const stranger = hereOnly.find((name) => options.has(name))
  if (stranger !== undefined) throw usageError('wrong-option', `--${stranger}`)
  for (const name of ['terminal', 'purpose'] as const) {
    if (!options.has(name)) throw usageError('missing-option', optionForm(name))
  }
  pins.requireSource()
  const server = await serverOf(context)
  const request = { terminal: options.get('terminal')!, purpose: options.get('purpose')! }
  const outcome = await withSession(context, async (session) => {
    const app = await JpkiApplication.open(session)
    if (pins.interactive) await requireCertificate(app)
    const signer = tokenSigner(app, () => askPin(context, session, jpkiPins.auth), verifyOptions(context))
    const challenge = await server.challenge(request)
    return answerChallenge(challenge, { origin: server.origin, ...request }, signer)
  })
  const { exchanges, clearedBy, value: token } = outcome
  const { holder, purpose, terminal, at, validUntil } = await server.verify(token)
  const { auth, headings } = messages
  return {
    json: { server: server.origin, holder, purpose, terminal, at, validUntil, exchanges, clearedBy },
    text: table(
      [
        [auth.server, server.origin],
        [auth.accepted, auth.acceptedFor(purpose, terminal)],
        [auth.holder, holder],
        [auth.validUntil, endMoment(new Date(validUntil), messages)],
        [headings.exchanges, String(exchanges)],
        [headings.cleared, messages.cleared[clearedBy]],
      ],
      '',
    ),
  }
}

const hereOnly = ['anchors', 'crl', 'ocsp', 'birth-date'] as const

/** Spares a person the question on a card without the certificate; costs nothing, as the application remembers it. */
async function requireCertificate(app: JpkiApplication): Promise<void> {
  try {
    await app.readCertificate('auth')
  } catch (error) {
    // Phones want the PIN first.
    if (!(error instanceof StatusWordError) || error.code !== 'ERR_SECURITY_STATUS') throw error
  }
}
