// 利用者証明用電子証明書 (user authentication): a server's challenge, the card's answer, the server's verification. コンビニ交付.
import { randomBytes } from 'node:crypto'
import { CardSession, Certificate, Pin } from 'jpki-card'
import { findServices, performService } from 'jpki-card/credentials'
import { createVirtualCard, issueRevocationList, VirtualTransport } from 'jpki-card/emulator'
import { crlSource, RevocationList } from 'jpki-card/pki'
import { memoryStore, TokenService } from 'jpki-card/server'

const card = await createVirtualCard()
const at = new Date()
const days = { thisUpdate: at, nextUpdate: new Date(at.getTime() + 604_800_000) }
const anchors = [Certificate.fromDer(card.identity.authCa.certificate)]
const list = await RevocationList.load(await issueRevocationList(card.identity.authCa, days))
const server = new TokenService({
  origin: 'https://issue.example',
  store: memoryStore(),
  anchors,
  hierarchies: ['virtual'],
  revocation: { mode: 'required', sources: [crlSource({ lists: [list], anchors, intermediates: [] })] },
  pseudonymKey: randomBytes(32),
})
const request = { terminal: 'kiosk-1', purpose: 'residence-record' }
const transport = new VirtualTransport({ card })
const [reader] = await transport.readers()
const session = new CardSession(await transport.connect(reader.name))
try {
  const [plan] = findServices({ card: card.kind, channel: 'convenience-store' })
  console.log(plan.customer.en)
  const challenge = await server.challenge(request)
  const expected = { origin: server.origin, ...request }
  const means = { session, challenge, expected, pin: Pin.fromText('1234'), at }
  const { token } = await performService(plan, means)
  const { holder, validUntil } = await server.verify(token, request)
  console.log('accepted:', holder, 'until', validUntil.toISOString())
  await server.verify(token, request).catch(({ code }) => console.log('the same token again:', code))
} finally {
  console.log('PIN cleared:', (await session.close()).cleared)
  await transport.close()
}
