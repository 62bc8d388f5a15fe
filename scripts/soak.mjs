// npm run soak: the long soak tests, on the virtual card in process and through a real pcscd (needs `npm run build`).
//   node scripts/soak.mjs [--hours N] [--sessions N] [--only process|faults|pcscd]
// Default: 200 000 sessions in process, 50 000 with faults, 2 000 through pcscd. Ends with 1 when one was not passed.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root, run, say } from './lib/run.mjs'

const { values } = parseArgs({
  options: { hours: { type: 'string' }, sessions: { type: 'string' }, only: { type: 'string' } },
})
const program = join(root, 'dist/cli/bin.js')
if (!existsSync(program)) {
  console.error('run  npm run build  first')
  process.exit(2)
}

/** How long: what was asked for, else so many sessions. */
function length(sessions) {
  if (values.hours !== undefined) return ['--hours', values.hours]
  return ['--sessions', values.sessions ?? String(sessions)]
}

const runs = {
  process: () => run(process.execPath, [program, 'soak', '--virtual', ...length(200_000)]),
  faults: () => run(process.execPath, [program, 'soak', '--virtual', '--faults-rate', '0.05', ...length(50_000)]),
  pcscd: () => {
    const script = [
      'pcscd --foreground & service=$!',
      '"$0" "$1" emulate & card=$!',
      'program="$1"; shift; "$0" "$program" soak --wait 30 "$@"; code=$?',
      'kill $card $service; exit $code',
    ].join('\n')
    const withPcscd = ['scripts/with-pcscd.mjs', 'sh', '-c', script, process.execPath, program, ...length(2_000)]
    return run(process.execPath, withPcscd)
  },
}

if (values.only !== undefined && !Object.hasOwn(runs, values.only)) {
  console.error(`--only takes ${Object.keys(runs).join(', ')}; not ${values.only}`)
  process.exit(2)
}

let failed = false
for (const [name, start] of Object.entries(runs)) {
  if (values.only !== undefined && values.only !== name) continue
  say(`soak: ${name}`)
  const code = start()
  if (code === 3 && name === 'pcscd') console.error('left out: no pcscd of its own can be started here')
  else failed ||= code !== 0
}
process.exitCode = failed ? 1 : 0
