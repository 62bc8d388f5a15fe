// The bridge beside the visit it carries: time added to a visit, memory over 20 000 visits, and a million hostile frames. The
// client is in a process of its own, as a page is.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Pin } from '../dist/card/index.js'
import { createVirtualCard, VirtualTransport } from '../dist/emulator/index.js'
import { KioskMonitor, serveVisit } from '../dist/kiosk/index.js'
import { median, row } from './lib/measure.mjs'
import { openBridge } from './lib/open-bridge.mjs'
import { ask } from './lib/tasks.mjs'

const visitsInAll = 20_000
const visitsTimed = 200
/** What an exchange with a card takes at least, milliseconds. */
const exchangeMs = 5
const frames = 1_000_000

/** The client in its own process; answers with what its task returns. */
function startClient(url, secret) {
  const child = fork(fileURLToPath(new URL('lib/bridge-client.mjs', import.meta.url)), [url, secret])
  return {
    ask: (task, argument) => ask(child, task, argument),
    async close() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

/** The same visit without a bridge, in one process. */
async function inProcess(card) {
  const transport = new VirtualTransport({ card })
  const monitor = new KioskMonitor(transport, { survey: false })
  const screens = { enterPin: async () => Pin.fromText('1234'), show() {} }
  const times = []
  for await (const visit of monitor.visits()) {
    for (let i = 0; i < visitsTimed; i++) {
      const started = performance.now()
      const { kind } = await serveVisit(visit, { screens, channel: 'counter', methods: ['attributes'] })
      times.push(performance.now() - started)
      if (kind !== 'performed') throw new Error(kind)
    }
    break
  }
  await monitor.close()
  await transport.close()
  return median(times)
}

export async function rows({ identity }) {
  const card = await createVirtualCard({ identity, keepLog: false })
  const slow = await createVirtualCard({ identity, keepLog: false })
  slow.setFaults([{ at: 'every', do: { delayMs: exchangeMs } }])
  const bare = await inProcess(slow)
  const transport = new VirtualTransport({ card: slow })
  const { bridge, secret } = await openBridge(transport, { outcomeMs: 600_000 })
  const client = startClient(bridge.url, secret)
  try {
    const times = await client.ask('visits', visitsTimed)
    const after = async (visits) => {
      for (let i = 0; i < visits; i++) {
        transport.remove()
        transport.insert(card)
        await client.ask('next')
      }
      globalThis.gc?.()
      return process.memoryUsage().heapUsed
    }
    // The compiler is done by then.
    const before = await after(visitsInAll / 10)
    const grown = (await after(visitsInAll)) / before
    // Last: ids that these frames have used are used.
    const answered = await client.ask('hostile', frames)
    return [
      row('bridge.visit-added', median(times) - bare, 'ms', 1),
      row('bridge.visit-in-process', bare, 'ms'),
      row(`bridge.heap-over-${visitsInAll}-visits`, grown, '', 1.05),
      row('bridge.hostile-frames-with-coded-error', answered.coded / frames, '', { atLeast: 1 }),
      row('bridge.hostile-frames-a-second', answered.perSecond, '1/s'),
    ]
  } finally {
    await client.close()
    await bridge.close()
    await transport.close()
  }
}
