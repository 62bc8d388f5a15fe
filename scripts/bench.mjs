// npm run bench: every measure, one row each: id, value, unit, bar, holds.
//   -- --only PREFIX   some of them        -- --json    an array on stdout
//   -- --brief         the short ones      -- --check   exit 1 when a bar is missed
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { build, ensureNpmPackages, ensureSystemPackages } from './lib/prepare.mjs'
import { root } from './lib/run.mjs'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    // Leaves out what takes many minutes: for the gate.
    brief: { type: 'boolean', default: false },
    // Set when this script starts itself again beside a private pcscd.
    'in-pcscd': { type: 'boolean', default: false },
  },
})
const benches = [
  'exchanges',
  'session',
  'startup',
  'trust',
  'crl',
  'lists',
  'juki',
  'server',
  'municipal',
  'http',
  'overload',
  'workers',
  'pressure',
  'rolling',
]
const pcscBenches = ['pcsc', 'opensc']
const long = ['municipal', 'overload', 'workers', 'rolling']
const wanted = (name) =>
  (name.startsWith(values.only) || values.only.startsWith(name)) && !(values.brief && long.includes(name))

// Progress goes to stderr, so that --json leaves stdout to the array.
const log = console.log
if (values.json) console.log = console.error

async function measure(names) {
  const { createIdentity } = await import('../dist/emulator/index.js')
  const identity = await createIdentity()
  const rows = []
  for (const name of names.filter(wanted)) {
    console.error(`▸ ${name}`)
    rows.push(...(await (await import(`../bench/${name}.mjs`)).rows({ identity })))
  }
  return rows
}

function measureBesidePcscd() {
  if (!pcscBenches.some(wanted)) return []
  const missing = ensureSystemPackages()
  if (missing !== undefined) {
    console.error(`measures through pcscd left out: ${missing}`)
    return []
  }
  const args = ['scripts/with-pcscd.mjs', process.execPath, 'scripts/bench.mjs', '--in-pcscd', '--json']
  const only = values.only === '' ? [] : ['--only', values.only]
  const child = spawnSync(process.execPath, [...args, ...only], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  })
  if (child.status !== 0) {
    console.error(`measures through pcscd left out: exit code ${child.status}`)
    process.exitCode = 1
    return []
  }
  return JSON.parse(child.stdout.toString('utf8'))
}

let rows
if (values['in-pcscd']) {
  rows = await measure(pcscBenches)
} else {
  ensureNpmPackages()
  build()
  rows = [...(await measure(benches)), ...measureBesidePcscd()].filter(({ id }) => id.startsWith(values.only))
}
console.log = log
if (values.json) {
  console.log(JSON.stringify(rows))
} else {
  console.table(Object.fromEntries(rows.map(({ id, ...rest }) => [id, rest])))
}
if (values.check && rows.some(({ holds }) => !holds)) process.exitCode = 1
