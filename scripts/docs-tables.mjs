// npm run docs:tables: writes the tables of docs/ and the codes of docs/openapi.json that are made from src/.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { must, root } from './lib/run.mjs'
import { tablesOf, withCodes, withTables } from './lib/tables.mjs'

// Compiled here, so that no build is needed.
const compilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2022,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
}
const leaves = readdirSync(join(root, 'src')).filter((name) => name !== 'index.ts')
const messages = readdirSync(join(root, 'src/messages'), { recursive: true }).map((name) => join('messages', name))
const sources = [...leaves, ...messages].filter((name) => name.endsWith('.ts'))
const folder = join(root, '.cache/docs-tables')
for (const source of sources) {
  const target = join(folder, source.replace(/\.ts$/, '.js'))
  mkdirSync(dirname(target), { recursive: true })
  const text = readFileSync(join(root, 'src', source), 'utf8')
  writeFileSync(target, ts.transpileModule(text, { compilerOptions }).outputText)
}
const load = (path) => import(pathToFileURL(join(folder, path)).href)
const data = {
  ...(await load('outcomes.js')),
  ...(await load('messages/index.js')),
  ...(await load('messages/fill.js')),
}
for (const [file, tables] of Object.entries(tablesOf(data))) {
  const path = join(root, 'docs', file)
  writeFileSync(path, withTables(readFileSync(path, 'utf8'), tables))
}
const openapi = join(root, 'docs/openapi.json')
writeFileSync(openapi, JSON.stringify(withCodes(readFileSync(openapi, 'utf8'), data), null, 2))
must(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'format', '--write', openapi])
