import { createVerify, X509Certificate } from 'node:crypto'
import { toHex } from '../../bytes.ts'
import { type CardSession, Pin } from '../../card/index.ts'
import { PinError, SignatureError } from '../../errors.ts'
import { type Identification, identifyCard } from '../../identify/index.ts'
import { JpkiApplication } from '../../jpki/index.ts'
import { messageFor } from '../../messages/index.ts'
import { Certificate, RevocationList } from '../../pki/index.ts'
import type { CalendarDay } from '../../validity/index.ts'
import { endMoment } from '../certificate-reading.ts'
import type { Context, Result } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import { table } from '../output.ts'
import { pinName } from '../pin-question.ts'
import { type PinReport, readPins } from '../pin-report.ts'
import { type SessionOutcome, withConnection } from '../session.ts'
import { makeVirtualCard, virtualTransport } from '../transport.ts'
import { readExpiry } from '../trust/card-survey.ts'
import { certificateFacts } from '../trust/certificate-facts.ts'
import { type Chain, type ChainPart, chainPart, checkChain } from '../trust/chain.ts'
import { demoRequest, type IssuanceFindings, listsBeforeAndAfter, playIssuance } from './issuance.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'

/** Verifies the chain of a virtual card's certificate with its CA and revocation list. */
export function chainOnList(certificate: Certificate, ca: Uint8Array, list: Uint8Array, at: Date): Promise<Chain> {
  const trust = { anchors: [Certificate.fromDer(ca)], hierarchies: ['virtual'] } as const
  return checkChain(certificate, trust, { lists: [RevocationList.fromDer(list)], responses: [] }, at)
}

interface Findings {
  readonly identification: Identification
  readonly pins: readonly PinReport[]
  readonly triesBefore: number
  readonly triesLeft: number
  readonly issuance: IssuanceFindings
  /** Last day of the card, in Japan, as read from the card. */
  readonly cardExpiry: CalendarDay | undefined
}

/** `demo`: a terminal with a virtual card in this process, an issuance server in another. */
export async function demo(context: Context): Promise<Result> {
  const { io, messages } = context
  io.stderr.write(`${messages.demo.making}\n`)
  const card = await makeVirtualCard(io, {})
  const { authCa, auth, holder } = card.identity
  const at = new Date()
  const certificate = Certificate.fromDer(auth.certificate)
  const lists = await listsBeforeAndAfter(authCa, certificate.serialNumber, at)
  const { serverProgram } = io.dependencies ?? {}
  const { purpose } = demoRequest
  await using server = await startServerProcess(authCa.certificate, lists.before, purpose, serverProgram)
  await using transport = await virtualTransport(card)
  const [reader] = await transport.readers()
  const connection = await transport.connect(reader!.name, { signal: io.signal })
  const outcome = await withConnection(context, connection, (session) => play(session, server, lists.after))
  const { identification, pins, triesBefore, triesLeft, issuance, cardExpiry } = outcome.value
  const { token, message, acceptance, again, afterRevocation } = issuance
  if (!isGenuine(issuance)) throw new SignatureError('node:crypto does not confirm the signature')
  const chain = await chainOnList(certificate, authCa.certificate, lists.before, at)
  const known = { birthDate: holder.birthDate, ...(cardExpiry !== undefined && { cardExpiry }) }
  const part = chainPart(chain, certificateFacts(certificate, at, known), messages)
  return {
    json: {
      card: { kind: identification.kind, token: identification.token },
      pins,
      wrongPin: { code: 'ERR_PIN_REJECTED', triesBefore, triesLeft },
      server: { origin: token.origin, pid: server.pid, acceptance, again, afterRevocation },
      nonce: token.nonce,
      message: toHex(message),
      algorithm: token.algorithm,
      signature: token.signature,
      certificate: token.certificate,
      subject: certificate.subject,
      notAfter: certificate.notAfter.toISOString(),
      verified: true,
      ...part.json,
      exchanges: outcome.exchanges,
      cleared: true,
      clearedBy: outcome.clearedBy,
    },
    text: report(messages, outcome, certificate, server, part),
    refused: part.refused,
  }
}

async function play(session: CardSession, server: ServerProcess, newerList: Uint8Array): Promise<Findings> {
  const identification = await identifyCard(session)
  const app = await JpkiApplication.open(session)
  const pins = await readPins(app)
  const triesBefore = pins.find(({ id }) => id === 'auth')?.triesLeft ?? 0
  const triesLeft = await tryWrongPin(app)
  const issuance = await playIssuance(server, app, '1234', newerList)
  const expiry = await readExpiry(session)
  const cardExpiry = expiry.readable ? expiry.end.expiry : undefined
  return { identification, pins, triesBefore, triesLeft, issuance, cardExpiry }
}

async function tryWrongPin(app: JpkiApplication): Promise<number> {
  try {
    await app.verifyPin('auth', Pin.fromText('0000'))
  } catch (error) {
    if (error instanceof PinError && error.code === 'ERR_PIN_REJECTED') return error.triesLeft ?? 0
    throw error
  }
  throw new Error('the virtual card accepted a wrong PIN')
}

/** Verifies the signature with node:crypto only. */
function isGenuine({ token, message }: IssuanceFindings): boolean {
  const { publicKey } = new X509Certificate(Buffer.from(token.certificate, 'base64'))
  return createVerify('RSA-SHA256').update(message).verify(publicKey, token.signature, 'base64')
}

function report(
  messages: Messages,
  outcome: SessionOutcome<Findings>,
  { subject }: Certificate,
  server: ServerProcess,
  chain: ChainPart,
): string {
  const { demo, headings, auth, language } = messages
  const { identification, pins, triesBefore, triesLeft, issuance } = outcome.value
  const { token, acceptance, again, afterRevocation } = issuance
  const refused = (code: string): string =>
    demo.refused(code, messageFor(code, { audience: 'operator', language }).title)
  const rows = [
    [headings.card, `${messages.kinds[identification.kind]} (${identification.token ?? '-'})`],
    ...pins.map((pin, i) => [
      i === 0 ? demo.counters : '',
      demo.counter(pinName(messages, pin.id), pin.triesLeft ?? 0, pin.triesMax),
    ]),
    [demo.wrongPin, demo.wrongPinResult(triesBefore, triesLeft)],
    [auth.server, demo.serverResult(server.url, server.pid)],
    [demo.challenge, `${token.nonce.slice(0, 32)}…`],
    [demo.rightPin, demo.rightPinResult],
    [messages.certificates.auth, subject],
    [headings.signature, `${token.algorithm}  ${token.signature.slice(0, 32)}…`],
    [demo.checked, demo.checkedResult],
    [auth.accepted, auth.acceptedFor(acceptance.purpose, acceptance.terminal)],
    [auth.holder, acceptance.holder],
    [auth.validUntil, endMoment(new Date(acceptance.validUntil), messages)],
    [demo.again, refused(again)],
    [demo.revoked, refused(afterRevocation)],
    [demo.list, demo.listResult],
    ...chain.rows,
    [headings.exchanges, demo.exchangesResult(outcome.exchanges)],
    [headings.cleared, messages.cleared[outcome.clearedBy]],
  ]
  return `${demo.title}\n\n${table(rows)}\n${demo.end}\n`
}
