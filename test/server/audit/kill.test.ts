import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { openAuditLog } from '../../../src/server/audit/log.ts'
import { verifyAuditLog } from '../../../src/server/audit/verify.ts'
import { compile } from '../../support/compiled.ts'
import { freshFile } from './folder.ts'

const script = fileURLToPath(new URL('../../support/audit-child.mjs', import.meta.url))
let audit: string
beforeAll(() => {
  audit = compile('audit-tests', ['src/server/audit/log.ts'])('src/server/audit/log.js')
})

/** A process that writes to a log; `said` grows as it speaks. */
function writer(file: string, sync = 'no') {
  const child = spawn(process.execPath, [script, audit, file, sync], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: string[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => said.push(line))
  const exit = once(child, 'exit')
  return {
    pid: child.pid!,
    said,
    firstLine: once(lines, 'line').then(([line]) => line as string),
    kill: async () => {
      child.kill('SIGKILL')
      await exit
    },
  }
}

test('killed 50 times at any moment: nothing reported as written is lost, and the chain verifies', async () => {
  const file = freshFile()
  let restarts = 0
  for (let i = 0; i < 50; i++) {
    const { said, firstLine, kill } = writer(file, i % 5 === 0 ? 'sync' : 'no')
    expect(await firstLine).toBe('open')
    await sleep(Math.random() * 12)
    await kill()
    const reported = said.at(-1)!.split(' ')
    if (reported.length === 2) {
      restarts++
      expect(await verifyAuditLog(file, { count: Number(reported[0]), hash: reported[1]! })).toBeDefined()
    } else expect((await verifyAuditLog(file)).entries).toBeGreaterThan(0)
  }
  expect(restarts).toBeGreaterThan(0)
  const log = await openAuditLog(file)
  await log.close()
  expect((await verifyAuditLog(file, log.head)).incompleteTail).toBe(false)
  expect(existsSync(`${file}.lock`)).toBe(false)
}, 120_000)

test('stopped at every byte of a line: the line is lost, nothing else', async () => {
  const file = freshFile()
  const log = await openAuditLog(file)
  await log.write({ type: 'a' })
  const { head } = log
  const start = statSync(file).size
  await log.write({ type: 'b' })
  await log.close()
  const whole = readFileSync(file)
  for (let end = start + 1; end < whole.length; end++) {
    writeFileSync(file, whole)
    truncateSync(file, end)
    const again = await openAuditLog(file)
    expect(again.head.count).toBe(head.count + 1)
    await again.close()
    expect((await verifyAuditLog(file, head)).entries).toBe(3)
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')[2]).toContain(`"bytes":${end - start}`)
  }
})

test('one writer at a time, in this process or another', async () => {
  const file = freshFile()
  const log = await openAuditLog(file)
  expect(JSON.parse(readFileSync(`${file}.lock`, 'utf8'))).toMatchObject({ pid: process.pid })
  await expect(openAuditLog(file)).rejects.toMatchObject({ code: 'ERR_AUDIT' })
  const other = writer(file)
  expect(await other.firstLine).toContain('another process writes')
  await log.close()
  expect(existsSync(`${file}.lock`)).toBe(false)
  await (await openAuditLog(file)).close()
})

test.each([
  ['a process that is gone', { pid: 2 ** 22 - 1, start: '' }],
  ['a process id that was given to another', { pid: process.pid, start: 'another boot pid:[1] 1' }],
  ['nonsense', { pid: 'x' }],
])('a lock of %s is taken over', async (_, lock) => {
  const file = freshFile()
  writeFileSync(`${file}.lock`, JSON.stringify(lock))
  await (await openAuditLog(file, { lockLeaseMs: 50 })).close()
  expect(readdirSync(dirname(file))).toEqual(['audit.jsonl'])
})

test('of many calls that find a lock left behind, one wins', async () => {
  for (const content of ['', '{"pid":4194303,"start":"x","id":"y"}']) {
    const file = freshFile()
    await (await openAuditLog(file)).close()
    writeFileSync(`${file}.lock`, content)
    const starters = Array.from({ length: 30 }, () => openAuditLog(file))
    const logs = (await Promise.allSettled(starters)).flatMap((s) => (s.status === 'fulfilled' ? [s.value] : []))
    expect(logs).toHaveLength(1)
    await logs[0]!.write({ type: 'a' })
    await logs[0]!.close()
    expect((await verifyAuditLog(file)).entries).toBe(2)
    expect(readdirSync(dirname(file))).toEqual(['audit.jsonl'])
  }
})

test('a take-over that was itself killed is taken over', async () => {
  const file = freshFile()
  const gone = JSON.stringify({ pid: 4194303, start: 'x', id: '1' })
  const name = createHash('sha256').update(gone).digest('hex').substring(0, 16)
  writeFileSync(`${file}.lock`, gone)
  writeFileSync(`${file}.lock.${name}`, JSON.stringify({ pid: 4194303, start: 'x', id: '2' }))
  await (await openAuditLog(file)).close()
  expect(readdirSync(dirname(file))).toEqual(['audit.jsonl'])

  // While it is under way, the lock is not free.
  writeFileSync(`${file}.lock`, gone)
  const log = await openAuditLog(`${file}.other`)
  renameSync(`${file}.other.lock`, `${file}.lock.${name}`)
  await expect(openAuditLog(file)).rejects.toMatchObject({ code: 'ERR_AUDIT' })
  await log.close()
})

test('of many processes that find a lock left behind, one wins', async () => {
  const file = freshFile()
  const first = writer(file)
  await first.firstLine
  await first.kill()
  const others = Array.from({ length: 4 }, () => writer(file))
  const said = await Promise.all(others.map(({ firstLine }) => firstLine))
  await Promise.all(others.map(({ kill }) => kill()))
  expect(said.filter((line) => line === 'open')).toHaveLength(1)
  await (await openAuditLog(file)).close()
  expect((await verifyAuditLog(file)).incompleteTail).toBe(false)
}, 60_000)
