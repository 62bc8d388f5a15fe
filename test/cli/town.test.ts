import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../src/cli/demo/server-process.ts'
import type { VpcdOptions } from '../../src/emulator/index.ts'
import { Served } from '../support/served.ts'
import { commandLine } from '../support/slot.ts'
import { run } from './harness.ts'

let folder: string
let port: number
let made: { settings: string; residents: { file: string; mood: string; kind: string }[]; validUntil: string }
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'jpki-card-town-')), 'town')
  port = await freePort()
  const { code, json } = await run(['town', folder, '--residents', '14', '--server-port', String(port), '--json'])
  expect(code).toBe(0)
  made = json
})
afterAll(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true })
})

const resident = (mood: string): string => made.residents.find((one) => one.mood === mood)!.file

/** `jpki-card` in a process of its own, with a PIN on standard input. */
async function program(...argv: readonly string[]): Promise<{ code: number | null; json: Record<string, unknown> }> {
  const child = spawn(process.execPath, [commandLine, ...argv, '--json'], { stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.end('1234\n')
  let out = ''
  child.stdout.on('data', (part) => {
    out += part
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, json: JSON.parse(out) })))
}

describe('town', () => {
  test('makes a folder with all that a server and its customers need', async () => {
    expect((await readdir(folder)).toSorted()).toEqual(
      ['README.txt', 'anchors', 'lists', 'pseudonym.key', 'residents', 'server.json'].toSorted(),
    )
    expect(made.residents).toHaveLength(14)
    expect(made.residents[0]).toEqual({
      file: join(folder, 'residents/0001.json'),
      mood: 'ordinary',
      kind: 'my-number',
    })
    expect(Date.parse(made.validUntil)).toBeGreaterThan(Date.now() + 29 * 86_400_000)
    for (const secret of ['pseudonym.key', 'residents/0001.json', 'residents/0014.json']) {
      expect((await stat(join(folder, secret))).mode & 0o777).toBe(0o600)
    }
    expect(await readFile(join(folder, 'README.txt'), 'utf8')).toContain('0014  registration-expired  juki')
  })

  test('overwrites nothing', async () => {
    const before = await readFile(join(folder, 'residents/0001.json'), 'utf8')
    const { code, json } = await run(['town', folder, '--json'])
    expect([code, json.error.code]).toEqual([1, 'ERR_FILE'])
    await rm(join(folder, 'server.json'))
    const again = await run(['town', folder, '--residents', '1', '--json'])
    expect([again.code, again.json.error.code]).toEqual([1, 'ERR_FILE'])
    expect(await readFile(join(folder, 'residents/0001.json'), 'utf8')).toBe(before)
  })

  test.each(['--residents 0', '--residents 10000', '--residents x', '--server-port x', '--seed'])(
    'refuses %s',
    async (options) => {
      expect((await run(`town /nowhere ${options}`)).code).toBe(2)
    },
  )

  test('its server accepts and refuses its residents, each in a process of its own', async () => {
    const other = join(folder, '..', 'served')
    await run(['town', other, '--residents', '14', '--server-port', String(port)])
    await using _server = await Served.start(join(other, 'server.json'))
    const at = ['--server', `http://127.0.0.1:${port}`, '--terminal', 'kiosk-1', '--purpose', 'residence-record']
    const auth = (id: string) =>
      program('auth', '--virtual', '--identity', join(other, `residents/${id}.json`), ...at, '--pin-stdin')
    const [ordinary, expired, revoked, iphone] = [
      await auth('0001'),
      await auth('0003'),
      await auth('0005'),
      await auth('0012'),
    ]
    expect(ordinary).toMatchObject({ code: 0, json: { ok: true, purpose: 'residence-record', terminal: 'kiosk-1' } })
    expect(expired).toMatchObject({ code: 1, json: { error: { code: 'ERR_CERTIFICATE_EXPIRED' } } })
    expect(revoked).toMatchObject({ code: 1, json: { error: { code: 'ERR_CERTIFICATE_REVOKED' } } })
    expect(iphone).toMatchObject({ code: 0, json: { ok: true } })
    expect(ordinary.json['holder']).not.toBe(iphone.json['holder'])
  }, 120_000)
})

describe('--identity', () => {
  const cardInfo = async (...options: readonly string[]) => run(['inspect', '--virtual', ...options, '--json'])

  test('puts the card of the resident into the reader', async () => {
    for (const [mood, kind] of [
      ['ordinary', 'my-number'],
      ['registration-expired', 'juki'],
      ['phone-android', 'phone-android'],
    ] as const) {
      const { code, json } = await cardInfo('--identity', resident(mood))
      expect([code, json.card.kind]).toEqual([0, kind])
    }
    const { json } = await run(['pin', 'status', '--virtual', '--identity', resident('pin-blocked'), '--json'])
    expect(JSON.stringify(json)).toContain('"triesLeft":0')
  })

  test('with --kind takes the person only', async () => {
    const { code, json } = await cardInfo('--identity', resident('phone-iphone-unverified'), '--kind', 'juki')
    expect([code, json.card.kind]).toEqual([0, 'juki'])
  })

  test('is for virtual cards only', async () => {
    const { code, err } = await run(['inspect', '--identity', resident('ordinary')])
    expect([code, err.includes('--identity')]).toEqual([2, true])
  })

  test.each([
    ['nothing', ''],
    ['other JSON', '{"format":"jpki-card-virtual-identity-1"}'],
    ['a list', '[]'],
    ['deep arrays', '['.repeat(200_000)],
    ['a long text', ' '.repeat(300_000)],
  ])('refuses a file with %s', async (_name, content) => {
    const file = join(folder, '..', 'hostile.json')
    await writeFile(file, content)
    const { code, json } = await cardInfo('--identity', file)
    expect([code, json.error.code]).toEqual([2, 'ERR_USAGE'])
  })

  test('refuses a huge file and one that is not there', async () => {
    const file = join(folder, '..', 'huge.json')
    await writeFile(file, ' '.repeat(1_100_000))
    for (const path of [file, join(folder, 'missing.json')]) {
      const { code, json } = await cardInfo('--identity', path)
      expect([code, json.error.code]).toEqual([1, 'ERR_FILE'])
    }
  })
})

describe('emulate --json', () => {
  test('writes a line for each change of state', async () => {
    const controller = new AbortController()
    let attempts = 0
    const attachToVpcd = async (_: unknown, __: VpcdOptions) => {
      attempts += 1
      if (attempts === 1) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
      setTimeout(() => controller.abort('SIGINT'), 10)
      return { closed: new Promise<undefined>((resolve) => setTimeout(resolve, 20)), detach: async () => {} }
    }
    const { code, out } = await run(['emulate', '--json', '--identity', resident('registration-expired')], {
      signal: controller.signal,
      dependencies: { attachToVpcd },
    })
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(code).toBe(0)
    expect(lines.map(({ event }) => event)).toEqual(['created', 'nothing-listens', 'attached', 'ended'])
    expect(lines[0]).toMatchObject({ kind: 'juki', printed: { securityCode: expect.stringMatching(/^\d{4}$/) } })
    // That of the resident, not the usual one of the virtual card.
    expect(lines[0].printed.individualNumber).toMatch(/^(?!123456789018)\d{12}$/)
    expect(lines[2].address).toBe('127.0.0.1:35963')
    for (const { at } of lines) expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(60_000)
  })
})
