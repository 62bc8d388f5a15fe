import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { takeLock } from '../../../src/server/audit/lock.ts'
import { freshFile } from './folder.ts'

/** What a process that just read a file has to wait for. */
let pause: Promise<void> | undefined
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  return {
    ...real,
    readFile: async (...args: Parameters<typeof real.readFile>) => {
      const waiting = pause
      pause = undefined
      const text = await real.readFile(...args)
      await waiting
      return text
    },
  }
})

test('one that found a stale lock and then slept does not take it from who was faster', async () => {
  const file = freshFile('audit.jsonl.lock')
  writeFileSync(file, JSON.stringify({ pid: 4194303, start: 'x', id: '1' }))
  let wake = (): void => {}
  pause = new Promise((resolve) => {
    wake = resolve
  })
  const slow = takeLock(file)
  slow.catch(() => {})
  await vi.waitFor(() => expect(pause).toBeUndefined())
  const fast = await takeLock(file)
  const text = readFileSync(file, 'utf8')
  wake()
  await expect(slow).rejects.toMatchObject({ code: 'ERR_AUDIT' })
  expect(readFileSync(file, 'utf8')).toBe(text)
  await fast.release()
  expect(existsSync(file)).toBe(false)
})
