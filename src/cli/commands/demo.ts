import { createVerify, randomBytes, X509Certificate } from 'node:crypto'
import { toHex } from '../../bytes.ts'
import { type CardSession, Pin } from '../../card/index.ts'
import { PinError, SignatureError } from '../../errors.ts'
import { type Identification, identifyCard } from '../../identify/index.ts'
import { JpkiApplication, type JpkiSignature } from '../../jpki/index.ts'
import type { Command } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import { dayInJapan, table } from '../output.ts'
import { type PinReport, readPins } from '../pin-report.ts'
import { type SessionOutcome, withConnection } from '../session.ts'
import { makeVirtualCard, virtualTransport } from '../transport.ts'

interface Findings {
  readonly identification: Identification
  readonly pins: readonly PinReport[]
  readonly triesBefore: number
  readonly triesLeft: number
  readonly challenge: Uint8Array
  readonly signed: JpkiSignature
}

/** `demo`: everything at once, on a virtual card in process. */
export const demoCommand: Command = async (context) => {
  const { io, messages } = context
  io.stderr.write(`${messages.demo.making}\n`)
  await using transport = await virtualTransport(await makeVirtualCard(io, {}))
  const [reader] = await transport.readers()
  const connection = await transport.connect(reader!.name, { signal: io.signal })
  const outcome = await withConnection(context, connection, play)
  const { identification, pins, triesBefore, triesLeft, challenge, signed } = outcome.value
  if (!isGenuine(signed, challenge)) throw new SignatureError('node:crypto does not confirm the signature')
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
      exchanges: outcome.exchanges,
      cleared: true,
      clearedBy: outcome.clearedBy,
    },
    text: report(messages, outcome),
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
  return { identification, pins, triesBefore, triesLeft, challenge, signed }
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

function report(messages: Messages, outcome: SessionOutcome<Findings>): string {
  const { demo, headings } = messages
  const { identification, pins, triesBefore, triesLeft, challenge, signed } = outcome.value
  const { subject, notAfter } = signed.certificate
  const rows = [
    [headings.card, `${messages.kinds[identification.kind]} (${identification.token ?? '-'})`],
    ...pins.map((pin, i) => [
      i === 0 ? demo.counters : '',
      demo.counter(messages.pins[pin.id], pin.triesLeft ?? 0, pin.triesMax),
    ]),
    [demo.wrongPin, demo.wrongPinResult(triesBefore, triesLeft)],
    [demo.rightPin, demo.rightPinResult],
    [messages.certificates.auth, subject],
    ['', messages.validUntil(dayInJapan(notAfter))],
    [demo.challenge, `${toHex(challenge).slice(0, 32)}…`],
    [headings.algorithm, signed.algorithm],
    [headings.signature, `${Buffer.from(signed.signature).toString('base64').slice(0, 32)}…`],
    [demo.checked, demo.checkedResult],
    [headings.exchanges, demo.exchangesResult(outcome.exchanges)],
    [headings.cleared, messages.cleared[outcome.clearedBy]],
  ]
  return `${demo.title}\n\n${table(rows)}\n${demo.end}\n`
}
