import { createVerify, randomBytes, X509Certificate } from 'node:crypto'
import { toHex } from '../../bytes.ts'
import { type CardSession, Pin } from '../../card/index.ts'
import { PinError, SignatureError } from '../../errors.ts'
import { type Identification, identifyCard } from '../../identify/index.ts'
import { JpkiApplication, type JpkiSignature } from '../../jpki/index.ts'
import type { CalendarDay } from '../../validity/index.ts'
import type { Command } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import { table } from '../output.ts'
import { type PinReport, readPins } from '../pin-report.ts'
import { type SessionOutcome, withConnection } from '../session.ts'
import { makeVirtualCard, virtualTransport } from '../transport.ts'
import { readExpiry } from '../trust/card-survey.ts'
import { certificateFacts } from '../trust/certificate-facts.ts'
import { type ChainPart, chainPart } from '../trust/chain.ts'
import { proveChains } from '../trust/demo-chains.ts'

interface Findings {
  readonly identification: Identification
  readonly pins: readonly PinReport[]
  readonly triesBefore: number
  readonly triesLeft: number
  readonly challenge: Uint8Array
  readonly signed: JpkiSignature
  /** Last day of the card, in Japan, as the card says it. */
  readonly cardExpiry: CalendarDay | undefined
}

/** `demo`: everything at once, on a virtual card in process. */
export const demoCommand: Command = async (context) => {
  const { io, messages } = context
  io.stderr.write(`${messages.demo.making}\n`)
  const card = await makeVirtualCard(io, {})
  await using transport = await virtualTransport(card)
  const [reader] = await transport.readers()
  const connection = await transport.connect(reader!.name, { signal: io.signal })
  const outcome = await withConnection(context, connection, play)
  const { identification, pins, triesBefore, triesLeft, challenge, signed } = outcome.value
  if (!isGenuine(signed, challenge)) throw new SignatureError('node:crypto does not confirm the signature')
  const { authCa, holder } = card.identity
  const at = new Date()
  const { chain, afterRevocation } = await proveChains(signed.certificate, authCa, at)
  const cardExpiry = outcome.value.cardExpiry
  const known = { birthDate: holder.birthDate, ...(cardExpiry !== undefined && { cardExpiry }) }
  const part = chainPart(chain, certificateFacts(signed.certificate, at, known), messages)
  const { kind, token } = identification
  const { subject, notAfter, der } = signed.certificate
  return {
    json: {
      card: { kind, token },
      pins,
      wrongPin: { code: 'ERR_PIN_REJECTED', triesBefore, triesLeft },
      challenge: toHex(challenge),
      algorithm: signed.algorithm,
      signature: Buffer.from(signed.signature).toString('base64'),
      certificate: Buffer.from(der).toString('base64'),
      subject,
      notAfter: notAfter.toISOString(),
      verified: true,
      ...part.json,
      afterRevocation,
      exchanges: outcome.exchanges,
      cleared: true,
      clearedBy: outcome.clearedBy,
    },
    text: report(messages, outcome, part),
    refused: part.refused,
  }
}

async function play(session: CardSession): Promise<Findings> {
  const identification = await identifyCard(session)
  const app = await JpkiApplication.open(session)
  const pins = await readPins(app)
  const triesBefore = pins.find(({ id }) => id === 'auth')?.triesLeft ?? 0
  const triesLeft = await tryWrongPin(app)
  const challenge = new Uint8Array(randomBytes(32))
  const signed = await app.authenticate(challenge, Pin.fromText('1234'))
  const expiry = await readExpiry(session)
  const cardExpiry = typeof expiry === 'string' ? undefined : expiry.expiry
  return { identification, pins, triesBefore, triesLeft, challenge, signed, cardExpiry }
}

async function tryWrongPin(app: JpkiApplication): Promise<number> {
  try {
    await app.verifyPin('auth', Pin.fromText('0000'))
  } catch (error) {
    if (error instanceof PinError && error.code === 'ERR_PIN_REJECTED') return error.triesLeft ?? 0
    throw error
  }
  throw new Error('the virtual card took a wrong PIN')
}

/** Checks the signature with nothing of this package. */
function isGenuine({ signature, certificate }: JpkiSignature, challenge: Uint8Array): boolean {
  const { publicKey } = new X509Certificate(certificate.der)
  return createVerify('RSA-SHA256').update(challenge).verify(publicKey, signature)
}

function report(messages: Messages, outcome: SessionOutcome<Findings>, chain: ChainPart): string {
  const { demo, headings } = messages
  const { identification, pins, triesBefore, triesLeft, challenge, signed } = outcome.value
  const { subject } = signed.certificate
  const rows = [
    [headings.card, `${messages.kinds[identification.kind]} (${identification.token ?? '-'})`],
    ...pins.map((pin, i) => [
      i === 0 ? demo.counters : '',
      demo.counter(messages.pins[pin.id], pin.triesLeft ?? 0, pin.triesMax),
    ]),
    [demo.wrongPin, demo.wrongPinResult(triesBefore, triesLeft)],
    [demo.rightPin, demo.rightPinResult],
    [messages.certificates.auth, subject],
    [demo.challenge, `${toHex(challenge).slice(0, 32)}…`],
    [headings.algorithm, signed.algorithm],
    [headings.signature, `${Buffer.from(signed.signature).toString('base64').slice(0, 32)}…`],
    [demo.checked, demo.checkedResult],
    [demo.list, demo.listResult],
    ...chain.rows,
    [demo.revoked, demo.revokedResult],
    [headings.exchanges, demo.exchangesResult(outcome.exchanges)],
    [headings.cleared, messages.cleared[outcome.clearedBy]],
  ]
  return `${demo.title}\n\n${table(rows)}\n${demo.end}\n`
}
