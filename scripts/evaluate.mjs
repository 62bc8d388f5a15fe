// npm run evaluate: `jpki-card evaluate issuance` on our own server with each store, processes and stores killed; then on
// servers that are each wrong in one respect, which must fail; see docs/testing.md. Prints each case that was not passed, and
// a table; the last line is `N cases, N passed, N failed, N skipped`, with what does not apply to a store that forgets named
// beside it.
//   node scripts/evaluate.mjs [--store memory|sqlite|redis]… [--only ID]… [--cases N]
// With --store or --only without the broken servers. Exit code 1 when a case failed or was skipped, a case that was opened
// has no end in the audit logs, or a broken server does not fail.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build, ensureNpmPackages } from './lib/prepare.mjs'
import { has, root, run, say } from './lib/run.mjs'
import { storeKinds, Trial } from './lib/trial.mjs'

const several = { type: 'string', multiple: true }
const { values } = parseArgs({ options: { store: several, only: several, cases: { type: 'string' } } })
const kinds = values.store ?? storeKinds
const unknown = kinds.find((kind) => !storeKinds.includes(kind))
if (unknown !== undefined) {
  console.error(`--store takes ${storeKinds.join(', ')}; not ${unknown}`)
  process.exit(2)
}
if (kinds.includes('redis') && !has('redis-server')) {
  console.error('redis-server is needed: node scripts/prepare.mjs')
  process.exit(2)
}

/** What is counted of the result of a case. `warned` is a pass with a remark, but for what a store forgot. */
function columnOf({ result, reason }) {
  if (reason === 'forgotten') return 'in part'
  if (reason === 'not-applicable') return 'not applicable'
  return { passed: 'passed', warned: 'passed', failed: 'failed', 'not-run': 'skipped' }[result]
}

let running
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await running?.[Symbol.asyncDispose]()
    process.exit(1)
  })
}

/** The tests of broken servers. @returns how many there are, and how many fail their cases, and no others. */
function brokenServers() {
  say('broken servers')
  const report = join(root, '.cache/broken-servers.json')
  rmSync(report, { force: true })
  const files = ['broken-servers', 'installations'].map((name) => `test/server-test/issuance/${name}.test.ts`)
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'unit',
    ...files,
    '-t',
    'wrong in one respect fails',
  ]
  const code = run(process.execPath, [...vitest, '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`])
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
  return { all: numPassedTests + numFailedTests, fail: numPassedTests, code }
}

const options = [
  ...(values.only ?? []).flatMap((id) => ['--only', id]),
  ...(values.cases === undefined ? [] : ['--cases', values.cases]),
]
ensureNpmPackages()
build()
const rows = {}
let isBroken = false
for (const kind of kinds) {
  say(`evaluate issuance: ${kind}`)
  running = await Trial.make(kind)
  try {
    await running.start()
    const { report } = await running.evaluate(...options)
    const row = { cases: report.cases.length, passed: 0, failed: 0, skipped: 0, 'in part': 0, 'not applicable': 0 }
    for (const one of report.cases) {
      row[columnOf(one)] += 1
      if (one.result !== 'passed') console.log(`${kind} ${one.id}: ${one.result}, ${one.reason} (${one.came})`)
    }
    row.seconds = Math.round(report.durationMs / 1_000)
    rows[kind] = row
    // What a store in memory forgot has no end.
    const { opened, ...wrong } = kind === 'memory' ? {} : await running.accounted()
    for (const [what, cases] of Object.entries(wrong)) {
      for (const lines of cases) console.log(`${kind} ${what} in the audit logs: ${JSON.stringify(lines)}`)
      isBroken ||= cases.length > 0
    }
    await running.verifyLogs()
    row['opened, all with an end'] = opened ?? 'does not apply'
  } finally {
    await running[Symbol.asyncDispose]()
    running = undefined
  }
}
const broken = values.store === undefined && values.only === undefined ? brokenServers() : undefined
if (broken !== undefined) {
  console.log(`${broken.all} broken servers, ${broken.fail} fail their cases`)
  isBroken ||= broken.code !== 0
}
console.table(rows)
const sum = (column) => Object.values(rows).reduce((total, row) => total + row[column], 0)
const apart = ['in part', 'not applicable']
  .filter((column) => sum(column) > 0)
  .map((column) => `, ${sum(column)} ${column}`)
const counted = `${sum('cases')} cases, ${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`
console.log(`${counted}${apart.join('')}`)
if (isBroken || sum('failed') + sum('skipped') > 0) process.exitCode = 1
