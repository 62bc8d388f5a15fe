import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openAuditLog } from '../../../src/server/audit/log.ts'
import { verifyAuditLog } from '../../../src/server/audit/verify.ts'
import { freshFile } from './folder.ts'

/** A log of a header and five lines. */
async function smallLog() {
  const file = freshFile()
  const log = await openAuditLog(file)
  for (const i of [1, 2, 3, 4, 5]) await log.write({ type: 'step', i })
  await log.close()
  return { file, lines: readFileSync(file, 'utf8').trimEnd().split('\n'), head: log.head }
}

const save = (file: string, lines: readonly string[]): void => writeFileSync(file, lines.map((l) => `${l}\n`).join(''))

test('every altered byte is found, at its line', async () => {
  const { file, head } = await smallLog()
  const good = readFileSync(file)
  let line = 1
  for (let i = 0; i < good.length; i++) {
    for (const flip of [0x01, 0x20, 0x80]) {
      const bad = Buffer.from(good)
      bad[i]! ^= flip
      writeFileSync(file, bad)
      const found = await verifyAuditLog(file, head).then(
        () => undefined,
        (error) => [error.code, error.line],
      )
      expect(found, `byte ${i}`).toEqual(['ERR_AUDIT', i === good.length - 1 ? 6 : line])
    }
    if (good[i] === 0x0a) line++
  }
})

/** Gives a line other fields and the hash it then needs. */
function forge(line: string, change: (fields: Record<string, unknown>) => void): string {
  const { hash: _, ...fields } = JSON.parse(line)
  change(fields)
  const body = JSON.stringify(fields)
  return `${body.slice(0, -1)},"hash":"${createHash('sha256').update(body).digest('hex')}"}`
}

test.each<[string, number, RegExp, (lines: string[]) => void]>([
  ['altered', 3, /altered/, (l) => (l[2] = l[2]!.replace('"i":2', '"i":9'))],
  ['altered, with its hash', 4, /replaced/, (l) => (l[2] = forge(l[2]!, (fields) => (fields['i'] = 9)))],
  ['one removed', 3, /removed/, (l) => l.splice(2, 1)],
  ['the header removed', 1, /removed/, (l) => l.splice(0, 1)],
  ['one repeated', 4, /repeated/, (l) => l.splice(2, 0, l[2]!)],
  ['two swapped', 3, /order/, (l) => l.splice(2, 2, l[3]!, l[2]!)],
  [
    'one inserted',
    4,
    /inserted/,
    (l) =>
      l.splice(
        3,
        0,
        forge(l[2]!, (fields) => (fields['i'] = 9)),
      ),
  ],
  [
    'one inserted with its number',
    4,
    /inserted|follows/,
    (l) =>
      l.splice(
        3,
        0,
        forge(l[2]!, (f) => (f['n'] = 4)),
      ),
  ],
  ['an empty line', 2, /hash/, (l) => l.splice(1, 0, '')],
  ['no object', 2, /hash/, (l) => (l[1] = '[1]')],
  ['another format', 1, /format/, (l) => (l[0] = forge(l[0]!, (fields) => (fields['format'] = 'x:1')))],
  ['a long line', 2, /longer than 65536/, (l) => (l[1] = 'x'.repeat(65_536))],
  ['a very long line', 2, /longer than 65536/, (l) => (l[1] = 'x'.repeat(700_000))],
])('%s: line %i', async (_, line, message, change) => {
  const { file, lines } = await smallLog()
  change(lines)
  save(file, lines)
  await expect(verifyAuditLog(file)).rejects.toMatchObject({
    code: 'ERR_AUDIT',
    line,
    message: expect.stringMatching(message),
  })
})

test('truncation at the end is detected against an expected end only', async () => {
  const { file, lines, head } = await smallLog()
  expect((await verifyAuditLog(file, head)).entries).toBe(6)
  save(file, lines.slice(0, 4))
  expect((await verifyAuditLog(file)).entries).toBe(4)
  const cut = { code: 'ERR_AUDIT', line: 5, message: expect.stringContaining('truncated') }
  await expect(verifyAuditLog(file, head)).rejects.toMatchObject(cut)
  await expect(verifyAuditLog(file, { count: 6 })).rejects.toMatchObject(cut)
  await expect(verifyAuditLog(file, { hash: head.hash })).rejects.toMatchObject(cut)
})

test('a log that has grown since still matches, and a rewritten one does not', async () => {
  const { file, lines, head } = await smallLog()
  const { hash } = JSON.parse(lines[3]!)
  expect((await verifyAuditLog(file, { count: 4, hash })).head).toBe(head.hash)
  expect((await verifyAuditLog(file, { hash: hash.toUpperCase() })).entries).toBe(6)
  await expect(verifyAuditLog(file, { count: 5, hash })).rejects.toMatchObject({ code: 'ERR_AUDIT', line: 5 })
  await expect(verifyAuditLog(file, { hash: 'a'.repeat(64) })).rejects.toMatchObject({ code: 'ERR_AUDIT' })
})

test('an emptied file is no log', async () => {
  const { file, lines } = await smallLog()
  for (const content of ['', lines[0]!.slice(0, 30)]) {
    writeFileSync(file, content)
    await expect(verifyAuditLog(file)).rejects.toMatchObject({ code: 'ERR_AUDIT', line: 1 })
  }
})

test.each([[{ count: 0 }], [{ count: 1.5 }], [{ hash: 'abc' }]])('%j cannot be an end', async (expected) => {
  await expect(verifyAuditLog('unused', expected)).rejects.toThrow(/count|hash/)
})

test('memory does not grow with the file', async () => {
  const file = freshFile()
  const log = await openAuditLog(file)
  for (let i = 0; i < 20; i++) {
    await Promise.all(Array.from({ length: 100 }, () => log.write({ type: 'a', filler: 'x'.repeat(30_000) })))
  }
  await log.close()
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  }, 1)
  const { entries } = await verifyAuditLog(file)
  clearInterval(watch)
  expect(entries).toBe(2001)
  expect(most).toBeLessThan(16_000_000)
})
