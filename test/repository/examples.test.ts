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

/** Code of the documents about tests, which is run as it stands. */
const documents = ['emulator', 'testing'].flatMap((name) =>
  [...readFileSync(join(root, 'docs', `${name}.md`), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(
    ([, code], i) => {
      const isTest = code!.includes("from 'vitest'")
      return { name: `docs/${name}.md ${i + 1}`, code: code!, isTest, file: `${name}-${i + 1}${isTest ? '.test' : ''}` }
    },
  ),
)

describe('the code of docs/emulator.md and docs/testing.md', () => {
  const own = join(folder, 'docs')
  const run = (args: readonly string[]) =>
    spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 120_000 })
  beforeAll(() => {
    mkdirSync(own, { recursive: true })
    for (const { code, file } of documents) {
      // An example is a module of its own, so that its names are its own.
      writeFileSync(join(own, `${file}.mts`), `${code}\nexport {}\n`)
      const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
      writeFileSync(join(own, `${file}.mjs`), ts.transpileModule(code, { compilerOptions }).outputText)
    }
    writeFileSync(join(own, 'vitest.config.mjs'), "export default { test: { include: ['*.test.mjs'] } }\n")
  })

  test('compiles', () => {
    expect(problemsIn(documents.map(({ file }) => join(own, `${file}.mts`)))).toEqual([])
  }, 60_000)

  test.each(documents.filter(({ isTest }) => !isTest))(
    '$name runs',
    ({ file }) => {
      const { status, stdout, stderr } = run([join(own, `${file}.mjs`)])
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout).not.toBe('')
    },
    120_000,
  )

  test('passes, where it is tests', () => {
    expect(documents.filter(({ isTest }) => isTest).length).toBeGreaterThan(2)
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const { status, stdout, stderr } = run([vitest, 'run', '--root', own, '--config', 'vitest.config.mjs'])
    expect(status, stdout + stderr).toBe(0)
  }, 120_000)
})
