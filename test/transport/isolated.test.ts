import { spawn } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BindingName, openPcsc, type ReaderMessage } from '../../src/transport/pcsc/index.ts'
import type { IsolatedBinding } from '../../src/transport/pcsc/isolated/isolated-binding.ts'
import { type IsolationOptions, openIsolated } from '../../src/transport/pcsc/isolated/open-isolated.ts'
import { PcscTransport } from '../../src/transport/pcsc/pcsc-transport.ts'
import { compile } from '../support/compiled.ts'

const module = new URL('../support/pcscd-fake-module.mjs', import.meta.url)
const crash = Uint8Array.of(0, 1, 0, 0)
const freeze = Uint8Array.of(0, 2, 0, 0)
const block = Uint8Array.of(0, 3, 0, 0)
const grow = Uint8Array.of(0, 4, 0, 0)
const silence = Uint8Array.of(0, 5, 0, 0)
const nonsense = Uint8Array.of(0, 6, 0, 0)
const fail = Uint8Array.of(0, 7, 0, 0)
const fill = Uint8Array.of(0, 8, 0, 0)
const plain = (n = 0): Uint8Array => Uint8Array.of(0x80, 0x10, 0, n)

let compiled: (path: string) => string
let folder: string
let transports: PcscTransport[]

beforeAll(() => {
  const at = compile('isolated-tests', ['src/transport/pcsc/index.ts', 'src/transport/pcsc/isolated/open-isolated.ts'])
  compiled = (path) => at(`src/${path}`)
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'isolated-'))
  writeFileSync(join(folder, 'events'), '1')
  process.env['FAKE_BINDING'] = folder
  transports = []
})

afterEach(async () => {
  await Promise.all(transports.map((transport) => transport.close()))
  rmSync(folder, { recursive: true })
})

const program = () => new URL(compiled('transport/pcsc/isolated/host.js'))
const log = () => readFileSync(join(folder, 'log'), 'utf8').trim().split('\n')
const sent = () => log().filter((line) => line.startsWith('transmit'))

async function open(isolation: IsolationOptions = {}, apduTimeoutMs = 5000) {
  const times = { apduTimeoutMs, connectTimeoutMs: 3000 }
  const binding = await openIsolated(undefined, { module, program: program(), hangMs: 400, ...isolation }, times)
  const transport = new PcscTransport(binding, times)
  transports.push(transport)
  return { binding, transport }
}

async function connected(isolation: IsolationOptions = {}, apduTimeoutMs = 5000) {
  const made = await open(isolation, apduTimeoutMs)
  return { ...made, connection: await made.transport.connect('A') }
}

/** Whether the process is there: a killed one is, until its parent has heard of it. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function eventually(condition: () => boolean, timeoutMs = 8000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${condition}`)
    await sleep(10)
  }
}

const onlyPid = ({ pids }: IsolatedBinding): number => {
  expect(pids).toHaveLength(1)
  return pids[0]!
}

describe('a binding in a process of its own', () => {
  test('is one transport like any other', async () => {
    const { transport, connection } = await connected()
    expect(transport.name).toBe('fake, isolated')
    expect((await transport.readers()).map(({ name, cardPresent }) => [name, cardPresent])).toEqual([
      ['A', true],
      ['B', true],
    ])
    expect(connection.atr).toEqual(Uint8Array.of(0x3b, 0x80, 0x01))
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => connection.transmit(plain(n))))
    expect(answers.map((answer) => answer[3])).toEqual([1, 2, 3, 4, 5])
    expect(answers.map((answer) => answer.length)).toEqual([6, 6, 6, 6, 6])
    const long = new Uint8Array(65_000).fill(0x80)
    expect(await connection.transmit(long)).toEqual(Uint8Array.of(...long, 0x90, 0))
    await connection.reconnect('unpower')
    await connection.close('reset')
    expect(log().filter((line) => !line.startsWith('transmit'))).toEqual([
      'watch',
      'connect A exclusive',
      'reconnect exclusive unpower',
      'disconnect reset',
    ])
  })

  test('an error of the binding is the error it would have been', async () => {
    const { connection } = await connected()
    await expect(connection.transmit(fail)).rejects.toMatchObject({ code: 'ERR_CARD_RESET' })
    await connection.reconnect('reset')
    expect((await connection.transmit(plain())).length).toBe(6)
  })

  test('control transfers pass, a refused one changes nothing, and one that never ends is a time-out', async () => {
    const { binding, transport, connection } = await connected()
    const control = connection.control!
    expect(await control.send(0x4233_0006, Uint8Array.of(1, 2, 3), 1000)).toEqual(Uint8Array.of(0x90, 0))
    expect(log().at(-1)).toBe('control 42330006 010203')
    await expect(control.send(1, new Uint8Array(), 1000)).rejects.toMatchObject({ code: 'ERR_TRANSPORT' })
    expect((await connection.transmit(plain())).length).toBe(6)
    const pid = onlyPid(binding)
    await expect(control.send(2, new Uint8Array(), 200)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    await expect(connection.transmit(plain())).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' })
    await connection.close()
    await (await transport.connect('A')).close()
    await eventually(() => !isThere(pid))
  })

  test('closing leaves no process', async () => {
    const { binding, transport } = await connected()
    const pid = onlyPid(binding)
    await transport.close()
    expect(isThere(pid)).toBe(false)
    expect(binding.pids).toEqual([])
  })

  test('signals to the process group are for the application', async () => {
    const { binding, connection } = await connected()
    const pid = onlyPid(binding)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal)
    await sleep(100)
    expect((await connection.transmit(plain())).length).toBe(6)
    expect(onlyPid(binding)).toBe(pid)
  })
})

const ends = [
  ['crashes', crash, /SIGSEGV/],
  ['freezes', freeze, /sent nothing for 400 ms/],
  ['blocks its event loop', block, /sent nothing for 400 ms/],
  ['takes too much memory', grow, /memory limit of 192 MiB/],
  ['sends nonsense', nonsense, /invalid response/],
] as const

describe.each(ends)('when it %s during an exchange', (_, command, reason) => {
  // Filling that much memory takes a moment, which is no hang.
  const isolation = { memoryBytes: 192 * 2 ** 20, ...(command === grow && { hangMs: 6000 }) }

  test('the exchange fails with a coded error, those behind it too, and a new connection works', async () => {
    const { binding, transport, connection } = await connected(isolation)
    const pid = onlyPid(binding)
    const behind = [connection.transmit(command), connection.transmit(plain(1))]
    const [first, second] = await Promise.allSettled(behind)
    expect(first).toMatchObject({ reason: { code: 'ERR_TRANSPORT', message: expect.stringMatching(reason) } })
    expect(second).toMatchObject({ reason: { code: 'ERR_TRANSPORT' } })
    expect(sent()).toHaveLength(1)
    await connection.close()
    const next = await transport.connect('A')
    expect((await next.transmit(plain(2)))[3]).toBe(2)
    await eventually(() => !isThere(pid))
    expect(onlyPid(binding)).not.toBe(pid)
  })

  test('closing with power down does so, in the next process', async () => {
    const { connection } = await connected(isolation)
    await expect(connection.transmit(command)).rejects.toMatchObject({ code: 'ERR_TRANSPORT' })
    await connection.close('unpower')
    expect(log().slice(-2)).toEqual(['connect A exclusive', 'disconnect unpower'])
  })
})

describe('after its end', () => {
  test('reconnect takes the same card again; nothing is sent twice', async () => {
    const { connection } = await connected()
    await expect(connection.transmit(crash)).rejects.toMatchObject({ code: 'ERR_TRANSPORT' })
    await connection.reconnect('reset')
    expect((await connection.transmit(plain(3)))[3]).toBe(3)
    expect(sent()).toEqual(['transmit 00010000', 'transmit 80100003'])
  })

  test('another card is neither taken nor powered down', async () => {
    const { connection } = await connected()
    await expect(connection.transmit(crash)).rejects.toMatchObject({ code: 'ERR_TRANSPORT' })
    writeFileSync(join(folder, 'events'), '3')
    await expect(connection.reconnect('reset')).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
    await connection.close('unpower')
    expect(log().filter((line) => /reconnect|unpower/.test(line))).toEqual([])
  })

  test('watching continues, and reports what happened in between', async () => {
    const { transport, connection } = await connected()
    const events = transport.watch()[Symbol.asyncIterator]()
    const next = async () => {
      const { value } = await events.next()
      return `${value.type} ${value.reader?.name ?? value.reader}`
    }
    expect([await next(), await next(), await next(), await next()]).toEqual([
      'reader-attached A',
      'card-inserted A',
      'reader-attached B',
      'card-inserted B',
    ])
    writeFileSync(join(folder, 'events'), '3')
    await connection.transmit(crash).catch(() => {})
    expect([await next(), await next(), await next(), await next()]).toEqual([
      'card-removed A',
      'card-inserted A',
      'card-removed B',
      'card-inserted B',
    ])
  })

  test('its fate, and what happens at the readers, is published on the channel jpki-card:reader', async () => {
    const published: ReaderMessage[] = []
    const listen = (message: unknown) => published.push(message as ReaderMessage)
    subscribe('jpki-card:reader', listen)
    const { connection } = await connected()
    await connection.transmit(crash).catch(() => {})
    await connection.reconnect('reset')
    await eventually(() => published.some(({ event }) => event === 'binding-memory'))
    unsubscribe('jpki-card:reader', listen)
    expect(published.filter(({ event }) => event !== 'binding-memory').slice(0, 7)).toEqual([
      { event: 'binding-started', transport: 'fake' },
      { event: 'reader-attached', transport: 'fake, isolated', reader: 'A' },
      { event: 'card-inserted', transport: 'fake, isolated', reader: 'A' },
      { event: 'reader-attached', transport: 'fake, isolated', reader: 'B' },
      { event: 'card-inserted', transport: 'fake, isolated', reader: 'B' },
      { event: 'binding-lost', transport: 'fake', reason: 'ended (SIGSEGV)' },
      { event: 'binding-started', transport: 'fake' },
    ])
    expect(published.find(({ memoryBytes }) => memoryBytes !== undefined)?.memoryBytes).toBeGreaterThan(2 ** 20)
  })

  test('ten crashes one after another leave one process and no more handles than before', async () => {
    const { binding, transport } = await open()
    const handles = () => process.getActiveResourcesInfo().filter((name) => name !== 'Timeout').length
    await (await transport.connect('A')).close()
    const before = handles()
    for (let i = 0; i < 10; i++) {
      const connection = await transport.connect('A')
      await expect(connection.transmit(crash)).rejects.toMatchObject({ code: 'ERR_TRANSPORT' })
      await connection.close()
    }
    await (await transport.connect('A')).close()
    await eventually(() => binding.pids.length === 1)
    await eventually(() => handles() <= before)
  })
})

/** A connection to reader B, its process waiting to be ended because the one to reader A got stuck there. */
async function stuckBesideAnother() {
  const { binding, transport, connection } = await connected({}, 300)
  const other = await transport.connect('B')
  const pid = onlyPid(binding)
  await expect(connection.transmit(silence)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
  await eventually(() => log().filter((line) => line === 'watch').length === 2)
  return { other, pid }
}

describe('a call that never ends', () => {
  test('times out as ever, and the process is ended so that the reader is free again', async () => {
    const { binding, transport, connection } = await connected({}, 200)
    const pid = onlyPid(binding)
    await expect(connection.transmit(silence)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    await expect(connection.close('unpower')).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    const next = await transport.connect('A')
    expect((await next.transmit(plain(1)))[3]).toBe(1)
    expect(log().slice(-4)).toEqual([
      'connect A exclusive',
      'disconnect unpower',
      'connect A exclusive',
      'transmit 80100001',
    ])
    await eventually(() => !isThere(pid))
  })

  test('does not end a process that another reader needs, before that is done', async () => {
    const { other, pid } = await stuckBesideAnother()
    expect(isThere(pid)).toBe(true)
    expect((await other.transmit(plain(1)))[3]).toBe(1)
    await other.close()
    await eventually(() => !isThere(pid))
  })

  test('ends it also when the other card cannot be given back', async () => {
    const { other, pid } = await stuckBesideAnother()
    writeFileSync(join(folder, 'refusals'), 'UnpoweredCard')
    await expect(other.close('unpower')).rejects.toMatchObject({ code: 'ERR_CARD_RESET' })
    await eventually(() => !isThere(pid))
  })

  test('but not while the other card is only kept by the transaction of another program', async () => {
    const { other, pid } = await stuckBesideAnother()
    writeFileSync(join(folder, 'refusals'), 'SharingViolation\nSharingViolation')
    await other.close('unpower')
    expect(log().filter((line) => line.startsWith('disconnect'))).toEqual(Array(3).fill('disconnect unpower'))
    expect(log().filter((line) => line.startsWith('connect B'))).toHaveLength(1)
    await eventually(() => !isThere(pid))
  })
})

test('a process above half its memory limit is terminated once its card is disconnected', async () => {
  const published: ReaderMessage[] = []
  const listen = (message: unknown) => published.push(message as ReaderMessage)
  subscribe('jpki-card:reader', listen)
  // Filling the memory takes a moment, which is no hang.
  const { binding, connection } = await connected({ memoryBytes: 384 * 2 ** 20, hangMs: 2000 })
  const pid = onlyPid(binding)
  expect((await connection.transmit(fill)).length).toBe(6)
  await eventually(() => log().filter((line) => line === 'watch').length === 2)
  expect(isThere(pid)).toBe(true)
  await connection.close()
  await eventually(() => published.some(({ event }) => event === 'binding-lost'))
  unsubscribe('jpki-card:reader', listen)
  expect(published.filter(({ event }) => event === 'binding-lost')).toEqual([
    { event: 'binding-lost', transport: 'fake', reason: 'exceeded half its memory limit and was terminated' },
  ])
})

test('a watch is ended once, however often that is asked for', async () => {
  const { binding } = await open()
  const watch = binding.watch({ changed: () => {}, gone: () => {}, failed: () => {} })
  await watch.stop()
  await watch.stop()
  expect(log()).toEqual(['watch', 'stop'])
})

describe('starting', () => {
  test('without the binding fails at once', async () => {
    const isolated = { program: program() }
    const opening = openPcsc({ binding: 'pcsc-none' as BindingName, isolated })
    await expect(opening).rejects.toMatchObject({ code: 'ERR_BINDING_MISSING' })
  })

  test('with a program that is not there fails with a coded error', async () => {
    const isolated = { program: join(folder, 'none.js'), module }
    await expect(openPcsc({ isolated })).rejects.toMatchObject({
      code: 'ERR_DEPENDENCY_MISSING',
      dependency: 'host.js',
    })
  })

  test('misuse is refused', async () => {
    await expect(openPcsc({ isolated: { hangMs: 10 } })).rejects.toThrow(RangeError)
    await expect(openPcsc({ isolated: { memoryBytes: 1 } })).rejects.toThrow(RangeError)
    const binding = {} as never
    await expect(openPcsc({ isolated: true, binding })).rejects.toThrow(TypeError)
  })
})

/** An application that is killed while an exchange is under way; prints the process id of its host. */
async function killedDuring(command: Uint8Array): Promise<number> {
  const text = `
    import { openIsolated } from ${JSON.stringify(compiled('transport/pcsc/isolated/open-isolated.js'))}
    import { PcscTransport } from ${JSON.stringify(compiled('transport/pcsc/pcsc-transport.js'))}
    const times = { apduTimeoutMs: 60_000, connectTimeoutMs: 5000 }
    const binding = await openIsolated(undefined, { module: new URL(${JSON.stringify(module.href)}), hangMs: 60_000 }, times)
    const transport = new PcscTransport(binding, times)
    const connection = await transport.connect('A')
    connection.transmit(Uint8Array.of(${command.join()})).catch(() => {})
    console.log(binding.pids[0])`
  const file = join(folder, 'application.mjs')
  writeFileSync(file, text)
  const application = spawn(process.execPath, [pathToFileURL(file).pathname], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: application.stdout })[Symbol.asyncIterator]()
  const pid = Number((await lines.next()).value)
  await eventually(() => sent().length === 1)
  const ended = once(application, 'exit')
  application.kill('SIGKILL')
  await ended
  return pid
}

describe('when the application is killed', () => {
  test.each([
    ['idle in an exchange', silence],
    ['stuck in the binding', block],
  ])('the process ends too, %s', async (_, command) => {
    const pid = await killedDuring(command)
    await eventually(() => !isThere(pid))
  })
})
