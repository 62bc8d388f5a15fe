// npm run simulate: the deterministic simulation of issuance, see docs/testing.md. Exit code 1 on a violation.
//   node scripts/simulate.mjs [--schedules N] [--seed S] [--workers N] [--variant V] [--stats] [--trace] [--help]
import { join } from 'node:path'
import { build } from 'esbuild'
import { ensureNpmPackages } from './lib/prepare.mjs'
import { root, run } from './lib/run.mjs'

ensureNpmPackages()
const outfile = join(root, '.cache/simulation.mjs')
await build({
  entryPoints: [join(root, 'test/simulation/main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
})
process.exitCode = run(process.execPath, ['--max-semi-space-size=64', outfile, ...process.argv.slice(2)])
