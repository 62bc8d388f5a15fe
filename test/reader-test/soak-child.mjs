// One soak test in a process of its own: `node --expose-gc soak-child.mjs FOLDER SESSIONS WARM-UP`, the identity on standard
// input. The folder holds the compiled package. Prints the report as JSON; the sessions of the warm-up are not in it.
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'

const [folder, sessions, warmUp] = process.argv.slice(2)
const { createVirtualCard, importIdentity, VirtualTransport } = await import(`${folder}/emulator/index.js`)
const { runSoak, soakToJson } = await import(`${folder}/reader-test/index.js`)
const { sampleProcess } = await import(`${folder}/cli/field/process-sample.js`)

const card = await createVirtualCard({ identity: await importIdentity(await text(process.stdin)), keepLog: false })
const transport = new VirtualTransport()
const options = {
  at: new Date(),
  hands: {
    async before() {
      transport.insert(card)
      return { faulty: false }
    },
    async after() {
      transport.remove()
    },
  },
  sample: sampleProcess,
  pause: () => turn(),
}
if (Number(warmUp) > 0) await runSoak(transport, { ...options, sessions: Number(warmUp) })
const report = await runSoak(transport, { ...options, sessions: Number(sessions) })
await transport.close()
process.stdout.write(JSON.stringify(soakToJson(report)))
