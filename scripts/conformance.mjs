// npm run conformance: NIST PKITS, found beside the checkout or in PKITS_DIR, as a table by section.
import { ensureNpmPackages } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'

ensureNpmPackages()
const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', 'test/pki/trust/pkits.test.ts']
const env = { ...process.env, CONFORMANCE: '1', TEST_REQUIRE_ALL: '1' }
process.exitCode = run(process.execPath, [...args, '--reporter=dot', '--silent=false'], { env })
