import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from './run.mjs'

const { name: packageName, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/**
 * Every exported name of each subpath, with its signature and the first sentence of its description, as Markdown. Made from the
 * declarations in dist/. A name that several subpaths export stands with the first of them that is not the root.
 */
export function apiReport() {
  const entries = Object.entries(exports).filter(([, target]) => typeof target === 'object')
  // The root repeats what the rooms have.
  const ordered = [...entries.filter(([subpath]) => subpath !== '.'), ...entries.filter(([subpath]) => subpath === '.')]
  const files = ordered.map(([, target]) => join(root, target.types))
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    skipLibCheck: true,
    noEmit: true,
  })
  const checker = program.getTypeChecker()
  const homes = new Map()
  const parts = ordered.map(([subpath], i) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(files[i]))
    const symbols = checker.getExportsOfModule(module).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const import_ = `${packageName}${subpath.slice(1)}`
    const own = []
    const shared = []
    for (const exported of symbols) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      const home = homes.get(symbol)
      if (home === undefined) homes.set(symbol, import_)
      if (home === undefined) own.push(describe(exported.name, symbol, checker))
      else shared.push(`\`${exported.name}\``)
    }
    const also = shared.length > 0 ? [`Also, described with another subpath: ${shared.join(', ')}.`] : []
    return [`## \`${import_}\``, ...also, ...own].join('\n\n')
  })
  const head = [
    '# API',
    'Every exported name of each subpath, with its signature. Made by `npm run docs:api` from the declarations; a change of this',
    'file is a change of the public interface. Parameters, ranges and errors are described in the declarations themselves.',
  ]
  return `${head[0]}\n\n${head[1]}\n${head[2]}\n\n${parts.join('\n\n')}\n`
}

const printer = ts.createPrinter({ removeComments: true })

function describe(name, symbol, checker) {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).replaceAll(/\s+/g, ' ')
  const [sentence] = text.replaceAll(/\{@link (\S+?)\s*\}/g, '`$1`').split(/(?<=\.)\s(?=[A-Z`])/)
  const signatures = symbol.declarations.map((declaration) => {
    const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
    return (
      printer
        .printNode(ts.EmitHint.Unspecified, node, declaration.getSourceFile())
        .replace(/^export /, '')
        .replace(/^declare /, '')
        .replaceAll(/ {4}/g, '  ')
        // Compilers differ in this.
        .replaceAll(/"([^"'\n]*)"/g, "'$1'")
        .split('\n')
        .filter((line) => !/^\s*(private |#private)/.test(line))
        .join('\n')
    )
  })
  const lines = [`### ${name}`, ...(sentence ? [sentence] : []), `\`\`\`ts\n${signatures.join('\n')}\n\`\`\``]
  return lines.join('\n\n')
}
