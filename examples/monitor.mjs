// The monitor of a kiosk: events of the readers as they occur. Runs with the virtual card unless `REAL=1` is set.
import { KioskMonitor } from 'jpki-card/kiosk'

/** Three visits to a virtual reader, the second one too short. */
async function visits() {
  const { createIdentity, createVirtualCard, VirtualTransport } = await import('jpki-card/emulator')
  const identity = await createIdentity()
  const transport = new VirtualTransport({ readers: ['counter'] })
  const pause = (ms) => new Promise((done) => setTimeout(done, ms))
  const play = async () => {
    for (const [options, ms] of [
      [{ triesLeft: { auth: 1 } }, 300],
      [{}, 0],
      [{ kind: 'juki' }, 300],
    ]) {
      transport.insert(await createVirtualCard({ identity, ...options }))
      if (ms > 0) await pause(ms)
      transport.remove()
      await pause(50)
    }
    await transport.close()
  }
  return { transport, play }
}

const open = async () => ({
  transport: await (await import('jpki-card/pcsc')).openPcsc(),
  play: async () => {},
})
const { transport, play } = process.env.REAL === '1' ? await open() : await visits()
const monitor = new KioskMonitor(transport)
process.once('SIGINT', async () => {
  await monitor.close()
  await transport.close()
})
const played = play()
for await (const { type, reader = 'service', ...event } of monitor) {
  const { kind, pins } = event.survey ?? {}
  const tries = Object.entries(pins ?? {}).map(([pin, { state, triesLeft }]) => `${pin}: ${triesLeft ?? state}`)
  console.log(
    [reader, event.card && `#${event.card}`, type, kind, ...tries, event.error?.code].filter(Boolean).join(' '),
  )
}
await played
