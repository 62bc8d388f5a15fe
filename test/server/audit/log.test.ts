import { createHash } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { auditFormat } from '../../../src/server/audit/line.ts'
import { openAuditLog } from '../../../src/server/audit/log.ts'
import { verifyAuditLog } from '../../../src/server/audit/verify.ts'
import { freshFile } from './folder.ts'

const at = new Date('2030-01-02T03:04:05.678Z')
const clock = (): Date => at
const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

test('one object a line, chained from the header on', async () => {
  const file = freshFile()
  const log = await openAuditLog(file, { clock })
  await log.write({ type: 'accepted', terminal: 'kiosk-1', code: undefined, tries: 2, first: true, note: null })
  await log.write({ type: 'refused', text: '住民票 "\n\u2028' })
  await log.close()
  const text = readFileSync(file, 'utf8')
  const [header, first, second] = linesOf(file)
  expect(header).toMatchObject({
    n: 1,
    at: at.toISOString(),
    prev: '0'.repeat(64),
    type: 'header',
    format: auditFormat,
  })
  expect(header!['log']).toMatch(/^[0-9a-f]{32}$/)
  expect(Object.keys(first!)).toEqual(['n', 'at', 'prev', 'type', 'terminal', 'tries', 'first', 'note', 'hash'])
  expect([first!['prev'], second!['prev']]).toEqual([header!['hash'], first!['hash']])
  expect(second!['text']).toBe('住民票 "\n\u2028')
  // The documented rule, written down once more.
  for (const line of text.trimEnd().split('\n')) {
    const bare = line.replace(/,"hash":"[0-9a-f]{64}"\}$/, '}')
    expect(JSON.parse(line).hash).toBe(createHash('sha256').update(bare).digest('hex'))
  }
  expect(log.head).toEqual({ count: 3, hash: second!['hash'] })
  expect(await verifyAuditLog(file)).toEqual({ entries: 3, head: second!['hash'], incompleteTail: false })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(dirname(file))).toEqual(['audit.jsonl'])
})

test.each([false, true])('sync %s: writes of the same moment keep the order of the calls', async (sync) => {
  const file = freshFile()
  const log = await openAuditLog(file, { sync })
  const done: number[] = []
  await Promise.all(
    Array.from({ length: 500 }, async (_, i) => {
      await log.write({ type: 'step', i, filler: 'x'.repeat(i % 7 === 0 ? 9000 : 5) })
      done.push(i)
      expect(log.head.count).toBeGreaterThanOrEqual(i + 2)
    }),
  )
  await log.close()
  expect(linesOf(file).flatMap(({ i }) => (i === undefined ? [] : [i]))).toEqual([...Array(500).keys()])
  expect(done).toEqual([...Array(500).keys()])
  expect((await verifyAuditLog(file, log.head)).entries).toBe(501)
})

test('goes on where it ended, and a new file can say where the former ended', async () => {
  const file = freshFile()
  const first = await openAuditLog(file)
  await first.write({ type: 'a' })
  await first.close()
  const second = await openAuditLog(file, { continues: { count: 9, hash: 'a'.repeat(64) } })
  expect(second.head).toEqual(first.head)
  await second.write({ type: 'b' })
  await second.close()
  expect(linesOf(file).map(({ type }) => type)).toEqual(['header', 'a', 'b'])
  const next = await openAuditLog(`${file}.2`, { continues: second.head })
  await next.close()
  expect(linesOf(`${file}.2`)[0]).toMatchObject({ continuesCount: 3, continuesHash: second.head.hash })
  expect(linesOf(`${file}.2`)[0]!['log']).not.toBe(linesOf(file)[0]!['log'])
  await expect(openAuditLog(file, { continues: { count: 1, hash: 'A'.repeat(64) } })).rejects.toThrow(TypeError)
})

test.each([
  ['in a line', 1],
  ['at the line feed', 0],
] as const)('a last line that ends too early %s is cut off and reported', async (_, keep) => {
  const file = freshFile()
  const log = await openAuditLog(file)
  await log.write({ type: 'a' })
  await log.write({ type: 'lost', filler: 'x'.repeat(300) })
  await log.close()
  const whole = readFileSync(file)
  const start = whole.lastIndexOf('\n', whole.length - 2) + 1
  const length = keep === 0 ? whole.length - 1 : start + 100
  truncateSync(file, length)
  expect(await verifyAuditLog(file)).toMatchObject({ entries: 2, incompleteTail: true })
  await (await openAuditLog(file)).close()
  expect(linesOf(file)).toMatchObject([{ type: 'header' }, { type: 'a' }, { type: 'recovered', bytes: length - start }])
  expect(await verifyAuditLog(file)).toMatchObject({ entries: 3, incompleteTail: false })
})

test('a header that was not finished, an empty file and a tail of any length are recovered', async () => {
  const file = freshFile()
  writeFileSync(file, '{"n":1,"at"')
  await (await openAuditLog(file)).close()
  expect(linesOf(file)).toMatchObject([{ type: 'header' }, { type: 'recovered', bytes: 11 }])
  appendFileSync(file, Buffer.alloc(1_000_000))
  await (await openAuditLog(file)).close()
  expect(linesOf(file)[2]).toMatchObject({ type: 'recovered', bytes: 1_000_000 })
  writeFileSync(file, '')
  await (await openAuditLog(file)).close()
  expect(linesOf(file)).toMatchObject([{ type: 'header' }])
})

test('a broken chain is not written to', async () => {
  const file = freshFile()
  const log = await openAuditLog(file)
  await log.write({ type: 'a', value: 1 })
  await log.write({ type: 'b' })
  await log.close()
  writeFileSync(file, readFileSync(file, 'utf8').replace('"value":1', '"value":2'))
  const before = readFileSync(file)
  await expect(openAuditLog(file)).rejects.toMatchObject({ code: 'ERR_AUDIT', line: 2 })
  expect(readFileSync(file)).toEqual(before)
  expect(readdirSync(dirname(file))).toEqual(['audit.jsonl'])
})

test.each([
  [{ type: '' }],
  [{ type: 'header' }],
  [{ type: 'recovered' }],
  [{ type: 'a', n: 1 }],
  [{ type: 'a', hash: 'x' }],
  [{ type: 'a', 1: 'x' }],
  [{ type: 'a', 'a b': 'x' }],
  [{ type: 'a', value: Number.NaN }],
  [{ type: 'a', value: { inner: 1 } as unknown as string }],
])('%j is misuse, and costs nothing', async (event) => {
  const file = freshFile()
  const log = await openAuditLog(file)
  await expect(log.write(event)).rejects.toThrow(TypeError)
  await log.write({ type: 'after' })
  await log.close()
  expect((await verifyAuditLog(file)).entries).toBe(2)
})

test('a line of 64 KiB is the longest', async () => {
  const file = freshFile()
  const log = await openAuditLog(file, { clock })
  await log.write({ type: 'a', filler: '' })
  const room = 65_536 - (statSync(file).size - readFileSync(file).indexOf('\n') - 1)
  await expect(log.write({ type: 'a', filler: 'x'.repeat(room + 1) })).rejects.toThrow(RangeError)
  await log.write({ type: 'a', filler: 'x'.repeat(room) })
  await log.close()
  expect((await verifyAuditLog(file)).entries).toBe(3)
  await (await openAuditLog(file)).close()
})

test.each([
  ['removed', (file: string) => unlinkSync(file), 'write-failed', 0],
  ['emptied (copytruncate)', (file: string) => truncateSync(file, 0), 'write-failed', 0],
  ['cut', (file: string) => truncateSync(file, 10), 'write-failed', 1],
  ['written by another program', (file: string) => appendFileSync(file, 'x\n'), 'write-failed', 1],
])(
  'a file that is %s: that write fails, the next one begins a file that names the end of the former',
  async (...row) => {
    const [, change, reason, aside] = row
    const file = freshFile()
    const log = await openAuditLog(file)
    await log.write({ type: 'a' })
    const { head, id } = log
    change(file)
    const writes = await Promise.allSettled([log.write({ type: 'b' }), log.write({ type: 'c' })])
    expect(writes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(log.conditions()).toMatchObject([{ part: 'audit', state: 'failed', reason }])
    expect(log.head).toEqual(head)
    await log.write({ type: 'd' })
    expect(linesOf(file)).toMatchObject([
      { type: 'header', continuesLog: id, continuesCount: head.count, continuesHash: head.hash },
      { type: 'recovered', bytes: 0, reason },
      { type: 'd' },
    ])
    const others = readdirSync(dirname(file)).filter((name) => name.includes('.altered-'))
    expect(others).toHaveLength(aside)
    expect(log.conditions()).toMatchObject(
      aside === 1 ? [{ state: 'warning', reason: 'file-altered' }] : [{ part: 'audit', state: 'ok' }],
    )
    await log.close()
    expect(await verifyAuditLog(file)).toMatchObject({ entries: 3, incompleteTail: false })
    await expect(log.write({ type: 'e' })).rejects.toMatchObject({ code: 'ERR_AUDIT' })
  },
)

test('a folder and a file that cannot be created are reported with a code', async () => {
  const folder = freshFile('folder')
  await mkdir(folder)
  await expect(openAuditLog(folder)).rejects.toMatchObject({ code: 'ERR_AUDIT', cause: { code: 'EISDIR' } })
  await expect(openAuditLog(`${folder}/no/such/file`)).rejects.toMatchObject({ cause: { code: 'ENOENT' } })
  await expect(verifyAuditLog(`${folder}/none`)).rejects.toMatchObject({ code: 'ERR_AUDIT', line: undefined })
  expect(readdirSync(dirname(folder))).toEqual(['folder'])
})

test('close waits for what was written, and can be called again', async () => {
  const file = freshFile()
  const log = await openAuditLog(file)
  const writes = Array.from({ length: 50 }, (_, i) => log.write({ type: 'a', i }))
  await Promise.all([log.close(), log.close()])
  await Promise.all(writes)
  expect((await verifyAuditLog(file)).entries).toBe(51)
})
