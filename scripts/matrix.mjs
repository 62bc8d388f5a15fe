// npm run matrix: every fault at every exchange of every flow with the virtual card, as a table of what each came to.
import { ensureNpmPackages } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'

ensureNpmPackages()
const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', 'test/fault-matrix/matrix.test.ts']
const env = { ...process.env, MATRIX: '1' }
process.exitCode = run(process.execPath, [...args, '--reporter=dot', '--silent=false'], { env })
