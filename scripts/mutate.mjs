// npm run mutate: changes the code that must never be wrong in small ways, one at a time, and runs its tests against each.
//   npm run mutate -- pins path    only these groups
// Ends with 1 when fewer than 95 % are noticed, when a survivor has no reason in test/mutation/survivors.json, or when a
// reason there belongs to no survivor. By hand and before a release; it takes about an hour on two processors.
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { Stryker } from '@stryker-mutator/core'
import { ensureNpmPackages } from './lib/prepare.mjs'
import { root, say } from './lib/run.mjs'

const bar = 0.95
/**
 * What is changed, and the tests that have to notice: folders, or files where others of a folder would be slow; `without`
 * those whose titles hold a word.
 */
const groups = {
  pins: {
    mutate: ['src/card/pin.ts', 'src/card/pin-guard.ts', 'src/card/pinpad/entry.ts'],
    tests: ['test/card/pin.test.ts', 'test/card/pin-guard*.test.ts', 'test/card/pinpad*.test.ts'],
  },
  session: {
    mutate: ['src/card/session.ts'],
    tests: ['test/card/session*.test.ts', 'test/card/pin-guard*.test.ts', 'test/card/pinpad*.test.ts'],
  },
  tokens: {
    mutate: [
      'src/server/token-service.ts',
      'src/server/instances.ts',
      'src/token/acceptance.ts',
      'src/token/answer.ts',
      'src/token/challenge.ts',
      'src/token/remote.ts',
    ],
    tests: [
      'test/token',
      'test/server/token-service.test.ts',
      'test/server/instances.test.ts',
      'test/server/inspection.test.ts',
      'test/server/open-challenges.test.ts',
      'test/server/pseudonym.test.ts',
      'test/server/token-algorithm.test.ts',
      'test/server/user-verification.test.ts',
      'test/server/certificate-check.test.ts',
    ],
    without: 'Redis',
  },
  municipal: {
    mutate: ['src/server/municipal-pin/*.ts'],
    tests: [
      'test/server/municipal-pin/municipal-pins.test.ts',
      'test/server/municipal-pin/operation.test.ts',
      'test/server/municipal-pin/pin-hash.test.ts',
      'test/server/municipal-pin/pin-record.test.ts',
    ],
    without: 'Redis|while they are hashed',
  },
  // The scripts of Redis are texts here; the tests with a Redis of their own hold them.
  stores: {
    mutate: ['src/server/stores/*.ts', '!src/server/stores/store.ts', '!src/server/stores/redis-scripts.ts'],
    tests: [
      'test/server/memory-store.test.ts',
      'test/server/redis-commands.test.ts',
      'test/server/redis-connection.test.ts',
      'test/server/redis-delays.test.ts',
      'test/server/redis-faults.test.ts',
    ],
  },
  path: {
    mutate: ['src/pki/path/*.ts'],
    tests: [
      'test/pki/path',
      'test/pki/trust/arguments.test.ts',
      'test/pki/trust/budget.test.ts',
      'test/pki/trust/order.test.ts',
    ],
  },
  revocation: {
    mutate: ['src/pki/revocation/crl/status.ts', 'src/pki/revocation/ocsp/status.ts'],
    tests: ['test/pki/revocation'],
  },
  profile: { mutate: ['src/pki/trust/jpki-profile.ts'], tests: ['test/pki/trust/jpki*.test.ts'] },
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in groups))
if (unknown.length > 0) {
  console.error(`unknown group ${unknown.join(', ')}; there are ${Object.keys(groups).join(', ')}`)
  process.exit(2)
}
ensureNpmPackages()

// Each run works on a copy below this folder; tests look for public material beside their checkout.
const folder = join(root, '.cache', 'mutate')
mkdirSync(folder, { recursive: true })
if (existsSync(join(root, '..', 'shared')) && !existsSync(join(folder, 'shared'))) {
  symlinkSync(join(root, '..', 'shared'), join(folder, 'shared'))
}

const list = join(root, 'test', 'mutation', 'survivors.json')
const reasons = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []
const survivors = []
const total = { killed: 0, survived: 0, explained: 0 }
for (const name of asked.length > 0 ? asked : Object.keys(groups)) {
  const { mutate, tests, without } = groups[name]
  say(`${name}: ${mutate.join(' ')}`)
  process.env.MUTATE_TESTS = tests.join(' ')
  if (without === undefined) delete process.env.MUTATE_WITHOUT
  else process.env.MUTATE_WITHOUT = without
  // Long suites find no more of such mutants when they run in full.
  process.env.TEST_BRIEF = '1'
  const results = await new Stryker({
    mutate,
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner', join(root, 'scripts/lib/mutation-texts.mjs')],
    ignorers: ['texts'],
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    ignoreStatic: false,
    concurrency: Number(process.env.MUTATE_PROCESSES ?? availableParallelism()),
    // A mutant counts as noticed when it takes too long; a busy machine must not make it so.
    timeoutMS: 60_000,
    timeoutFactor: 4,
    tempDirName: '.cache/mutate',
    reporters: ['progress'],
    allowConsoleColors: false,
    ignorePatterns: ['/dist', '/docs/api', '/.cache'],
  }).runMutationTest()
  const counted = { killed: 0, survived: 0, explained: 0 }
  for (const mutant of results) {
    if (mutant.status === 'Killed' || mutant.status === 'Timeout' || mutant.status === 'RuntimeError') counted.killed++
    if (mutant.status !== 'Survived' && mutant.status !== 'NoCoverage') continue
    const survivor = described(mutant)
    const at = reasons.findIndex((reason) => isOf(reason, survivor))
    if (at >= 0) reasons[at].met = true
    counted[at >= 0 ? 'explained' : 'survived']++
    survivors.push({ ...survivor, reason: reasons[at]?.reason })
  }
  console.log(row(name, counted))
  for (const key of Object.keys(total)) total[key] += counted[key]
}

writeFileSync(join(folder, 'survivors.json'), `${JSON.stringify(survivors, undefined, 2)}\n`)
const missing = survivors.filter(({ reason }) => reason === undefined)
for (const { file, line, mutator, original, replacement } of missing) {
  console.log(`${file}:${line} ${mutator}: ${original} → ${replacement}`)
}
const outdated = asked.length > 0 ? [] : reasons.filter(({ met }) => !met)
for (const { file, mutator, original } of outdated) console.log(`no longer a survivor: ${file} ${mutator}: ${original}`)
console.log(`\n${row('all', total)}`)
const share = total.killed / (total.killed + total.survived + total.explained)
process.exitCode = share >= bar && missing.length === 0 && outdated.length === 0 ? 0 : 1

/** A mutant by its text rather than its place, so that a line added above it changes nothing. */
function described({ fileName, location: { start, end }, mutatorName, replacement, status }) {
  const lines = readFileSync(fileName, 'utf8').split('\n')
  // Lines and columns are counted from 1.
  const part = lines.slice(start.line - 1, end.line)
  part[part.length - 1] = part.at(-1).slice(0, end.column - 1)
  part[0] = part[0].slice(start.column - 1)
  const original = part.map((text) => text.trim()).join(' ')
  const within = lines[start.line - 1].trim()
  return {
    file: relative(root, fileName),
    line: start.line,
    mutator: mutatorName,
    original,
    replacement,
    within,
    status,
  }
}

function isOf(reason, survivor) {
  return ['file', 'mutator', 'original', 'replacement', 'within'].every((name) => reason[name] === survivor[name])
}

function row(name, { killed, survived, explained }) {
  const all = killed + survived + explained
  const percent = all === 0 ? '–' : `${((100 * killed) / all).toFixed(1)} %`
  return `${name}: ${killed} of ${all} noticed (${percent}), ${explained} survivors with a reason, ${survived} without`
}
