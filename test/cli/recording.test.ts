import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatRoots } from '../../src/cli/applications/roots.ts'
import { parseTranscript } from '../../src/transcript/index.ts'
import { identity } from '../support/virtual.ts'
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

  it('reports that the transcript cannot be written', async () => {
    const { code, json } = await run(['record', join(folder, 'no', 'where'), 'inspect', '--virtual', '--json'])
    expect([code, json.error.code]).toEqual([1, 'ERR_FILE'])
  })
})

describe('record of what a card holds', () => {
  it.each([
    ['text attributes', '1234\n'],
    ['text number --purpose holder --reveal', '1234\n'],
    ['text verify', '1234\n'],
    ['visual show --with code-a', '123456789018\n'],
    ['visual verify --with birth-date', '1990-02-17\n'],
    ['card info', ''],
    ['services', ''],
    ['pin status', ''],
    ['pin change --pin text', '1234\n5678\n'],
  ])('masks it: %s', async (line, stdin) => {
    const { holder, serialNumber, cardExpiry } = await identity()
    const withPin = stdin === '' ? [] : ['--pin-stdin']
    const argv = ['record', file, ...line.split(' '), '--virtual', '--json', ...withPin]
    const { code, json } = await run(argv, { stdin })
    expect([code, json.ok]).toEqual([0, true])
    const text = await readFile(file, 'utf8')
    expect(parseTranscript(text).exchanges.length).toBe(json.exchanges)
    const personal = [holder.name, holder.address, '19900217', '020217', '123456789018', '1234', '5678', serialNumber]
    for (const one of [...personal, cardExpiry.replaceAll('-', '')]) {
      expect(text.toLowerCase()).not.toContain(Buffer.from(one).toString('hex'))
    }
  })

  it('plays the card face back, with everything kept', async () => {
    const line = ['visual', 'show', '--with', 'code-a', '--json', '--pin-stdin']
    const recorded = await run(['record', file, ...line, '--virtual', '--keep-all'], { stdin: '123456789018\n' })
    const replayed = await run(['replay', file, ...line], { stdin: '000000000000\n' })
    expect([replayed.code, replayed.json]).toEqual([0, recorded.json])
    expect(recorded.json.images).toHaveLength(5)
  })

  it('cannot play a proof back: each challenge is new', async () => {
    const roots = join(folder, 'roots.json')
    await writeFile(roots, formatRoots(await identity()))
    const line = ['text', 'verify', '--roots', roots, '--json', '--pin-stdin']
    const recorded = await run(['record', file, ...line, '--virtual', '--keep-all'], { stdin: '1234\n' })
    expect(recorded.code).toBe(0)
    const replayed = await run(['replay', file, ...line], { stdin: '1234\n' })
    expect([replayed.code, replayed.json.error.code]).toEqual([1, 'ERR_REPLAY'])
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

  it('reports what does not match', async () => {
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
