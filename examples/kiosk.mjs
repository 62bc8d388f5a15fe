// A kiosk from idle to removed: place the card or phone, look, PIN, server, paper, take the card. Customers are residents of a test
// town, one of each mood, at a server in this process. With a reader and a server of your own: REAL=1 SERVER=https://… node kiosk.mjs
import { KioskMonitor, serveVisit, takeCard } from 'jpki-card/kiosk'
import { TokenServer } from 'jpki-card/token'
import { screens, show } from './kiosk-screens.mjs'

const town = process.env.REAL === '1' ? undefined : await (await import('./kiosk-town.mjs')).openTown()
const transport = town?.transport ?? (await (await import('jpki-card/pcsc')).openPcsc())
const server = town?.server ?? new TokenServer(process.env.SERVER)
const monitor = new KioskMonitor(transport, { survey: false })
process.once('SIGINT', () => monitor.close())

let serving = false
const idle = () => {
  if (serving) return
  if (monitor.state === 'ready') show({ step: 'place-card', details: { accepts: 'card-or-phone' } })
  else show({ step: 'out-of-service' })
}
monitor.on(idle)
setTimeout(idle, 1000).unref()
town?.next()
for await (const visit of monitor.visits()) {
  serving = true
  const request = { server, terminal: 'kiosk-1', purpose: 'residence-record' }
  const { kind, acceptance, look } = await serveVisit(visit, { screens, channel: 'convenience-store', ...request })
  const holder = acceptance ? ` for ${acceptance.holder.slice(0, 8)}…` : ''
  console.log(`  (${visit.reader}: ${look?.kind ?? 'no card'}, ${kind}${holder})`)
  if (kind === 'accepted') show({ step: 'printing' })
  setTimeout(() => town?.leave(), 10)
  await takeCard(visit, screens)
  serving = false
  if (town?.next() === false) break
  idle()
}
await monitor.close()
await transport.close()
