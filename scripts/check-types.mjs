// Compiles the published declarations as a consumer without our settings would: every subpath, no DOM, libraries checked.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must, root } from './lib/run.mjs'

const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const subpaths = Object.entries(exports).filter(([, target]) => typeof target === 'object')
const lines = subpaths.map(([subpath], i) => `export * as part${i} from '${name}${subpath.slice(1)}'`)
const folder = join(root, '.cache')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'consumer.mts'), `${lines.join('\n')}\n`)
const settings = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', 'node']
const libraries = ['--lib', 'es2022,esnext.disposable', '--skipLibCheck', 'false', '--ignoreConfig']
must(process.execPath, ['node_modules/typescript/bin/tsc', ...settings, ...libraries, '.cache/consumer.mts'])
console.log(`${subpaths.length} subpaths compile for a consumer`)
