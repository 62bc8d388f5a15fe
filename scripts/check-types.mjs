// Compiles the published declarations as a consumer without our settings would: every subpath, no DOM, libraries checked, with
// the oldest supported TypeScript, ours and the newest. The others are installed under .cache/ on first use: as aliases in
// devDependencies they would take the name `tsc` from ours.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must, root, say } from './lib/run.mjs'

const otherVersions = ['5.0.4', '7.0.2']
const { name, exports, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const optional = Object.keys(peerDependencies)
const subpaths = Object.entries(exports).filter(([, target]) => typeof target === 'object')
const lines = subpaths.map(([subpath], i) => `export * as part${i} from '${name}${subpath.slice(1)}'`)
const folder = join(root, '.cache')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'consumer.mts'), `${lines.join('\n')}\n`)
const settings = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', 'node']
const libraries = ['--skipLibCheck', 'false']

/** Path of that compiler, installed when it is not there. */
function compiler(version) {
  const place = join(folder, `typescript-${version}`)
  const program = join(place, 'node_modules/typescript/bin/tsc')
  if (existsSync(program)) return program
  say(`installing TypeScript ${version}`)
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'package.json'), '{ "private": true }\n')
  must('npm', ['install', '--prefix', place, '--no-fund', '--no-audit', `typescript@${version}`])
  return program
}

const ours = join(root, 'node_modules/typescript/bin/tsc')
for (const program of [ours, ...otherVersions.map(compiler)]) {
  const { version } = JSON.parse(readFileSync(join(program, '../../package.json'), 'utf8'))
  const isOld = version.startsWith('5.')
  // From version 6 on, naming files beside a tsconfig.json is an error unless it is ignored on purpose.
  const own = [
    ...(isOld ? [] : ['--ignoreConfig']),
    '--lib',
    isOld && version < '5.2' ? 'es2022' : 'es2022,esnext.disposable',
  ]
  must(process.execPath, [program, ...settings, ...libraries, ...own, '.cache/consumer.mts'])
  const listing = [program, ...settings, ...own, '--listFilesOnly', '.cache/consumer.mts']
  const files = spawnSync(process.execPath, listing, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
  const foreign = files.stdout
    .split('\n')
    .filter((file) => optional.some((peer) => file.includes(`/node_modules/${peer}/`)))
  if (foreign.length > 0) {
    console.error(`the declarations lead to packages that an application need not have:\n${foreign.join('\n')}`)
    process.exit(1)
  }
  console.log(`${subpaths.length} subpaths compile for a consumer with TypeScript ${version}`)
}
