// Exchanges with the card for the main jobs, opening and closing clear included: a visit with its look before the PIN; certificate and signature of JPKI; name, address,
// birth date and sex of the text application; the card face, of some 20 kB.
import { CardSession, Pin } from '../dist/card/index.js'
import { TextApplication, VisualApplication } from '../dist/card-face/index.js'
import { lookAtCard, performService } from '../dist/credentials/index.js'
import { createVirtualCard, VirtualTransport, verificationCodeB } from '../dist/emulator/index.js'
import { JpkiApplication } from '../dist/jpki/index.js'
import { tokenFormat } from '../dist/token/index.js'
import { row } from './lib/measure.mjs'

const challenge = new Uint8Array(32).fill(0x5a)

async function count(identity, options, job) {
  const card = await createVirtualCard({ identity, ...options })
  const transport = new VirtualTransport({ card })
  const [reader] = await transport.readers()
  const session = new CardSession(await transport.connect(reader.name))
  const read = await job(session, identity)
  const report = await session.close()
  await transport.close()
  if (!report.cleared) throw new Error('the card was not cleared')
  if (session.exchanges !== card.exchanges) throw new Error('the library miscounts')
  return { exchanges: session.exchanges, read }
}

const jobs = {
  async auth(session) {
    await (await JpkiApplication.open(session)).authenticate(challenge, Pin.fromText('1234'))
  },
  async sign(session) {
    const jpki = await JpkiApplication.open(session)
    await jpki.sign('sign', { message: challenge }, { pin: Pin.fromText('ABC123') })
  },
  async text(session) {
    const text = await TextApplication.open(session)
    await text.verifyPin('pin', Pin.fromText('1234'))
    const { name } = await text.readAttributes()
    if (name === '') throw new Error('no name was read')
    // The four attributes of the virtual card fit into one block.
    return 256
  },
  async visual(session, identity) {
    const visual = await VisualApplication.open(session)
    await visual.verifyPin('code-b', Pin.fromText(verificationCodeB(identity)))
    return (await visual.readCardFace()).record.length
  },
}

const short = { extendedLength: false }
const cards = [
  ['full', {}, 6],
  // A contact card declares in its ATR that it has no extended lengths.
  ['short', { capabilities: short }, 12],
  // A contactless reader's ATR declares nothing: finding out costs one refused command.
  ['short-contactless', { capabilities: short, interface: 'contactless' }, 12],
  ['nothing', { capabilities: { shortFileId: false, extendedLength: false, directReference: false } }, undefined],
]

/** Where lengths are short a file takes a READ BINARY for every 256 bytes, and 5 exchanges more are allowed. */
const beyondBlocks = 5
const most = { text: 5, visual: 7 }

/** A customer's token: the look, then what is done once the PIN was entered, the clearing included. */
async function visitRows(identity) {
  const card = await createVirtualCard({ identity })
  const transport = new VirtualTransport({ card })
  const [reader] = await transport.readers()
  const session = new CardSession(await transport.connect(reader.name))
  const look = await lookAtCard(session, { channel: 'convenience-store', at: new Date(), methods: ['token'] })
  const before = session.exchanges
  const claims = { origin: 'https://issue.example', terminal: 'kiosk-1', purpose: 'residence-record' }
  const nonce = Buffer.from(challenge).toString('base64url')
  await performService(look.services[0].plan, {
    session,
    look,
    pin: Pin.fromText('1234'),
    challenge: { format: tokenFormat, ...claims, nonce, expiresAt: new Date().toISOString() },
    expected: claims,
    at: new Date(),
  })
  const report = await session.close()
  await transport.close()
  if (!report.cleared) throw new Error('the card was not cleared')
  return [
    row('exchanges.visit.after-pin', card.exchanges - before, 'exchanges', 3),
    row('exchanges.visit.whole', card.exchanges, 'exchanges', 8),
  ]
}

async function registryRows(identity) {
  const list = []
  for (const [name, options] of cards.slice(0, 3)) {
    for (const job of ['text', 'visual']) {
      const { exchanges, read } = await count(identity, { cardFace: 'large', ...options }, jobs[job])
      const bar = name === 'full' ? most[job] : Math.ceil(read / 256) + beyondBlocks
      list.push(row(`exchanges.${job}.${name}`, exchanges, 'exchanges', bar))
    }
  }
  return list
}

export async function rows({ identity }) {
  const list = []
  for (const [name, options, bar] of cards) {
    for (const job of ['auth', 'sign']) {
      const { exchanges } = await count(identity, options, jobs[job])
      list.push(row(`exchanges.${job}.${name}`, exchanges, 'exchanges', bar))
    }
  }
  list.push(...(await visitRows(identity)))
  list.push(...(await registryRows(identity)))
  list.push(row('exchanges.auth-certificate', identity.auth.certificate.length, 'bytes'))
  list.push(row('exchanges.sign-certificate', identity.sign.certificate.length, 'bytes'))
  return list
}
