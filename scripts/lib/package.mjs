import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './run.mjs'

/**
 * Packs the built package and installs it into an empty folder, as an application would: no development dependencies, no
 * optional peers. Install scripts do not run, so `pcsclite` is there as source.
 *
 * @returns the folder, which the caller removes.
 */
export function installPacked() {
  const folder = mkdtempSync(join(tmpdir(), 'jpki-card-install-'))
  npm(root, 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  const application = join(folder, 'application')
  mkdirSync(application)
  writeFileSync(join(application, 'package.json'), '{ "private": true, "type": "module" }\n')
  npm(application, 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', join(folder, tarball))
  return { folder, application, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function npm(cwd, ...args) {
  const { status, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`npm ${args[0]} ended with ${status}: ${stderr}`)
}

/** Packages below a folder's `node_modules`, by name. */
export function installedPackages(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8'))
  return Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
}

/** Space that a folder takes on disk, bytes: whole blocks, as `du` counts. */
export function sizeOnDisk(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  // Windows reports no blocks.
  const size = (path) => ((stats) => (stats.blocks === undefined ? stats.size : stats.blocks * 512))(statSync(path))
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + size(join(entry.parentPath, entry.name)), 0)
}
