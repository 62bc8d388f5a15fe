import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { beforeAll, describe, expect, test } from 'vitest'
import { problemsIn } from '../support/compiled.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = join(root, '.cache', 'examples')
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, { readonly default: string } | string>>
}

/** Each entry point with its `@example`. */
const examples = Object.entries(exports).flatMap(([subpath, target]) => {
  if (typeof target === 'string') return []
  const source = readFileSync(join(root, target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts')), 'utf8')
  const comment = source.slice(0, source.indexOf('*/')).replaceAll(/^ \* ?/gm, '')
  const code = /^@example\n```ts\n([\s\S]*?)\n```$/m.exec(comment)?.[1] ?? ''
  return [{ name: `jpki-card${subpath.slice(1)}`, code, file: join(folder, `${subpath.replace('./', '')}.mts`) }]
})

describe('the example of an entry point', () => {
  beforeAll(() => {
    mkdirSync(folder, { recursive: true })
    // Inside the package its own name resolves to dist/ through package.json.
    for (const { file, code } of examples) {
      writeFileSync(file, `${code}\n`)
      const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
      writeFileSync(file.replace('.mts', '.mjs'), ts.transpileModule(code, { compilerOptions }).outputText)
    }
  })

  test('is there and uses it', () => {
    expect(examples.filter(({ name, code }) => !code.includes(`from '${name}'`)).map(({ name }) => name)).toEqual([])
  })

  test('compiles', () => {
    expect(problemsIn(examples.map(({ file }) => file))).toEqual([])
  }, 60_000)

  test.each(examples)('$name runs', ({ file }) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [file.replace('.mts', '.mjs')], {
      cwd: root,
      encoding: 'utf8',
      timeout: 60_000,
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).not.toBe('')
  })
})
