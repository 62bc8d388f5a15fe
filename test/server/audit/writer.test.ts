import type { FileHandle } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { LineWriter } from '../../../src/server/audit/writer.ts'

/** A file on a disk that takes so many bytes, a few at a time. */
function smallDisk(room: number) {
  const state = { text: '', calls: 0, closed: false }
  const file = {
    stat: async () => ({ size: state.text.length, nlink: 1 }),
    write: async (bytes: Buffer, offset: number, length: number) => {
      state.calls++
      const bytesWritten = Math.min(length, 7, room - state.text.length)
      if (bytesWritten === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      state.text += bytes.toString('latin1', offset, offset + bytesWritten)
      return { bytesWritten }
    },
    datasync: async () => {},
    close: async () => {
      state.closed = true
    },
  }
  return { state, file: file as unknown as FileHandle }
}

test('a full disk fails that write and every later one, with the reason', async () => {
  const { state, file } = smallDisk(25)
  const writer = new LineWriter(file, 0, false)
  await writer.write(Buffer.from('0123456789\n'))
  const writes = ['abcdefghij\n', 'klmnopqrst\n'].map((line) => writer.write(Buffer.from(line)))
  for (const { status, reason } of (await Promise.allSettled(writes)) as PromiseRejectedResult[]) {
    expect([status, reason.code, reason.cause.code]).toEqual(['rejected', 'ERR_AUDIT', 'ENOSPC'])
  }
  const { calls } = state
  await expect(writer.write(Buffer.from('x\n'))).rejects.toMatchObject({ code: 'ERR_AUDIT' })
  expect([state.calls, state.text]).toEqual([calls, '0123456789\nabcdefghij\nklm'])
  await writer.close()
  expect(state.closed).toBe(true)
})

test('what the kernel takes in parts arrives whole and in order', async () => {
  const { state, file } = smallDisk(1_000_000)
  const writer = new LineWriter(file, 0, true)
  const lines = Array.from({ length: 200 }, (_, i) => `${i}${'x'.repeat(i)}\n`)
  await Promise.all(lines.map((line) => writer.write(Buffer.from(line))))
  expect(state.text).toBe(lines.join(''))
})

test('a disk that failed once is not trusted again: no line is missing between others', async () => {
  const { state, file } = smallDisk(1_000_000)
  const { write } = file
  file.write = (() => Promise.reject(new Error('input/output error'))) as unknown as FileHandle['write']
  const writer = new LineWriter(file, 0, false)
  await expect(writer.write(Buffer.from('a\n'))).rejects.toMatchObject({ code: 'ERR_AUDIT' })
  file.write = write
  await expect(writer.write(Buffer.from('b\n'))).rejects.toMatchObject({ code: 'ERR_AUDIT' })
  expect(state.text).toBe('')
})
