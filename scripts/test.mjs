// npm test: installs what it needs, builds, and runs every suite. Ends with "N passed, N failed, N skipped".
//   --unit    only what needs no PC/SC     --pcsc   only the PC/SC suite
//   --nodes   only the in-process suite, shortened, on the other supported Node.js versions
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { otherNodes } from './lib/nodes.mjs'
import { build, ensureNpmPackages, ensureSystemPackages } from './lib/prepare.mjs'
import { root, run, say } from './lib/run.mjs'

const flags = new Set(process.argv.slice(2))
// Set by the gate: a skipped test is a failure.
const requireAll = process.env.TEST_REQUIRE_ALL === '1'
const total = { passed: 0, failed: 0, skipped: 0 }

/**
 * Vitest over one project, its files in `parts` at the same time; adds their counts to the total. The output of one part is
 * shown as it comes, that of several when each has ended.
 */
async function suite(name, project, prefix, { environment = {}, parts = [[]] } = {}) {
  say(name)
  mkdirSync(join(root, '.cache'), { recursive: true })
  const isOne = parts.length === 1
  await Promise.all(
    parts.map((files, i) => onePart(name, project, prefix, environment, files, `report-${i + 1}`, isOne)),
  )
}

async function onePart(name, project, prefix, environment, files, reportName, isOne) {
  const report = join(root, '.cache', `${reportName}.json`)
  rmSync(report, { force: true })
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...files]
  const [command, ...args] = [...prefix, ...vitest, '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]
  const stdio = isOne ? 'inherit' : ['inherit', 'pipe', 'pipe']
  const child = spawn(command, args, { cwd: root, stdio, env: { ...process.env, ...environment } })
  const output = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => output.push(piece))
  const [code, signal] = await once(child, 'close')
  if (!isOne) process.stdout.write(Buffer.concat(output))
  if (!existsSync(report)) {
    console.error(`${name}: no report was written (exit code ${code ?? signal})`)
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

/** The files of the PC/SC suite, each part beginning with one of the longest. */
function pcscParts() {
  const longest = ['fault-matrix', 'applications', 'conformance', 'isolated'].map((name) => `${name}.test.ts`)
  const all = readdirSync(join(root, 'test/pcsc')).filter((name) => name.endsWith('.test.ts'))
  const others = all.filter((name) => !longest.includes(name)).sort()
  const parts = longest.map((name) => [`test/pcsc/${name}`])
  for (const [i, name] of others.entries()) parts[i % parts.length].push(`test/pcsc/${name}`)
  return parts
}

const others = flags.has('--nodes')
const here = !others && !flags.has('--pcsc')
const pcsc = !others && !flags.has('--unit')
const missing = pcsc ? ensureSystemPackages() : undefined
ensureNpmPackages()
build()
if (here) await suite(`in-process suite, Node.js ${process.versions.node}`, 'unit', [process.execPath])
for (const { major, path } of others ? otherNodes() : []) {
  await suite(`in-process suite, Node.js ${major}`, 'unit', [path], { environment: { TEST_BRIEF: '1' } })
}
if (pcsc) {
  const withPcscd = [process.execPath, 'scripts/with-pcscd.mjs']
  const refused = missing ?? (run(withPcscd[0], [withPcscd[1], 'true']) === 0 ? undefined : 'see above')
  if (refused === undefined) {
    // It mostly waits for pcscd, which looks at its readers each 400 ms; each part has a pcscd of its own.
    await suite('PC/SC suite: real pcscd, virtual reader', 'pcsc', [...withPcscd, process.execPath], {
      parts: pcscParts(),
    })
  } else {
    console.error(`\nPC/SC suite skipped: ${refused}`)
    total.skipped++
  }
}
const failed = total.failed > 0 || (requireAll && total.skipped > 0)
if (requireAll && total.skipped > 0) console.error('\nwith TEST_REQUIRE_ALL=1 a skipped test is a failure')
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = failed ? 1 : 0
