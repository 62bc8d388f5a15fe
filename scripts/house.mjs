// npm run house: what a change costs and how the source is cut, one row each: id, value, unit, bar, holds, before.
//   -- --json    an array on stdout, as `npm run bench` prints
//   -- --check   exit 1 when a bar is missed or a change does not work
// `before` is commit 3444b85. Needs npm packages and a build; makes both where they are missing.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { changes } from './house/changes.mjs'
import { tryChange } from './house/try-change.mjs'
import { arrowsOf, importsBelow, pastAnIndex } from './lib/imports.mjs'
import { installedPackages, installPacked, sizeOnDisk } from './lib/package.mjs'
import { build, ensureNpmPackages } from './lib/prepare.mjs'
import { root } from './lib/run.mjs'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, check: { type: 'boolean', default: false } },
})
const log = console.log
if (values.json) console.log = console.error

const rows = []
/** `bar` is the most that holds, or with `least` the least; a row without one only informs. */
function row(id, value, unit, { bar, least = false, before } = {}) {
  const holds = bar === undefined || value === undefined ? bar === undefined : least ? value >= bar : value <= bar
  rows.push({ id, value, unit, bar, holds, before })
}

ensureNpmPackages()
if (!existsSync(join(root, 'dist/index.js'))) build()

for (const change of changes) {
  console.error(`▸ ${change.title}`)
  const { files, failure } = tryChange(change)
  if (failure !== undefined) console.error(`  ${failure}`)
  row(`change.${change.id}`, failure === undefined ? files : undefined, 'files', {
    bar: change.atMost,
    before: change.before,
  })
}

const src = join(root, 'src')
const imports = importsBelow(src)
row('imports.past-index', pastAnIndex(arrowsOf(imports)).length, 'imports', { bar: 20, before: 93 })

const { exports, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const subpaths = Object.keys(exports).filter((subpath) => subpath !== '.' && !subpath.endsWith('.json'))
row('package.subpaths', subpaths.length, 'subpaths', { bar: 14, before: 30 })

console.error('▸ the default install')
const installed = installPacked()
try {
  const size = sizeOnDisk(join(installed.application, 'node_modules')) / 2 ** 20
  const peers = installedPackages(installed.application).filter((name) => name in peerDependencies)
  row('package.install', Number(size.toFixed(1)), 'MB', { bar: 25, before: 56 })
  row('package.server-packages', peers.length, 'packages', { bar: 0, before: 6 })
} finally {
  installed.remove()
}

const lines = [...imports.keys()].map((file) => readFileSync(join(src, file), 'utf8').split('\n').length - 1)
const sorted = lines.toSorted((a, b) => a - b)
row('source.files', lines.length, 'files', { before: 628 })
row(
  'source.lines',
  lines.reduce((sum, count) => sum + count, 0),
  'lines',
  { before: 46_315 },
)
row('source.median-file', sorted[Math.floor(sorted.length / 2)], 'lines', { bar: 90, least: true, before: 58 })
const short = lines.filter((count) => count < 40).length / lines.length
row('source.below-40', Number((100 * short).toFixed(1)), '% of files', { bar: 10, before: 33.8 })

console.log = log
if (values.json) console.log(JSON.stringify(rows))
else console.table(Object.fromEntries(rows.map(({ id, ...rest }) => [id, rest])))
if (values.check && rows.some(({ holds }) => !holds)) process.exitCode = 1
