// What examples/kiosk.mjs runs against without a reader: a test town, its residents one after another, and an issuance server.
import { randomBytes } from 'node:crypto'
import { Certificate } from 'jpki-card'
import { createTown, createVirtualCard, moods, VirtualTransport } from 'jpki-card/emulator'
import { crlSource, RevocationList } from 'jpki-card/pki'
import { createHttpHandler, memoryStore, TokenService } from 'jpki-card/server'
import { TokenServer } from 'jpki-card/token'

export async function openTown() {
  const town = await createTown({ residents: moods.length, seed: 'kiosk' })
  const anchors = [Certificate.fromDer(town.authorities.authCa.certificate)]
  const lists = [await RevocationList.load(town.lists.auth)]
  const service = new TokenService({
    origin: 'https://issue.example',
    store: memoryStore(),
    anchors,
    hierarchies: ['virtual'],
    revocation: { mode: 'required', sources: [crlSource({ lists, anchors })] },
    pseudonymKey: randomBytes(32),
  })
  const handler = await createHttpHandler({ service, metrics: false })
  const server = new TokenServer(service.origin, { fetch: (url, init) => handler.fetch(new Request(url, init)) })
  const transport = new VirtualTransport({ readers: ['kiosk'] })
  const waiting = [...town.residents]
  return {
    server,
    transport,
    /** The next resident places the card. @returns false after the last. */
    next() {
      const resident = waiting.shift()
      if (resident === undefined) return false
      console.log(`\n${resident.id} ${resident.mood}`)
      createVirtualCard({ ...resident.card, identity: resident.identity }).then((card) => transport.insert(card))
      return true
    },
    leave: () => transport.remove(),
  }
}
