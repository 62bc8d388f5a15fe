import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { commandLine } from '../support/slot.ts'

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const settings = JSON.parse(readFileSync(at('examples/bridge/bridge.json'), 'utf8'))

const folder = mkdtempSync(join(tmpdir(), 'jpki-card-bridge-'))
const secretFile = join(folder, 'bridge.secret')
let bridge: ChildProcess
let url = ''
const log: string[] = []

/** The compiled bridge as in docs/bridge.md, on a free port, with a card in its reader. */
async function startBridge(): Promise<void> {
  const args = [commandLine, 'bridge', join(folder, 'bridge.json'), '--virtual', '--json']
  bridge = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  bridge.stderr!.on('data', (text) => log.push(String(text)))
  const [line] = await once(bridge.stdout!, 'data')
  ;({ url } = JSON.parse(String(line)))
}

async function endBridge(): Promise<void> {
  bridge.kill('SIGINT')
  if (bridge.exitCode === null) await once(bridge, 'exit')
  expect(existsSync(secretFile)).toBe(false)
}

beforeAll(async () => {
  expect(existsSync(commandLine), 'run `npm run build` first').toBe(true)
  writeFileSync(join(folder, 'bridge.json'), JSON.stringify({ ...settings, port: 0 }))
  await startBridge()
})

afterAll(async () => {
  await endBridge()
  rmSync(folder, { recursive: true })
})

/** Runs the example in Python. It ends with the visit. */
async function kiosk(pins: string, address: string = url, secret: string = secretFile) {
  const child = spawn('python3', [at('examples/bridge/python/kiosk.py'), address, secret])
  let [out, err] = ['', '']
  child.stdout.on('data', (text) => (out += text))
  child.stderr.on('data', (text) => (err += text))
  child.stdin.on('error', () => {})
  child.stdin.end(pins)
  const [code] = await once(child, 'close')
  return { code, out, err }
}

describe('examples/bridge/python/kiosk.py', () => {
  test('pairs by the file of the secret, which only this account can read and which is used once', async () => {
    expect(statSync(secretFile).mode & 0o777).toBe(0o600)
    const used = readFileSync(secretFile, 'utf8')
    // No PIN: the customer cancels.
    const { code, out, err } = await kiosk('')
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out).toMatch(/Please enter the PIN[\s\S]*outcome: cancelled/)
    expect(readFileSync(secretFile, 'utf8')).not.toBe(used)
    writeFileSync(join(folder, 'used'), used)
    const again = await kiosk('', url, join(folder, 'used'))
    expect(again.code).not.toBe(0)
    expect(again.err).toMatch(/not paired: .*ERR_BRIDGE_ACCESS/)
  })

  test('a wrong PIN, then the right one: what is read comes, and nothing of it is shown or logged', async () => {
    // The customer of the first test is still there, and was that program's: a new one needs a new card.
    await endBridge()
    await startBridge()
    const { code, out, err } = await kiosk('9999\n1234\n')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/You have 1 try left[\s\S]*outcome: attributes address birthDate name sex/)
    expect(log.join('') + out).not.toMatch(/1234|9999/)
  })

  test('what listens on the port of the bridge and does not know the secret gets neither call nor PIN', async () => {
    const squatter = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(squatter, 'listening')
    const received: string[] = []
    squatter.on('connection', (socket) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'hello', params: { nonce: 'x'.repeat(43), bridge: '' } }))
      socket.on('message', (data) => {
        received.push(String(data))
        socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { session: 'x', proof: 'y'.repeat(43) } }))
      })
    })
    const { port } = squatter.address() as { port: number }
    const { code, err } = await kiosk('1234\n', `ws://127.0.0.1:${port}`)
    expect(code).not.toBe(0)
    expect(err).toContain('the proof of the bridge is wrong')
    expect(received).toHaveLength(1)
    squatter.close()
  })

  test('an address that is not on this machine is refused before anything is sent', async () => {
    const { code, err } = await kiosk('', 'ws://192.0.2.1:35970')
    expect(code).not.toBe(0)
    expect(err).toContain('the address must be ws:// on the local machine')
  })
})
