// `jpki-card --version` against an empty Node.js process, in turn.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { interleaved, row } from './lib/measure.mjs'

const bin = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url))

function spawn(...args) {
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`)
}

export async function rows() {
  const { ratio } = await interleaved(
    () => spawn(bin, '--version'),
    () => spawn('-e', '0'),
    { rounds: 21, calls: 1 },
  )
  return [row('startup.version', ratio, 'x node -e 0', 1.5)]
}
