import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTranscript } from '../../src/transcript/index.ts'
import { run } from './harness.ts'

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jpki-card-'))
  file = join(folder, 'transcript.json')
})
afterAll(() => rm(folder, { recursive: true }))

const pinHex = Buffer.from('1234').toString('hex')

describe('record', () => {
  it('writes a masked transcript beside the result', async () => {
    const { code, json, err } = await run(
      ['record', file, 'auth', '--challenge', '00', '--virtual', '--json', '--pin-stdin'],
      { stdin: '1234\n' },
    )
    expect([code, json.ok]).toEqual([0, true])
    expect(err).toContain(file)
    const text = await readFile(file, 'utf8')
    const { exchanges, description } = parseTranscript(text)
    expect(description).toBe('jpki-card auth')
    expect(exchanges.length).toBe(json.exchanges)
    expect(text).not.toContain(pinHex)
    expect(text).not.toContain('"1234')
    const certificate = Buffer.from(json.certificate, 'base64').toString('hex').toUpperCase()
    expect(text).not.toContain(certificate.slice(100, 200))
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o077).toBe(0)
  })

  it('writes what happened before a failure, and still fails', async () => {
    const { code, json } = await run(
      ['--json', 'record', file, 'auth', '--challenge', '00', '--virtual', '--pin-stdin'],
      {
        stdin: '9876\n',
      },
    )
    expect([code, json.error.code]).toEqual([4, 'ERR_PIN_REJECTED'])
    const text = await readFile(file, 'utf8')
    expect(parseTranscript(text).exchanges.some(({ receive }) => receive === '63C2')).toBe(true)
    expect(text).not.toContain(Buffer.from('9876').toString('hex'))
  })

  it('tells that the transcript cannot be written', async () => {
    const { code, json } = await run(['record', join(folder, 'no', 'where'), 'inspect', '--virtual', '--json'])
    expect([code, json.error.code]).toEqual([1, 'ERR_FILE'])
  })
})

describe('replay', () => {
  it('plays inspect back, and auth with everything kept, with any PIN', async () => {
    const recorded = await run(['record', file, 'inspect', '--virtual', '--json', '--keep-all'])
    const replayed = await run(['replay', file, 'inspect', '--json'])
    expect(replayed.json).toEqual(recorded.json)
    const line = ['auth', '--challenge', 'ff', '--json', '--pin-stdin']
    const signed = await run(['record', file, ...line, '--virtual', '--keep-all'], { stdin: '1234\n' })
    expect(await readFile(file, 'utf8')).not.toContain(pinHex)
    const again = await run(['replay', file, ...line], { stdin: '0000\n' })
    expect(again.json).toEqual(signed.json)
  })

  it('tells what does not fit', async () => {
    await run(['record', file, 'pin', 'status', '--virtual'])
    const other = await run(['replay', file, 'inspect', '--json'])
    expect([other.code, other.json.error.code]).toEqual([1, 'ERR_REPLAY'])
    await run(['record', file, 'inspect', '--virtual'])
    const shorter = await run(['replay', file, 'pin', 'status', '--json'])
    expect(shorter.json.error.code).toBe('ERR_REPLAY')
    await writeFile(file, 'not JSON')
    const bad = await run(['replay', file, 'inspect', '--json'])
    expect(bad.json.error.code).toBe('ERR_TRANSCRIPT')
    const gone = await run(['replay', join(folder, 'gone'), 'inspect', '--json'])
    expect([gone.code, gone.json.error.code]).toEqual([1, 'ERR_FILE'])
    expect((await run(['replay', file, 'inspect', '--virtual'])).code).toBe(2)
  })
})
