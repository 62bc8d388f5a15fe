// npm run demo: installs, builds and runs the main job on the in-process virtual card. Needs no reader and no card.
import { build, ensureNpmPackages } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'

ensureNpmPackages()
build()
process.exitCode = run(process.execPath, ['dist/cli/bin.js', 'demo', ...process.argv.slice(2)])
