import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile } from '../support/compiled.ts'
import { heavyInputs } from './heavy.ts'

/*
 * How memory is measured: one process per input, which loads the code, reads a small input three times, and collects
 * garbage. `peak` is the highest resident set of the process less the resident set just before the call, garbage included;
 * 0 when start-up needed more. `kept` is heap and buffers after another collection, less the same before.
 */
const root = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)
let folder = ''
let targets = ''

describe('the heaviest inputs cost less than 1 s and 64 MiB, of XML 128 MiB', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fuzz-'))
    targets = fileURLToPath(compile('cost-tests', ['test/fuzz/targets.ts'])('test/fuzz/targets.js'))
    writeFileSync(join(folder, 'small'), Uint8Array.of(0x30, 0x00))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(Object.keys(heavyInputs))('%s', async (name) => {
    const input = heavyInputs[name]!()
    expect(input.length).toBeLessThanOrEqual(1 << 20)
    const path = join(folder, 'input')
    writeFileSync(path, input)
    const child = join(root, 'test/support/fuzz-child.mjs')
    const args = ['--expose-gc', child, targets, name.split('/')[0]!, path, join(folder, 'small')]
    const { stdout } = await run(process.execPath, args)
    const { ms, peak, kept } = JSON.parse(stdout) as Record<'ms' | 'peak' | 'kept', number>
    const mib = (bytes: number): number => Math.round(bytes / (1 << 20))
    expect(ms, 'milliseconds').toBeLessThan(1000)
    // The tree of an XML document has an object for each 4 bytes of it; what is larger is refused by the number of nodes.
    const most = name.startsWith('xml/') ? 128 : 64
    expect(mib(peak), 'MiB at most').toBeLessThan(most)
    expect(mib(kept), 'MiB kept').toBeLessThan(64)
  })
})
