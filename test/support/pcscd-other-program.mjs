// Another program using a card: `node pcscd-other-program.mjs READER exclusive|shared`. Prints `connected` or the error's
// name; then carries out `leave`, `reset` or `unpower` from standard input, prints `done` and ends.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import process from 'node:process'
import { createInterface } from 'node:readline'

const addon = createRequire(import.meta.url)('pcsc-mini/build/addon.node.js')
const [reader, mode] = process.argv.slice(2)
const client = addon.newClient()
let card
try {
  card = await client.connect(reader, { exclusive: 1, shared: 2 }[mode])
  process.stdout.write('connected\n')
} catch (error) {
  process.stdout.write(`${error.code}\n`)
  process.exit(0)
}
const lines = createInterface({ input: process.stdin })
const [disposition] = await once(lines, 'line')
await card.disconnect({ leave: 0, reset: 1, unpower: 2 }[disposition])
process.stdout.write('done\n')
process.exit(0)
