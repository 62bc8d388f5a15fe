// Exchanges with the card for the two main jobs: certificate, one counter read, VERIFY, signature, closing clear.
import { CardSession, Pin } from '../dist/card/index.js'
import { createVirtualCard, VirtualTransport } from '../dist/emulator/index.js'
import { JpkiApplication } from '../dist/jpki/index.js'
import { row } from './lib/measure.mjs'

const challenge = new Uint8Array(32).fill(0x5a)

async function count(identity, options, job) {
  const card = await createVirtualCard({ identity, ...options })
  const transport = new VirtualTransport({ card })
  const [reader] = await transport.readers()
  const session = new CardSession(await transport.connect(reader.name))
  await job(await JpkiApplication.open(session))
  const report = await session.close()
  await transport.close()
  if (!report.cleared) throw new Error('the card was not cleared')
  if (session.exchanges !== card.exchanges) throw new Error('the library miscounts')
  return session.exchanges
}

const auth = (jpki) => jpki.authenticate(challenge, Pin.fromText('1234'))
const sign = (jpki) => jpki.sign('sign', { message: challenge }, { pin: Pin.fromText('ABC123') })

const short = { extendedLength: false }
const cards = [
  ['full', {}, 6],
  // A contact card declares in its ATR that it has no extended lengths.
  ['short', { capabilities: short }, 12],
  // A contactless reader's ATR declares nothing: finding out costs one refused command.
  ['short-contactless', { capabilities: short, interface: 'contactless' }, 12],
  ['nothing', { capabilities: { shortFileId: false, extendedLength: false, directReference: false } }, undefined],
]

export async function rows({ identity }) {
  const list = []
  for (const [name, options, bar] of cards) {
    list.push(row(`exchanges.auth.${name}`, await count(identity, options, auth), 'exchanges', bar))
    list.push(row(`exchanges.sign.${name}`, await count(identity, options, sign), 'exchanges', bar))
  }
  list.push(row('exchanges.auth-certificate', identity.auth.certificate.length, 'bytes'))
  list.push(row('exchanges.sign-certificate', identity.sign.certificate.length, 'bytes'))
  return list
}
