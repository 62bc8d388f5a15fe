// npm run demo: installs, builds, runs the main job on the in-process virtual card, and has sample documents issued to
// three holders at three terminals at the same moment. Needs no reader and no card.
import { build, ensureNpmPackages } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'

ensureNpmPackages()
build()
const args = process.argv.slice(2)
process.exitCode = run(process.execPath, ['dist/cli/bin.js', 'demo', ...args])
if (process.exitCode === 0 && args.length === 0) {
  console.log('\nFrom the card to the paper in the tray (examples/issue.mjs): three holders, three terminals')
  process.exitCode = run(process.execPath, ['examples/issue.mjs'])
}
