import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))
const compilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2022,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
}

/**
 * Files (paths from the root) and all that they import as JavaScript in a folder of their own, for child processes: Node.js 20
 * runs no TypeScript.
 *
 * @returns address of a file below it.
 */
export function compile(name: string, entries: readonly string[]): (path: string) => string {
  const folder = join(root, '.cache', name)
  const done = new Set<string>()
  const waiting = [...entries]
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    if (done.has(source)) continue
    done.add(source)
    const text = readFileSync(join(root, source), 'utf8')
    const from = dirname(source)
    for (const [, imported, loaded] of text.matchAll(
      /(?:from|import\()\s*'(\.[^']+\.ts)'|new URL\('(\.[^']+)\.js', import\.meta\.url\)/g,
    )) {
      waiting.push(relative(root, join(root, from, imported ?? `${loaded}.ts`)))
    }
    const target = join(folder, source.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    // A child may be reading it for another test.
    const fresh = `${target}.${process.pid}`
    writeFileSync(fresh, ts.transpileModule(text, { compilerOptions }).outputText)
    renameSync(fresh, target)
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  return (path) => pathToFileURL(join(folder, path)).href
}

/** What is wrong with TypeScript files that use the package, compiled strictly and without DOM, each as `file message`. */
export function problemsIn(files: readonly string[]): readonly string[] {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
  })
  const problems = ts.getPreEmitDiagnostics(program)
  return problems.map(
    ({ file, messageText }) => `${file?.fileName} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  )
}
