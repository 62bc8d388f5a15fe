// npm run bench: every measure, one row each: id, value, unit, bar, holds. Each group is printed as soon as it is measured.
//   -- --only PREFIX   some of them        -- --json    an array on stdout
//   -- --brief         the short ones      -- --check   exit 1 when a bar is missed, or a count is above bench/counts.json
//   -- --counts        what is counted, not timed: the same on every machine; --check looks at bench/counts.json only
//   -- --record        writes the counts to bench/counts.json
// What a group needs is installed where it may be. A group that cannot run, or fails, is reported and the others go on; a
// failure ends with 1.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build, ensureNpmPackages, ensureSystemPackages } from './lib/prepare.mjs'
import { has, root } from './lib/run.mjs'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    counts: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    // Leaves out what takes many minutes: for the gate.
    brief: { type: 'boolean', default: false },
    // Set when this script starts itself again beside a private pcscd.
    'in-pcscd': { type: 'boolean', default: false },
  },
})
/** The groups, each `bench/<name>.mjs`, with the programs each needs. */
const benches = {
  exchanges: [],
  session: [],
  startup: [],
  trust: [],
  crl: ['openssl'],
  lists: [],
  juki: [],
  server: [],
  municipal: ['redis-server'],
  town: [],
  issuance: [],
  bridge: [],
  desk: ['redis-server'],
  http: [],
  overload: [],
  workers: ['redis-server'],
  pressure: ['redis-server'],
  rolling: ['redis-server', 'haproxy', 'nginx'],
  durable: [],
}
const pcscBenches = { pcsc: [], placed: [], opensc: ['pkcs11-tool'] }
const long = ['bridge', 'desk', 'municipal', 'overload', 'workers', 'rolling', 'durable']
/** Groups whose rows are counts: the same whatever else the machine does. */
const counted = ['exchanges']
const countsFile = join(root, 'bench/counts.json')
const counts = JSON.parse(readFileSync(countsFile, 'utf8'))
const wanted = (name) =>
  (name.startsWith(values.only) || values.only.startsWith(name)) &&
  !(values.brief && long.includes(name)) &&
  !(values.counts && !counted.includes(name))

// Progress goes to stderr, so that --json leaves stdout to the array.
const log = console.log
if (values.json) console.log = console.error

const leftOut = []
const leaveOut = (name, why) => {
  leftOut.push(`${name}: ${why}`)
  console.error(`  left out: ${why}`)
}

/** The rows of these groups, each group printed when it is done. */
async function measure(groups) {
  const { createIdentity } = await import('../dist/emulator/index.js')
  const identity = await createIdentity()
  const rows = []
  for (const [name, programs] of Object.entries(groups).filter(([name]) => wanted(name))) {
    console.error(`▸ ${name}`)
    const missing = programs.filter((program) => !has(program))
    if (missing.length > 0) {
      leaveOut(name, `needs ${missing.join(', ')}`)
      continue
    }
    try {
      rows.push(...shown(await (await import(`../bench/${name}.mjs`)).rows({ identity })))
    } catch (error) {
      leaveOut(name, error instanceof Error ? (error.stack ?? error.message) : String(error))
      process.exitCode = 1
    }
  }
  return rows
}

/** Whether a count was lower when bench/counts.json was written. */
const isWorse = ({ id, value }) => counts[id] !== undefined && value > counts[id]

/** The rows asked for; printed, one by one on standard error when they go out as one array. */
function shown(rows) {
  const chosen = rows.filter(({ id }) => id.startsWith(values.only))
  if (!values.json && chosen.length > 0) {
    console.table(Object.fromEntries(chosen.map(({ id, ...rest }) => [id, rest])))
  }
  if (values.json) {
    for (const { id, value, unit, bar, holds } of chosen)
      console.error(` ${holds ? ' ' : '!'} ${id} ${value} ${unit} ${bar}`)
  }
  return chosen
}

function measureBesidePcscd(missing) {
  if (!Object.keys(pcscBenches).some(wanted)) return []
  if (missing !== undefined) {
    leaveOut('pcsc, opensc', missing)
    return []
  }
  const args = ['scripts/with-pcscd.mjs', process.execPath, 'scripts/bench.mjs', '--in-pcscd', '--json']
  const only = values.only === '' ? [] : ['--only', values.only]
  const child = spawnSync(process.execPath, [...args, ...only], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  })
  // What was measured before a group failed counts all the same.
  const output = child.stdout.toString('utf8')
  const isThere = output.startsWith('[')
  if (child.status !== 0) process.exitCode = 1
  if (child.status !== 0) leaveOut(isThere ? 'pcsc or opensc' : 'pcsc, opensc', `see above (exit code ${child.status})`)
  const rows = isThere ? JSON.parse(output) : []
  if (!values.json && rows.length > 0) shown(rows)
  return rows
}

let rows
if (values['in-pcscd']) {
  rows = await measure(pcscBenches)
} else {
  ensureNpmPackages()
  const needs = [...Object.entries(benches), ...Object.entries(pcscBenches)].filter(([name]) => wanted(name))
  const needsPrograms = needs.some(([name, programs]) => programs.length > 0 || name in pcscBenches)
  const missing = needsPrograms ? ensureSystemPackages() : undefined
  build()
  rows = [...(await measure(benches)), ...measureBesidePcscd(missing)]
}
if (values.record) {
  const found = rows.filter(({ id, unit }) => counted.includes(id.split('.')[0]) && unit === 'exchanges')
  writeFileSync(
    countsFile,
    `${JSON.stringify(Object.fromEntries(found.map(({ id, value }) => [id, value])), undefined, 2)}\n`,
  )
}
console.log = log
if (values.json) console.log(JSON.stringify(rows))
else {
  const missed = rows.filter(({ holds }) => !holds).map(({ id }) => id)
  console.log(`\n${rows.length} rows; ${missed.length === 0 ? 'every bar held' : `missed: ${missed.join(', ')}`}`)
  for (const one of leftOut) console.log(`left out: ${one.split('\n')[0]}`)
}
const worse = values.record ? [] : rows.filter(isWorse)
for (const { id, value, unit } of worse) console.error(`${id}: ${value} ${unit}, ${counts[id]} before`)
// A missed bar of a count is known; that it gets worse is not.
const fails = values.counts ? worse.length > 0 : worse.length > 0 || rows.some(({ holds }) => !holds)
if (values.check && (fails || rows.length === 0)) process.exitCode = 1
