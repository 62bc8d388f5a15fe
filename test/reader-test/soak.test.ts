import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, inject, test } from 'vitest'
import type { SoakReport } from '../../src/reader-test/index.ts'
import { compile } from '../support/compiled.ts'
import { brief } from '../support/scale.ts'

const sessions = 20_000
// Node.js 22 goes on compiling for some thousand sessions, and keeps what it compiles in the heap: 7 % of this small one.
const warmUp = brief ? 5000 : 0
const entries = ['src/emulator/index.ts', 'src/reader-test/index.ts', 'src/cli/field/process-sample.ts']

/** A soak test of the virtual card in a process of its own, so that nothing else is measured. */
async function soak(count: number): Promise<Omit<SoakReport, 'startedAt'>> {
  const at = compile('soak-tests', entries)
  const script = fileURLToPath(new URL('soak-child.mjs', import.meta.url))
  const folder = at('src')
  const child = spawn(process.execPath, ['--expose-gc', script, folder, String(count), String(warmUp)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(inject('identity'))
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect(code).toBe(0)
  return JSON.parse(out)
}

test(`${sessions} sessions in process leave memory and handles as they were`, { timeout: 300_000 }, async () => {
  const report = await soak(sessions)
  expect(report).toMatchObject({ sessions, failed: 0, errors: [], outages: 0, verdict: 'passed', ended: 'done' })
  expect(report.tenths.map((tenth) => tenth.sessions)).toEqual(Array.from({ length: 10 }, () => sessions / 10))
  const [first, last] = [report.tenths[0]!.sample, report.tenths.at(-1)!.sample]
  expect(first.collected && last.collected).toBe(true)
  expect(last.heapBytes / first.heapBytes).toBeLessThan(1.05)
  expect(last.resources).toEqual(first.resources)
  expect(last.descriptors).toBe(first.descriptors)
})
