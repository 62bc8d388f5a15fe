import * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { crlFolderSource } from '../../../../src/pki/trust/index.ts'
import { ask, askUntil, leaf, listOf, options } from './world.ts'

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>()
  return { ...real, readdir: vi.fn(real.readdir), open: vi.fn(real.open) }
})

let folder: string
const readdir = vi.mocked(files.readdir)
const open = vi.mocked(files.open)

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  folder = await files.mkdtemp(join(tmpdir(), 'list-folder-'))
  await files.writeFile(join(folder, 'ca.crl'), listOf(1))
})
afterEach(async () => {
  vi.useRealTimers()
  vi.clearAllMocks()
  await files.rm(folder, { recursive: true })
})

test('a folder that does not respond makes no question wait while current lists are held', async () => {
  const source = crlFolderSource({ ...options, folder })
  expect((await ask(source)).status).toBe('good')
  let respond = (_: string[]): void => {}
  readdir.mockReturnValueOnce(new Promise<string[]>((resolve) => (respond = resolve)) as never)
  vi.advanceTimersByTime(60_000)
  for (const _again of [1, 2, 3]) expect((await ask(source)).status).toBe('good')
  expect(readdir).toHaveBeenCalledTimes(2)
  // What is held does not answer this one: it waits for the look under way.
  await files.writeFile(join(folder, 'ca.crl'), listOf(2, [7]))
  const waiting = ask(source, leaf(), new Date('2019-12-31T00:00:00Z'))
  respond(['ca.crl'])
  expect((await waiting).status).toBe('unknown')
  await askUntil(source, ({ status }) => status === 'revoked')
})

test('an unchanged file is not opened again', async () => {
  const source = crlFolderSource({ ...options, folder, refreshMs: 0 })
  for (const _again of [1, 2, 3]) expect((await ask(source)).status).toBe('good')
  expect(readdir).toHaveBeenCalledTimes(3)
  expect(open).toHaveBeenCalledTimes(1)
})

test.each(['EMFILE', 'ENFILE', 'EACCES', 'EIO'])(
  '%s leaves the lists in force and is looked at again soon',
  async (code) => {
    const failure = Object.assign(new Error(code), { code })
    const source = crlFolderSource({ ...options, folder })
    await ask(source)
    readdir.mockRejectedValueOnce(failure)
    vi.advanceTimersByTime(60_000)
    const answer = await askUntil(source, ({ problems }) => problems.length > 0)
    expect(answer).toMatchObject({ status: 'good', problems: [`the folder of lists cannot be read: ${code}`] })
    await files.writeFile(join(folder, 'ca.crl'), listOf(2, [7]))
    open.mockRejectedValueOnce(failure)
    vi.advanceTimersByTime(5000)
    const next = await askUntil(source, ({ problems }) => problems[0]?.startsWith('ca.crl') === true)
    expect(next).toMatchObject({ status: 'good', problems: [`ca.crl: ${code}`] })
    vi.advanceTimersByTime(5000)
    expect(await askUntil(source, ({ status }) => status === 'revoked')).toMatchObject({ problems: [] })
  },
)

test('a fault of the program in the background ends nothing and is reported', async () => {
  const source = crlFolderSource({ ...options, folder })
  await ask(source)
  readdir.mockRejectedValueOnce(new TypeError('a fault'))
  vi.advanceTimersByTime(60_000)
  const answer = await askUntil(source, ({ problems }) => problems.length > 0)
  expect(answer).toMatchObject({ status: 'good', problems: ['the folder of lists cannot be read: a fault'] })
})
