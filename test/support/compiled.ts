import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * The sources of these folders and files (below src, or another folder) as JavaScript in a folder of their own, for child
 * processes.
 *
 * @returns address of a file below it.
 */
export function compile(name: string, sources: readonly string[], base = 'src'): (path: string) => string {
  const folder = join(root, '.cache', name)
  const all = sources.flatMap((source) =>
    source.endsWith('.ts')
      ? [source]
      : readdirSync(join(root, base, source), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.ts'))
          .map((file) => join(source, file)),
  )
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    rewriteRelativeImportExtensions: true,
    verbatimModuleSyntax: true,
  }
  for (const source of all) {
    const target = join(folder, source.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    // A child may be reading it for another test.
    const fresh = `${target}.${process.pid}`
    const text = readFileSync(join(root, base, source), 'utf8')
    writeFileSync(fresh, ts.transpileModule(text, { compilerOptions }).outputText)
    renameSync(fresh, target)
  }
  return (path) => pathToFileURL(join(folder, path)).href
}
