import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { BridgeClient } from '../../src/bridge-client/index.ts'
import { commandLine } from '../support/slot.ts'
import { run } from './harness.ts'

const folders: string[] = []
const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'close')
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const settings = {
  port: 0,
  clients: [{ origin: 'program' }],
  pinEntry: 'client',
  services: ['attributes'],
  purposes: ['form'],
  outcomeSeconds: 0,
}

function write(changes: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-'))
  folders.push(folder)
  const file = join(folder, 'bridge.json')
  writeFileSync(file, JSON.stringify({ ...settings, ...changes }))
  return file
}

/** A bridge on a virtual card, and the lines it writes. */
class Running {
  readonly child: ChildProcess
  #out = ''
  #log = ''

  constructor(file: string) {
    this.child = spawn(process.execPath, [commandLine, 'bridge', file, '--virtual', '--json', '--lang', 'en'])
    children.push(this.child)
    this.child.stdout!.on('data', (data) => {
      this.#out += data
    })
    this.child.stderr!.on('data', (data) => {
      this.#log += data
    })
  }

  get log(): string {
    return this.#log
  }

  /** The n-th line of an event, from 0. */
  async line(event: string, n = 0): Promise<Record<string, string>> {
    for (;;) {
      const lines = this.#out
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
      const found = lines.filter((one) => one.event === event)[n]
      if (found !== undefined) return found
      if (this.child.exitCode !== null) throw new Error(`ended: ${this.#out}${this.#log}`)
      await Promise.race([once(this.child.stdout!, 'data'), once(this.child, 'close')])
    }
  }
}

async function attributes(url: string, secret: string): Promise<string> {
  const client = await BridgeClient.connect(url, { secret, WebSocket: WebSocket as never })
  client.on('question', ({ question }) => client.sendPin(question, Buffer.from('1234')).catch(() => {}))
  const visit = await new Promise<number>((resolve) => client.on('visit', (event) => resolve(event.visit)))
  const outcome = await client.call('visit.serve', { visit, purpose: 'form', service: 'attributes' })
  client.close()
  return outcome.kind
}

describe('bridge', () => {
  test('serves a program by the secret of a file, which only its account can read', async () => {
    const file = write({ pairing: { file: 'bridge.secret' } })
    const running = new Running(file)
    const { url, secretFile = '' } = await running.line('listening')
    expect(statSync(secretFile).mode & 0o777).toBe(0o600)
    const secret = readFileSync(secretFile, 'utf8').trim()
    expect(await attributes(url!, secret)).toBe('attributes')
    // Used: the next one is there.
    await expect.poll(() => readFileSync(secretFile, 'utf8').trim()).not.toBe(secret)
    running.child.kill('SIGINT')
    await running.line('ended')
    const [code] = await once(running.child, 'close')
    expect(code).toBe(0)
    expect(existsSync(secretFile)).toBe(false)
    const events = running.log
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).event)
    expect(events).toEqual(expect.arrayContaining(['paired', 'visit', 'outcome', 'disconnected']))
    for (const one of [secret, '1234']) expect(running.log).not.toContain(one)
  })

  test('prints the secret once; another one is printed after SIGHUP', async () => {
    const running = new Running(write({}))
    const { secret } = await running.line('secret')
    const { url } = await running.line('listening')
    running.child.kill('SIGHUP')
    const { secret: second } = await running.line('secret', 1)
    expect(second).not.toBe(secret)
    const old = BridgeClient.connect(url!, { secret, WebSocket: WebSocket as never })
    await expect(old).rejects.toMatchObject({ code: 'ERR_BRIDGE_ACCESS' })
    expect(await attributes(url!, second!)).toBe('attributes')
  })

  test.each([
    [{ clients: [{ origin: '*' }] }, 'clients.0.origin'],
    [{ clients: [{ origin: 'http://kiosk.example' }] }, 'clients.0.origin'],
    [{ clients: [] }, 'clients'],
    [{ clients: [{ origin: 'program', methods: ['apdu'] }] }, 'clients.0.methods.0'],
    [{ host: '0.0.0.0' }, 'host'],
    [{ pinEntry: 'anything' }, 'pinEntry'],
    [{ purposes: [] }, 'purposes'],
    [{ services: ['token'] }, 'services, server'],
    [{ documents: ['tax'] }, 'documents, printer'],
    [{ services: ['attributes', 'issuance-application'] }, 'services, issuanceProfile'],
    [{ server: { url: 'http://issue.example', terminal: 'k' } }, 'server.url'],
    [{ sequence: 1 }, 'sequence'],
  ])('settings %j are refused by name', async (changes, name) => {
    const { code, err: stderr } = await run(['bridge', write(changes), '--virtual', '--lang', 'en'])
    expect(code).toBe(2)
    expect(stderr).toContain(name)
    expect(stderr).not.toContain('kiosk.example')
  })

  test('a port that is taken is said so, and the secret of the bridge that has it stays', async () => {
    const file = write({ pairing: { file: 'bridge.secret' } })
    const first = new Running(file)
    const { url, secretFile = '' } = await first.line('listening')
    const pairing = { file: secretFile }
    const second = new Running(write({ port: Number(new URL(url!).port), pairing }))
    await expect(second.line('listening')).rejects.toThrow('ERR_SERVER_START')
    expect(await attributes(url!, readFileSync(secretFile, 'utf8').trim())).toBe('attributes')
  })
})
