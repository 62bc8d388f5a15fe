import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must, root, say } from './run.mjs'

/** Other Node.js versions the package supports; the npm registry carries their binaries. */
const otherMajors = [22, 24, 26]

/** Paths of those binaries, installed under .cache/ on first use. The running major is left out. */
export function otherNodes() {
  const running = Number(process.versions.node.split('.')[0])
  return otherMajors.filter((major) => major !== running).map((major) => ({ major, path: install(major) }))
}

function install(major) {
  const os = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${os}-${process.arch}`
  const folder = join(root, '.cache', `node-${major}`)
  const binary = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(binary)) {
    say(`installing Node.js ${major}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    must('npm', ['install', '--prefix', folder, '--no-fund', '--no-audit', `${name}@${major}`])
  }
  return binary
}
