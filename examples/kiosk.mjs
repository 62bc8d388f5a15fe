// The loop of a kiosk: wait for a card, identify it, wait until it is removed. Ends after `LIMIT` cards (default: never).
import { CardSession, identifyCard, JpkiCardError } from 'jpki-card'
import { openPcsc } from 'jpki-card/pcsc'

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
const limit = Number(process.env.LIMIT ?? Number.POSITIVE_INFINITY)
const transport = await openPcsc()
let served = 0
try {
  for await (const event of transport.watch({ signal: stop.signal })) {
    console.log(event.type, event.reader?.name ?? event.reader ?? '')
    if (event.type !== 'card-inserted') continue
    try {
      const session = new CardSession(await transport.connect(event.reader.name))
      const { kind } = await identifyCard(session)
      const { cleared, by } = await session.close()
      console.log(kind, cleared ? `cleared by ${by}` : 'NOT CLEARED: take the card out')
    } catch (error) {
      if (!(error instanceof JpkiCardError)) throw error
      console.log(error.code, error.message)
    }
    if (++served >= limit) break
  }
} finally {
  await transport.close()
}
