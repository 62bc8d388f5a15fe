import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { heavyInputs } from './heavy.ts'

/*
 * How memory is measured: one process per input, which loads the code, reads a small input three times, and collects
 * garbage. `peak` is the highest resident set of the process less the resident set just before the call, garbage included;
 * 0 when start-up needed more. `kept` is heap and buffers after another collection, less the same before.
 */
const root = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)
let folder = ''

/** Node.js 20 runs no TypeScript: writes the sources a child process needs as JavaScript. */
function compile(): void {
  const under = ['x509', 'path', 'revocation', 'trust', 'tlv'].map((name) => `src/${name}`)
  const files = under.flatMap((from) =>
    readdirSync(join(root, from), { recursive: true, encoding: 'utf8' }).map((file) => join(from, file)),
  )
  for (const file of [...files, 'src/bytes.ts', 'src/errors.ts', 'test/fuzz/targets.ts']) {
    if (!file.endsWith('.ts')) continue
    const { outputText } = ts.transpileModule(readFileSync(join(root, file), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        rewriteRelativeImportExtensions: true,
        verbatimModuleSyntax: true,
      },
    })
    const out = join(folder, file.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(out), { recursive: true })
    writeFileSync(out, outputText)
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
}

describe('the heaviest inputs cost less than 1 s and 64 MiB', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fuzz-'))
    compile()
    writeFileSync(join(folder, 'small'), Uint8Array.of(0x30, 0x00))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(Object.keys(heavyInputs))('%s', async (name) => {
    const input = heavyInputs[name]!()
    expect(input.length).toBeLessThanOrEqual(1 << 20)
    const path = join(folder, 'input')
    writeFileSync(path, input)
    const child = join(root, 'test/support/fuzz-child.mjs')
    const targets = join(folder, 'test/fuzz/targets.js')
    const args = ['--expose-gc', child, targets, name.split('/')[0]!, path, join(folder, 'small')]
    const { stdout } = await run(process.execPath, args)
    const { ms, peak, kept } = JSON.parse(stdout) as Record<'ms' | 'peak' | 'kept', number>
    const mib = (bytes: number): number => Math.round(bytes / (1 << 20))
    expect(ms, 'milliseconds').toBeLessThan(1000)
    expect(mib(peak), 'MiB at most').toBeLessThan(64)
    expect(mib(kept), 'MiB kept').toBeLessThan(64)
  })
})
