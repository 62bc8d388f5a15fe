// npm run kiosk: a town of invented residents, an issuing server, two kiosks, a view for the staff, and a panel to act as the residents.
//   node examples/kiosk-web/start.mjs [--port 8600] [--shuffle] [--idle-ms 60000] [--outcome-ms 5000] [--print-ms 1500] [--json]
// Everything is on this machine and ends with Ctrl-C.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openAttendant } from './attendant.mjs'
import { openMachine } from './machine.mjs'
import { prepareServer } from './server.mjs'
import { openSimulation } from './simulation.mjs'
import { openTown } from './town.mjs'

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    port: { type: 'string', default: '8600' },
    shuffle: { type: 'boolean', default: false },
    'idle-ms': { type: 'string', default: '60000' },
    'outcome-ms': { type: 'string', default: '5000' },
    'print-ms': { type: 'string', default: '1500' },
    json: { type: 'boolean', default: false },
  },
})
const [first, idleMs, outcomeMs, printMs] = ['port', 'idle-ms', 'outcome-ms', 'print-ms'].map((name) => {
  const number = Number(values[name])
  if (!Number.isInteger(number) || number < 0) throw new RangeError(`--${name} must be a whole number`)
  return number
})
const portOf = (n) => (first === 0 ? 0 : first + n)
const purpose = 'residence-record'
const documents = ['residence-record', 'residence-record-own']

// Before anything is started: whatever happens, it is ended.
const started = []
let ending
const end = () => {
  ending ??= (async () => {
    for (const close of started.reverse()) await close()
  })()
  return ending
}
const interrupted = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, resolve)
})

try {
  await run()
} finally {
  await end()
}

async function run() {
  const folder = await mkdtemp(join(tmpdir(), 'jpki-card-kiosk-'))
  started.push(() => rm(folder, { recursive: true, force: true }))
  const say = (text) => {
    if (!values.json) console.log(text)
  }
  say('The residents get their cards …')
  const town = await openTown(folder)
  const server = await prepareServer(folder, { purpose, documents })
  process.once('exit', server.kill)
  started.push(() => server.stop())
  await server.start()
  const machines = []
  const attendant = await openAttendant({ port: portOf(2), machines })
  started.push(() => attendant.close())
  for (const n of [1, 2]) {
    const machine = await openMachine(`kiosk-${n}`, {
      port: portOf(n - 1),
      folder: join(folder, `kiosk-${n}`),
      server,
      purpose,
      documents,
      attendant: attendant.origin,
      idleMs,
      outcomeMs,
      printMs,
      isShuffled: values.shuffle,
    })
    machines.push(machine)
    started.push(() => machine.close())
  }
  const simulation = await openSimulation({ port: portOf(3), town, machines, server })
  started.push(() => simulation.close())

  const addresses = {
    kiosks: machines.map(({ origin }) => `${origin}/`),
    attendant: `${attendant.origin}/`,
    simulation: `${simulation.origin}/`,
  }
  if (values.json) console.log(JSON.stringify({ ...addresses, folder, server: server.url, pid: process.pid }))
  say(`
Kiosk 1        ${addresses.kiosks[0]}
Kiosk 2        ${addresses.kiosks[1]}
Attendant      ${addresses.attendant}
Simulation     ${addresses.simulation}   (place cards here; the PIN is beside each)

Printed papers are in ${folder} until Ctrl-C ends everything.`)
  await interrupted
  say('\nEnding …')
}
