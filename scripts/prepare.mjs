// Installs what the checks and suites need: Debian packages where it may, then the npm packages of the lock file.
import { ensureNpmPackages, ensureSystemPackages } from './lib/prepare.mjs'

const missing = ensureSystemPackages()
if (missing !== undefined) console.error(missing)
ensureNpmPackages()
