import { fromHex } from '../../bytes.ts'
import type { CardSession, Pin } from '../../card/index.ts'
import { JpkiApplication, jpkiPins, tokenSigner } from '../../jpki/index.ts'
import { answerChallenge, type TokenServer } from '../../token/index.ts'
import { endMoment } from '../certificate-reading.ts'
import type { Context, Result } from '../context.ts'
import { birthDate as birthDateOption } from '../options.ts'
import { table } from '../output.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'
import { signatureResult } from '../signature-result.ts'
import { certificateFacts } from '../trust/certificate-facts.ts'
import { chainPart, chainTrust, checkChain } from '../trust/chain.ts'
import { givenDay, readTrustFiles } from '../trust/options.ts'
import { type ServerAccess, serverOf } from './server.ts'

/** `auth --challenge HEX`: the chain of the certificate is verified here. @param hex - the challenge. */
export async function authenticateHere(context: Context, hex: string): Promise<Result> {
  const { options, messages } = context
  const challenge = fromHex(hex)
  const birthDate = givenDay(options, birthDateOption)
  const files = await readTrustFiles(options)
  const outcome = await withSession(context, async (session) => {
    const app = await JpkiApplication.open(session)
    const ask = await userVerificationOf(context, app)
    // The signature of a phone ends what it allowed: what is read for the chain is read before.
    const early =
      ask === 'device' ? await chainTrust(context, files, app, await app.readCertificate('auth')) : undefined
    const pin = ask === 'device' ? ask : await ask(session)
    const signed = await app.authenticate(challenge, pin, verifyOptions(context))
    return { ...signed, trust: early ?? (await chainTrust(context, files, app, signed.certificate)) }
  })
  const { certificate, trust } = outcome.value
  const at = new Date()
  const chain = await checkChain(certificate, trust, files, at)
  const facts = certificateFacts(certificate, at, birthDate === undefined ? {} : { birthDate })
  return signatureResult(messages, outcome, { chain: chainPart(chain, facts, messages) })
}

/** `auth --server URL`: the terminal's part of the protocol. The server verifies; its result is reported. */
export async function authenticateAtServer(
  context: Context,
  access: ServerAccess,
  request: { readonly terminal: string; readonly purpose: string },
): Promise<Result> {
  const { messages } = context
  const server = await serverOf(context, access)
  const outcome = await withSession(context, async (session) => {
    const app = await JpkiApplication.open(session)
    const ask = await userVerificationOf(context, app)
    await checkBeforePin(server, app, request)
    const signer = tokenSigner(app, ask === 'device' ? ask : () => ask(session), verifyOptions(context))
    const challenge = await server.challenge(request)
    return answerChallenge(challenge, { origin: server.origin, ...request }, signer)
  })
  const { exchanges, clearedBy, value: token } = outcome
  const { holder, purpose, terminal, at, validUntil, userVerification } = await server.verify(token)
  const { auth, headings } = messages
  return {
    json: { server: server.origin, holder, purpose, terminal, at, validUntil, userVerification },
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

/** No PIN is entered for a certificate that the server would refuse. */
async function checkBeforePin(
  server: TokenServer,
  app: JpkiApplication,
  request: { readonly terminal: string; readonly purpose: string },
): Promise<void> {
  const certificate = await app.readFreeCertificate()
  if (certificate === undefined) return
  const issuer = await app.readIssuer()
  await server.checkCertificate({ ...request, certificate: certificate.der, caCertificate: issuer?.der })
}

/**
 * How the holder is verified: `device`, or what asks for the PIN, whose source is then required. A person is not asked on a card
 * without the certificate.
 */
async function userVerificationOf(
  context: Context,
  app: JpkiApplication,
): Promise<'device' | ((session: CardSession) => Promise<Pin>)> {
  const { pins } = context
  if ((await app.userVerification()) === 'device') return 'device'
  pins.requireSource()
  if (pins.interactive) await app.readFreeCertificate()
  return (session) => askPin(context, session, jpkiPins.auth)
}
