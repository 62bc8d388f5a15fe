import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { compile } from '../support/compiled.ts'
import type { HostileReport } from './hostile-run.ts'
import { exchanges, seed } from './settings.ts'

// Repeat a run with FUZZ_SEED=N. One flow that failed: FUZZ_FLOW with the flow seed it prints.
const root = fileURLToPath(new URL('../../', import.meta.url))
const child = join(root, 'test/support/hostile-child.mjs')
/** Heap of the process, MiB. */
const memory = 128

let folder = ''
let program = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'))
  writeFileSync(join(folder, 'identity'), inject('identity'))
  const at = compile('hostile-tests', ['test/fuzz/hostile-run.ts'])
  cpSync(join(root, 'examples/profiles'), new URL(at('examples/profiles')), { recursive: true })
  program = at('test/fuzz/hostile-run.js')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test(
  `${exchanges} exchanges with hostile cards end in results and coded errors, soon and in little memory`,
  async () => {
    const limits = [`--max-old-space-size=${memory}`, '--unhandled-rejections=strict']
    const run = [program, join(folder, 'identity'), String(seed), String(exchanges)]
    const only = process.env['FUZZ_FLOW']
    const args = [...limits, child, ...run, ...(only === undefined ? [] : [only])]
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 24 })
    const report = JSON.parse(stdout) as HostileReport & { readonly milliseconds: number; readonly maxRss: number }
    console.log(`hostile cards, seed ${seed}: ${JSON.stringify(report, undefined, 1)}`)
    expect(report.broken).toEqual([])
    if (only !== undefined) return
    expect(report.exchanges).toBeGreaterThanOrEqual(exchanges)
    expect(report.longest.exchanges).toBeLessThan(16_000)
    expect(report.maxRss / 2 ** 20).toBeLessThan(memory + 256)
  },
  exchanges + 120_000,
)
