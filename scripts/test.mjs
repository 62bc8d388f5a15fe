// npm test: installs what it needs, builds, and runs every suite. Ends with "N passed, N failed, N skipped".
//   --unit    only what needs no PC/SC     --pcsc   only the PC/SC suite
//   --nodes   only the in-process suite, shortened, on the other supported Node.js versions
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { otherNodes } from './lib/nodes.mjs'
import { build, ensureNpmPackages, ensureSystemPackages } from './lib/prepare.mjs'
import { root, run, say } from './lib/run.mjs'

const flags = new Set(process.argv.slice(2))
// Set by the gate: a skipped test is a failure.
const requireAll = process.env.TEST_REQUIRE_ALL === '1'
const total = { passed: 0, failed: 0, skipped: 0 }

/** One vitest run; adds its counts to the total. */
function suite(name, project, prefix, environment = {}) {
  say(name)
  const report = join(root, '.cache', 'report.json')
  mkdirSync(join(root, '.cache'), { recursive: true })
  rmSync(report, { force: true })
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', project]
  const [command, ...args] = [...prefix, ...vitest, '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]
  const code = run(command, args, { env: { ...process.env, ...environment } })
  if (!existsSync(report)) {
    console.error(`${name}: no report was written (exit code ${code})`)
    total.failed++
    return
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  total.passed += numPassedTests
  total.skipped += numPendingTests + numTodoTests
  // A file that does not load has no tests that could fail; an unhandled error fails the run alone.
  total.failed += Math.max(numFailedTests, numFailedTestSuites > 0 || code !== 0 ? 1 : 0)
}

const others = flags.has('--nodes')
const here = !others && !flags.has('--pcsc')
const pcsc = !others && !flags.has('--unit')
const missing = pcsc ? ensureSystemPackages() : undefined
ensureNpmPackages()
build()
if (here) suite(`in-process suite, Node.js ${process.versions.node}`, 'unit', [process.execPath])
for (const { major, path } of others ? otherNodes() : []) {
  suite(`in-process suite, Node.js ${major}`, 'unit', [path], { TEST_BRIEF: '1' })
}
if (pcsc) {
  const withPcscd = [process.execPath, 'scripts/with-pcscd.mjs']
  const refused = missing ?? (run(withPcscd[0], [withPcscd[1], 'true']) === 0 ? undefined : 'see above')
  if (refused === undefined) {
    suite('PC/SC suite: real pcscd, virtual reader', 'pcsc', [...withPcscd, process.execPath])
  } else {
    console.error(`\nPC/SC suite skipped: ${refused}`)
    total.skipped++
  }
}
const failed = total.failed > 0 || (requireAll && total.skipped > 0)
if (requireAll && total.skipped > 0) console.error('\nwith TEST_REQUIRE_ALL=1 a skipped test is a failure')
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = failed ? 1 : 0
