import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { sampleResidents } from '../../examples/residence-record.mjs'
import { verifyAuditLog } from '../../src/server/index.ts'
import { textOfPages } from './page-text.mjs'

const folder = mkdtempSync(join(tmpdir(), 'issue-'))
afterAll(() => rmSync(folder, { recursive: true }))
const example = fileURLToPath(new URL('../../examples/issue.mjs', import.meta.url))

describe('examples/issue.mjs', () => {
  test('issues each holder their own document, at the same moment, and every case ends', {
    timeout: 120_000,
  }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [example, folder])
    const names = sampleResidents.map(({ name }) => name)
    for (const [n, name] of names.entries()) {
      const terminal = `kiosk-${n + 1}`
      const [file, ...more] = readdirSync(join(folder, terminal))
      expect(more).toEqual([])
      expect(stdout).toContain(`${terminal} ${name} (${n === 1 ? 2 : 1}): ${join(folder, terminal, file!)}`)
      const text = (await textOfPages(readFileSync(join(folder, terminal, file!)))).join('').replaceAll(/\s/g, '')
      expect(names.filter((one) => text.includes(one.replaceAll(/\s/g, '')))).toEqual([name])
      expect(text).toContain('見本')
    }
    await verifyAuditLog(join(folder, 'audit.jsonl'))
    const lines = readFileSync(join(folder, 'audit.jsonl'), 'utf8').trim().split('\n')
    const ends = lines
      .map((line) => JSON.parse(line) as { state?: string })
      .filter(({ state }) => state === 'collected')
    expect(ends).toHaveLength(3)
  })
})
