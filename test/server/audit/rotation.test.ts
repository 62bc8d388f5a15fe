import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { headFile, headInStore } from '../../../src/server/audit/head-keeper.ts'
import { type AuditLog, openAuditLog } from '../../../src/server/audit/log.ts'
import { verifyAuditLog, verifyAuditLogs } from '../../../src/server/audit/verify.ts'
import { freshFile } from './folder.ts'

const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

/** The files of a log: former ones and the one in use, in no order. */
const filesOf = (file: string): string[] =>
  readdirSync(dirname(file))
    .filter((name) => name.startsWith(basename(file)) && !name.includes('.lock'))
    .map((name) => join(dirname(file), name))

async function fill(log: AuditLog, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) await log.write({ type: 'step', i })
}

test('rotation while lines are written loses none, and the set of files verifies as one chain', async () => {
  const file = freshFile()
  const log = await openAuditLog(file)
  const writes: Promise<void>[] = []
  for (let i = 0; i < 300; i++) {
    writes.push(log.write({ type: 'step', i }))
    if (i % 60 === 30) writes.push(log.rotate().then((former) => expect(existsSync(former)).toBe(true)))
    if (i % 7 === 0) await sleep(0)
  }
  await Promise.all(writes)
  await log.close()
  const files = filesOf(file)
  expect(files).toHaveLength(6)
  const found = await verifyAuditLogs([...files].reverse())
  expect(found).toMatchObject({ entries: 306, continues: undefined, incompleteTail: false })
  expect(found.files.at(-1)).toMatchObject({ file, head: log.head.hash })
  const steps = found.files.flatMap((one) => linesOf(one.file).flatMap(({ i }) => (i === undefined ? [] : [i])))
  expect(steps).toEqual([...Array(300).keys()])
})

test('a file that reaches its length is rotated by itself', async () => {
  const file = freshFile()
  const log = await openAuditLog(file, { rotateBytes: 65_536 })
  for (let i = 0; i < 300; i++) await log.write({ type: 'step', i, filler: 'x'.repeat(1_000) })
  await log.close()
  const files = filesOf(file)
  expect(files.length).toBeGreaterThanOrEqual(4)
  for (const one of files) expect(statSync(one).size).toBeLessThan(70_000)
  expect((await verifyAuditLogs(files)).entries).toBe(300 + files.length)
  await expect(openAuditLog(file, { rotateBytes: 65_535 })).rejects.toThrow(RangeError)
})

test.each([
  ['leaves no file', undefined],
  ['creates the next file', ''],
])(
  'another program that renames the file and %s: writing goes on under the old name, in one chain',
  async (_, next) => {
    const file = freshFile()
    const log = await openAuditLog(file)
    await fill(log, 0, 3)
    renameSync(file, `${file}.1`)
    if (next !== undefined) writeFileSync(file, next)
    await fill(log, 3, 6)
    await log.close()
    const found = await verifyAuditLogs([file, `${file}.1`])
    expect(found.files.map(({ file: name }) => basename(name))).toEqual(['audit.jsonl.1', 'audit.jsonl'])
    const steps = found.files.flatMap((one) => linesOf(one.file).flatMap(({ i }) => (i === undefined ? [] : [i])))
    expect(steps).toEqual([0, 1, 2, 3, 4, 5])
    expect(linesOf(file).length).toBeGreaterThan(1)
  },
)

test('a file of another log put under the name is not written to, and is reported', async () => {
  const file = freshFile()
  const log = await openAuditLog(file)
  await log.write({ type: 'a' })
  copyFileSync(file, `${file}.copy`)
  renameSync(file, `${file}.1`)
  renameSync(`${file}.copy`, file)
  await log.write({ type: 'b' })
  await vi.waitFor(() => expect(log.conditions()).toMatchObject([{ state: 'failed', reason: 'file-replaced' }]))
  await expect(log.write({ type: 'c' })).rejects.toMatchObject({ code: 'ERR_AUDIT' })
  expect(readFileSync(file)).toEqual(readFileSync(`${file}.1`).subarray(0, statSync(file).size))
  expect((await verifyAuditLog(file)).entries).toBe(2)
  unlinkSync(file)
  await vi.waitFor(() => log.write({ type: 'd' }), { timeout: 3_000, interval: 100 })
  await log.close()
  expect((await verifyAuditLogs([file, `${file}.1`])).files).toHaveLength(2)
})

/** A file system that is soon full. */
const smallDisk = (folder: string) => spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder])
const mayMount = spawnSync('unshare', ['--mount', 'true']).status === 0

const fullDisk = 'a disk that is full for a while: refused meanwhile, then written again by itself, without a gap'
test.skipIf(!mayMount)(fullDisk, async () => {
  const folder = freshFile('disk')
  mkdirSync(folder)
  expect(smallDisk(folder).status).toBe(0)
  try {
    const file = join(folder, 'audit.jsonl')
    const log = await openAuditLog(file, { sync: true })
    await fill(log, 0, 5)
    writeFileSync(join(folder, 'other'), Buffer.alloc(45_000))
    const refused = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) => log.write({ type: 'big', i, filler: 'x'.repeat(2_000) })),
    )
    expect(refused.some(({ status }) => status === 'rejected')).toBe(true)
    expect(log.conditions()).toMatchObject([
      { state: 'failed', reason: 'disk-full', detail: expect.stringContaining('ENOSPC') },
    ])
    await expect(log.write({ type: 'again', filler: 'x'.repeat(20_000) })).rejects.toMatchObject({ code: 'ERR_AUDIT' })
    unlinkSync(join(folder, 'other'))
    // By itself: nothing is written.
    await vi.waitFor(() => expect(log.conditions()).toEqual([{ part: 'audit', state: 'ok' }]), { timeout: 5_000 })
    await log.write({ type: 'after' })
    await log.close()
    const types = linesOf(file).map(({ type }) => type)
    const written = refused.filter(({ status }) => status === 'fulfilled').length
    expect(types.filter((type) => type === 'big')).toHaveLength(written)
    expect(types.slice(-2)).toEqual(['recovered', 'after'])
    expect(linesOf(file).at(-2)).toMatchObject({ reason: 'disk-full', since: expect.stringMatching(/^\d{4}-/) })
    expect(await verifyAuditLog(file, log.head)).toMatchObject({ entries: types.length, incompleteTail: false })
  } finally {
    spawnSync('umount', ['-l', folder])
  }
})

test('a new file beside a former one continues it, though the server stopped between the move and the first line', async () => {
  const file = freshFile()
  const first = await openAuditLog(file)
  await fill(first, 0, 3)
  await first.close()
  renameSync(file, `${file}.1`)
  writeFileSync(`${file}.notes`, 'of an operator')
  const second = await openAuditLog(file)
  await second.close()
  expect(linesOf(file)[0]).toMatchObject({ continuesLog: first.id, continuesCount: 4, continuesHash: first.head.hash })
  expect((await verifyAuditLogs([file, `${file}.1`])).entries).toBe(5)
})

test('lines removed from the end while the server was down are reported and noted in the log', async () => {
  const file = freshFile()
  const heads = headFile(`${file}-head.json`)
  const log = await openAuditLog(file, { heads })
  await fill(log, 0, 3)
  await log.close()
  expect(await heads.read()).toEqual({ log: log.id, ...log.head })
  const whole = readFileSync(file)
  const again = await openAuditLog(file, { heads })
  expect(again.conditions()).toEqual([{ part: 'audit', state: 'ok' }])
  await again.close()

  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  writeFileSync(file, `${lines.slice(0, 2).join('\n')}\n`)
  const cut = await openAuditLog(file, { heads })
  expect(cut.conditions()).toMatchObject([
    { state: 'warning', reason: 'end-missing', detail: expect.stringContaining('line 4') },
  ])
  expect(linesOf(file).at(-1)).toMatchObject({ type: 'end-missing', count: 4, end: log.head.hash })
  await cut.close()
  expect(whole.length).toBeGreaterThan(0)
})

test('a file that was removed whole shows: the next one names its end', async () => {
  const file = freshFile()
  const texts = new Map<string, string>()
  const store = {
    read: async (key: string) => texts.get(key),
    write: async (key: string, value: string) => {
      texts.set(key, value)
    },
  }
  const heads = headInStore(store, 'server-1')
  const log = await openAuditLog(file, { heads })
  await fill(log, 0, 3)
  await log.close()
  expect([...texts.keys()]).toEqual(['audit-head:server-1'])
  unlinkSync(file)
  const next = await openAuditLog(file, { heads })
  await next.close()
  expect(linesOf(file)[0]).toMatchObject({ continuesLog: log.id, continuesHash: log.head.hash })
  expect((await verifyAuditLogs([file])).continues).toEqual({ log: log.id, ...log.head })
})

test('a place for ends that does not answer is a warning, and stops nothing', async () => {
  const file = freshFile()
  const heads = { read: () => Promise.reject(new Error('away')), keep: () => Promise.reject(new Error('away')) }
  const log = await openAuditLog(file, { heads })
  await log.write({ type: 'a' })
  expect(log.conditions().map(({ state, reason }) => [state, reason])).toEqual([
    ['warning', 'head-unknown'],
    ['warning', 'head-not-kept'],
  ])
  await log.close()
})

test('one writer through any symbolic link, to a file that is there or not yet', async () => {
  const file = freshFile()
  const other = freshFile('link.jsonl')
  symlinkSync(file, other)
  const log = await openAuditLog(other)
  expect(existsSync(`${file}.lock`)).toBe(true)
  await expect(openAuditLog(file)).rejects.toThrow('another process')
  const folder = `${dirname(file)}-link`
  symlinkSync(dirname(file), folder)
  await expect(openAuditLog(join(folder, 'audit.jsonl'))).rejects.toThrow('another process')
  rmSync(folder)
  await log.close()
  expect(existsSync(file)).toBe(true)
})

test('a file with a second name is refused: a second writer could have it', async () => {
  const file = freshFile()
  await (await openAuditLog(file)).close()
  linkSync(file, `${file}.hard`)
  await expect(openAuditLog(file)).rejects.toThrow('hard link')
  expect(existsSync(`${file}.lock`)).toBe(false)
})

test('the lock of another container is respected as long as it is touched, and taken over when it is not', async () => {
  const file = freshFile()
  const lock = JSON.stringify({ pid: 1, start: 'another-boot pid:[4026539999] 77', id: 'x' })
  writeFileSync(`${file}.lock`, lock)
  let at = Date.now() / 1000
  const holder = setInterval(() => {
    at += 1
    utimesSync(`${file}.lock`, at, at)
  }, 100)
  await expect(openAuditLog(file, { lockLeaseMs: 2_000 })).rejects.toThrow('another process')
  clearInterval(holder)
  const log = await openAuditLog(file, { lockLeaseMs: 600 })
  await log.close()
  expect(readdirSync(dirname(file))).toEqual(['audit.jsonl'])
})

test('a writer whose lock was taken over writes nothing more, and goes on after the other when that has ended', async () => {
  const file = freshFile()
  const log = await openAuditLog(file, { lockLeaseMs: 50 })
  await log.write({ type: 'a' })
  unlinkSync(`${file}.lock`)
  const other = await openAuditLog(file)
  await other.write({ type: 'other' })
  const before = readFileSync(file)
  await expect(log.write({ type: 'b' })).rejects.toMatchObject({ code: 'ERR_AUDIT' })
  expect(log.conditions()).toMatchObject([{ state: 'failed', reason: 'lock-lost' }])
  await expect(log.write({ type: 'b' })).rejects.toMatchObject({ code: 'ERR_AUDIT' })
  expect(readFileSync(file)).toEqual(before)
  await other.close()
  await vi.waitFor(() => log.write({ type: 'c' }), { timeout: 3_000, interval: 100 })
  await log.close()
  expect(linesOf(file).map(({ type }) => type)).toEqual(['header', 'a', 'other', 'recovered', 'c'])
  expect((await verifyAuditLog(file)).entries).toBe(5)
})

/** Three files of one log, the last one in use. */
async function threeFiles() {
  const file = freshFile()
  const log = await openAuditLog(file)
  const former: string[] = []
  for (let i = 0; i < 2; i++) {
    await fill(log, i * 3, i * 3 + 3)
    former.push(await log.rotate())
  }
  await fill(log, 6, 9)
  await log.close()
  return { files: [...former, file], log }
}

test.each<[string, RegExp, number | undefined, (files: string[]) => unknown]>([
  ['a file in the middle missing', /missing/, 2, (files) => files.splice(1, 1)],
  [
    'a former file truncated',
    /truncated: the next one was started after line 4/,
    0,
    (files) => truncateSync(files[0]!, lengthOf(files[0]!, 3)),
  ],
  [
    'a file twice',
    /twice/,
    3,
    (files) => {
      copyFileSync(files[1]!, `${files[1]}.copy`)
      files.push(`${files[1]}.copy`)
    },
  ],
  [
    'a file that is no log',
    /line 1/,
    3,
    (files) => {
      writeFileSync(`${files[0]}.txt`, 'x\n')
      files.push(`${files[0]}.txt`)
    },
  ],
  [
    'a line altered in a former file',
    /line 2 .*altered/,
    1,
    (files) => writeFileSync(files[1]!, readFileSync(files[1]!, 'utf8').replace('"i":3', '"i":9')),
  ],
])('a set with %s does not verify, and the file is named', async (_, message, at, change) => {
  const { files } = await threeFiles()
  const names = [...files]
  change(names)
  const named = at === 2 ? files[2] : names[at!]
  await expect(verifyAuditLogs(names)).rejects.toMatchObject({
    code: 'ERR_AUDIT',
    file: named,
    message: expect.stringMatching(message),
  })
})

const lengthOf = (file: string, lines: number): number =>
  readFileSync(file, 'utf8').split('\n').slice(0, lines).join('\n').length + 1

test('a former file that another writer added to, and two files that continue one end, do not verify', async () => {
  const { files } = await threeFiles()
  const bytes = readFileSync(files[1]!)
  const log = await openAuditLog(files[1]!)
  await log.write({ type: 'later' })
  await log.close()
  await expect(verifyAuditLogs(files)).rejects.toMatchObject({
    file: files[1],
    line: 5,
    message: expect.stringContaining('after the next'),
  })
  writeFileSync(files[1]!, bytes)
  const { count, hash } = (await verifyAuditLogs(files)).files.map(({ entries, head }) => ({
    count: entries,
    hash: head,
  }))[0]!
  const fork = `${files[2]}-fork`
  await (await openAuditLog(fork, { continues: { count, hash } })).close()
  await expect(verifyAuditLogs([...files, fork])).rejects.toMatchObject({
    file: fork,
    message: expect.stringContaining('two files'),
  })
})

test('an end noted before is found in whichever file holds it', async () => {
  const { files, log } = await threeFiles()
  const { hash } = linesOf(files[0]!)[2] as { hash: string }
  expect((await verifyAuditLogs(files, { count: 3, hash })).head).toBe(log.head.hash)
  await expect(verifyAuditLogs(files, { count: 4, hash })).rejects.toMatchObject({ code: 'ERR_AUDIT' })
  await expect(verifyAuditLogs(files, { count: log.head.count + 1 })).rejects.toMatchObject({ code: 'ERR_AUDIT' })
  await expect(verifyAuditLogs([])).rejects.toThrow(TypeError)
  appendFileSync(files[2]!, '{"n":')
  expect((await verifyAuditLogs(files)).incompleteTail).toBe(true)
})
