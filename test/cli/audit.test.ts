import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openAuditLog } from '../../src/server/audit/log.ts'
import { run } from './harness.ts'

let folder: string
let file: string
let hash: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jpki-card-cli-audit-'))
  file = join(folder, 'audit.jsonl')
})
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(async () => {
  rmSync(file, { force: true })
  const log = await openAuditLog(file)
  for (const i of [1, 2, 3]) await log.write({ type: 'step', i })
  await log.close()
  hash = log.head.hash
})

const verify = (...args: readonly string[]) => run(['audit', 'verify', file, ...args])

test.each([
  ['en', 'The hash chain is intact', /Lines +4/, '--count or --hash'],
  ['ja', '正常です', /行数 +4/, '--count、--hash'],
])('a log that is whole, in %s', async (lang, good, lines, note) => {
  const { code, out, err } = await verify('--lang', lang)
  expect(code).toBe(0)
  expect(out).toContain(good)
  expect(out).toMatch(lines)
  expect(out).toContain(hash)
  expect(err).toContain(note)
})

test('as JSON, against an end noted before', async () => {
  const { code, json, err } = await verify('--json', '--count', '4', '--hash', hash.toUpperCase())
  expect([code, json, err]).toEqual([0, { ok: true, entries: 4, head: hash, incompleteTail: false }, ''])
  const cut = await verify('--json', '--count', '5')
  expect([cut.code, cut.json.error.code, cut.json.line]).toEqual([1, 'ERR_AUDIT', 5])
  const other = await verify('--json', '--hash', '0'.repeat(64))
  expect([other.code, other.json.error.code]).toEqual([1, 'ERR_AUDIT'])
})

test('names the line that was altered, and no content of it', async () => {
  writeFileSync(file, readFileSync(file, 'utf8').replace('"i":2', '"i":4242'))
  const { code, out, everything } = await verify('--lang', 'en')
  expect([code, out]).toEqual([1, ''])
  expect(everything).toMatch(/ERR_AUDIT: line 3 .*altered/)
  expect(everything).not.toContain('4242')
  const { json } = await verify('--json')
  expect(json).toMatchObject({
    ok: false,
    line: 3,
    error: { code: 'ERR_AUDIT', detail: expect.stringContaining('line 3') },
  })
})

test('an incomplete last line is reported, and is not a failure', async () => {
  appendFileSync(file, '{"n":5')
  const { code, err } = await verify('--lang', 'en', '--count', '4')
  expect([code, err]).toEqual([0, expect.stringContaining('incomplete line')])
  expect((await verify('--json')).json.incompleteTail).toBe(true)
})

test('a file that is not there, and one that is no log', async () => {
  const absent = await run(['audit', 'verify', join(folder, 'none'), '--json'])
  expect([absent.code, absent.json.error]).toMatchObject([1, { code: 'ERR_FILE' }])
  writeFileSync(file, 'hello\n')
  expect((await verify('--json')).json.error.code).toBe('ERR_AUDIT')
})

test.each([
  [['audit'], 'audit verify FILE'],
  [['audit', 'verify'], 'FILE'],
  [['audit', 'verify', 'f', '--count', '0'], '--count N'],
  [['audit', 'verify', 'f', '--hash', 'abc'], '--hash HEX'],
  [['audit', 'verify', 'f', '--virtual'], '--virtual'],
])('%j is wrong usage', async (args, hint) => {
  const { code, everything } = await run(args)
  expect([code, everything.includes(hint)]).toEqual([2, true])
})

test('helps', async () => {
  for (const line of ['audit --help', 'audit verify --help']) {
    const { code, out } = await run(`${line} --lang en`)
    expect([code, out]).toEqual([0, expect.stringContaining('jpki-card audit verify FILE')])
  }
})
