// npm run docs:api: writes docs/api.md, every exported name of each subpath with its signature, from dist/ (npm run build).
//   -- --check   writes nothing and ends with 1 when the file is out of date
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { apiReport } from './lib/api-report.mjs'
import { root } from './lib/run.mjs'

const file = join(root, 'docs/api.md')
const report = apiReport()
if (!process.argv.includes('--check')) writeFileSync(file, report)
else if (readFileSync(file, 'utf8') !== report) {
  console.error('docs/api.md is out of date: run  npm run docs:api  and look at what changed')
  process.exitCode = 1
}
