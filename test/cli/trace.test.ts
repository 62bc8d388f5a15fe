import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseTranscript } from '../../src/transcript/index.ts'
import { run } from './harness.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jpki-card-'))
  file = join(folder, 'trace.json')
})
afterEach(() => rm(folder, { recursive: true }))

const env = () => ({ LANG: 'C', JPKI_CARD_TRACE: file })

describe('JPKI_CARD_TRACE', () => {
  it('writes the session of a command, masked, and replay plays it back', async () => {
    const { code, err, json } = await run('inspect --virtual --json', { env: env() })
    expect([code, err]).toEqual([0, `Transcript written to ${file}\n`])
    expect(parseTranscript(await readFile(file, 'utf8')).exchanges.length).toBe(json.exchanges)
    const played = await run(['replay', file, 'inspect', '--json'])
    expect(played.code).toBe(0)
    expect(played.json.pins).toEqual(json.pins)
    expect(played.json.card).toEqual(json.card)
  })

  it('holds no PIN and no personal data, and writes what led to a failure', async () => {
    const { code } = await run('auth --challenge 00 --virtual --json --pin-stdin', { env: env(), stdin: '9876\n' })
    expect(code).toBe(4)
    const text = await readFile(file, 'utf8')
    expect(text).not.toContain(Buffer.from('9876').toString('hex'))
    expect(parseTranscript(text).exchanges.map(({ send }) => send)).toContain('0020009804........')
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o077).toBe(0)
  })

  it('does nothing for commands without a session, nor while replaying', async () => {
    await run('readers --virtual --json', { env: env() })
    await expect(readFile(file)).rejects.toThrow('ENOENT')
    await run('inspect --virtual --json', { env: env() })
    const before = await readFile(file, 'utf8')
    expect((await run(['replay', file, 'inspect', '--json'], { env: env() })).code).toBe(0)
    expect(await readFile(file, 'utf8')).toBe(before)
  })

  it('that cannot be written fails the command', async () => {
    const setting = { env: { LANG: 'C', JPKI_CARD_TRACE: join(folder, 'no', 'where') } }
    const { code, json } = await run('inspect --virtual --json', setting)
    expect([code, json.error.code]).toEqual([1, 'ERR_FILE'])
  })
})

describe('--isolated', () => {
  it('is passed on to the transport, and is not for the virtual card or a replay', async () => {
    const asked: unknown[] = []
    const openPcsc = async (options: unknown) => {
      asked.push(options)
      throw new Error('asked')
    }
    await run('inspect --isolated --binding pcsclite --json', { dependencies: { openPcsc } })
    await run('inspect --json', { dependencies: { openPcsc } })
    expect(asked).toEqual([{ binding: 'pcsclite', isolated: true }, {}])
    expect((await run('inspect --virtual --isolated')).code).toBe(2)
    await run('inspect --virtual --json', { env: env() })
    expect((await run(['replay', file, 'inspect', '--isolated'])).code).toBe(2)
  })
})
