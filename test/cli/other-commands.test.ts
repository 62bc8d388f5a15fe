import { createVerify, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseRoots } from '../../src/cli/applications/roots.ts'
import { startServerProcess } from '../../src/cli/demo/server-process.ts'
import { VirtualTransport, type VpcdOptions } from '../../src/emulator/index.ts'
import { ServerError } from '../../src/errors.ts'
import { commandLine } from '../support/slot.ts'
import { identity } from '../support/virtual.ts'
import { cardInReader, run } from './harness.ts'

describe('demo', () => {
  it('proves itself as JSON', async () => {
    const { code, json, err } = await run('demo --json')
    expect(code).toBe(0)
    expect(err).not.toBe('')
    expect(json).toMatchObject({
      ok: true,
      card: { kind: 'my-number' },
      wrongPin: { triesBefore: 3, triesLeft: 2 },
      server: { acceptance: { purpose: 'residence-record', terminal: 'kiosk-1' } },
      verified: true,
      cleared: true,
    })
    expect(json.server.acceptance.holder).toMatch(/^[\w-]{43}$/)
    expect(json.server.pid).not.toBe(process.pid)
    const { publicKey } = new X509Certificate(Buffer.from(json.certificate, 'base64'))
    const check = createVerify('RSA-SHA256').update(Buffer.from(json.message, 'hex'))
    expect(check.verify(publicKey, Buffer.from(json.signature, 'base64'))).toBe(true)
  })

  it('is readable in both languages and shows no PIN', async () => {
    for (const [lang, text] of [
      ['en', 'from 3 to 2'],
      ['ja', '3 回から 2 回'],
    ] as const) {
      const { code, out } = await run(`demo --lang ${lang}`)
      expect(code).toBe(0)
      expect(out).toContain(text)
      // Number of the process and port of its server can be anything.
      expect(out.replace(/^ *(?:Server|サーバー) .*$/m, '')).not.toMatch(/\b(?:1234|0000)\b/)
    }
  })

  it('says why its server does not start', async () => {
    const notCertificates = Uint8Array.of(0x30, 0x00)
    const starting = startServerProcess(notCertificates, notCertificates, 'residence-record', commandLine)
    await expect(starting).rejects.toThrow(ServerError)
    await expect(starting).rejects.toThrow(/: ERR_CERTIFICATE: \S/)
  })
})

describe('readers', () => {
  it('lists readers', async () => {
    const { card, transport } = await cardInReader()
    const { code, json } = await run('readers --json', { transport })
    const atr = Buffer.from(card.atr).toString('hex').toUpperCase()
    expect(code).toBe(0)
    expect(json).toEqual({
      ok: true,
      readers: [{ name: 'Virtual Reader 0', cardPresent: true, mute: false, busy: false, atr }],
    })
    expect((await run('readers --virtual --lang ja')).out).toContain('カードあり')
  })

  it('is done when there is none, and says what to do', async () => {
    const { code, json } = await run('readers --json')
    expect([code, json.readers]).toEqual([0, []])
    expect((await run('readers')).err).toContain('Connect a reader')
  })

  it('watches until interrupted, one object a line', async () => {
    const { card } = await cardInReader()
    // Loads what the command needs, so that the changes below come while it watches.
    await run('readers --json')
    const transport = new VirtualTransport()
    const controller = new AbortController()
    setTimeout(() => transport.insert(card), 20)
    setTimeout(() => transport.remove(), 40)
    setTimeout(() => transport.loseService(), 60)
    setTimeout(() => controller.abort('SIGINT'), 100)
    const { code, out } = await run('readers --watch --json', { transport, signal: controller.signal })
    expect(code).toBe(0)
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.map(({ event }) => event)).toEqual([
      'reader-attached',
      'card-inserted',
      'card-removed',
      'service-lost',
    ])
    expect(events[1].reader).toMatchObject({ name: 'Virtual Reader 0', cardPresent: true })
    expect(events[2].reader).toEqual({ name: 'Virtual Reader 0' })
    for (const { at } of events) expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(60_000)
  })

  it('watches with the time of each change by the clock of the machine', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort('SIGINT'), 50)
    const { out } = await run('readers --watch', { transport: new VirtualTransport(), signal: controller.signal })
    expect(out).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d {2}reader connected: Virtual Reader 0\n$/)
  })
})

describe('emulate', () => {
  it('attaches, comes back after a loss, and ends when interrupted', async () => {
    const controller = new AbortController()
    const seen: VpcdOptions[] = []
    const attachToVpcd = async (_: unknown, options: VpcdOptions) => {
      seen.push(options)
      if (seen.length === 1) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
      setTimeout(() => controller.abort('SIGINT'), 10)
      return { closed: new Promise<undefined>((resolve) => setTimeout(resolve, 20)), detach: async () => {} }
    }
    const folder = await mkdtemp(join(tmpdir(), 'jpki-card-'))
    const roots = join(folder, 'roots.json')
    const line = 'emulate --kind juki --port 35964 --host ::1 --contactless --lang en --out'
    const { code, out, err } = await run([...line.split(' '), roots], {
      signal: controller.signal,
      dependencies: { attachToVpcd },
    })
    expect(code).toBe(0)
    expect(seen[0]).toMatchObject({ host: '::1', port: 35964 })
    expect(err).toContain('Nothing listens at ::1:35964')
    expect(out).toContain('ABC123')
    expect(out).toContain('was removed')
    const person = await identity()
    expect(out).toContain(`security code ${person.securityCode}`)
    expect(parseRoots(await readFile(roots, 'utf8')).map(({ keyId }) => keyId)).toEqual(
      (['manager', 'text', 'visual'] as const).map((name) => person.cvc[name].root.keyId),
    )
    await rm(folder, { recursive: true })
  })

  it('checks the fault script', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jpki-card-'))
    const file = join(folder, 'faults.json')
    await writeFile(file, '[{"at":0,"do":"pull"}]')
    const { code, err } = await run(['emulate', '--faults', file])
    expect(code).toBe(2)
    expect(err).toContain('faults[0].at')
    await rm(folder, { recursive: true })
    expect((await run(['emulate', '--faults', file])).code).toBe(1)
  })
})
