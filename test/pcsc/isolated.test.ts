import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CardSession, Pin } from '../../src/card/index.ts'
import { attachToVpcd, createVirtualCard, type VirtualCard, type VpcdAttachment } from '../../src/emulator/index.ts'
import { identifyCard } from '../../src/identify/index.ts'
import { JpkiApplication } from '../../src/jpki/index.ts'
import type { BindingName } from '../../src/transport/pcsc/index.ts'
import type { IsolatedBinding } from '../../src/transport/pcsc/isolated/isolated-binding.ts'
import { openIsolated } from '../../src/transport/pcsc/isolated/open-isolated.ts'
import { PcscTransport } from '../../src/transport/pcsc/pcsc-transport.ts'
import { compile } from '../support/compiled.ts'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { readerNames } from '../support/pcscd-fixture.ts'
import { identity, verifies } from '../support/virtual.ts'
import { codeOf, eventually } from './case.ts'

// Run with: node scripts/with-pcscd.mjs node node_modules/vitest/vitest.mjs run --project pcsc test/pcsc/isolated.test.ts

const reader = readerNames[0]
const message = Buffer.from('住民票の写し')

const flows: Readonly<Record<string, (session: CardSession) => Promise<unknown>>> = {
  identify: (session) => identifyCard(session),
  'user authentication': async (session) =>
    (await JpkiApplication.open(session)).authenticate(message, Pin.fromText('1234')),
  signature: async (session) =>
    (await JpkiApplication.open(session)).sign('sign', { message }, { pin: Pin.fromText('ABC123') }),
  'PIN change': async (session) => {
    const values = { current: Pin.fromText('1234'), next: Pin.fromText('1234') }
    await (await JpkiApplication.open(session)).changePin('auth', values)
  },
}

let pcscd: Pcscd
let program: URL
let card: VirtualCard
let attachment: VpcdAttachment
let binding: IsolatedBinding
let transport: PcscTransport
/** Runs when the card gets its n-th command. */
let onCommand: (count: number) => void = () => {}

beforeAll(async () => {
  program = new URL(
    compile('isolated-pcsc', ['src/transport/pcsc/isolated/host.ts'])('src/transport/pcsc/isolated/host.js'),
  )
  pcscd = await startPcscd()
})
afterAll(() => pcscd?.stop())

describe.each(['pcsc-mini', 'pcsclite'] satisfies BindingName[])('%s in a process of its own', (name) => {
  beforeEach(async () => {
    card = await createVirtualCard({ identity: await identity() })
    const exchange = card.exchange.bind(card)
    let count = 0
    onCommand = () => {}
    Object.assign(card, {
      exchange: (command: Uint8Array) => {
        onCommand(++count)
        return exchange(command)
      },
    })
    attachment = await attachToVpcd(card)
    const times = { apduTimeoutMs: 10_000, connectTimeoutMs: 5000 }
    binding = await openIsolated(name, { program, hangMs: 800 }, times)
    transport = new PcscTransport(binding, times)
    await transport.waitForCard({ reader, timeoutMs: 10_000 })
  })

  afterEach(async () => {
    await attachment.detach()
    // The next card must not be taken for this one.
    while ((await transport.readers()).some(({ name, cardPresent }) => name === reader && cardPresent)) await sleep(50)
    await transport.close()
    expect(binding.pids).toEqual([])
  })

  /** One flow in which the process gets the signal while the card works on its k-th command. */
  async function interrupted(flow: string, signal: NodeJS.Signals | undefined, k: number) {
    const session = new CardSession(await transport.connect(reader))
    const from = card.log.length
    const pid = binding.pids.at(-1)!
    let seen = 0
    onCommand = () => {
      if (++seen !== k || signal === undefined) return
      onCommand = () => {}
      process.kill(pid, signal)
    }
    const code = await codeOf(flows[flow]!(session))
    const exchanges = seen
    onCommand = () => {}
    const sent = card.log.slice(from).map((entry) => Buffer.from(entry.command).toString('hex').toUpperCase())
    const report = await session.close()
    return { code, exchanges, sent, report, pid }
  }

  /** What may come of a flow that lost its process while the card worked on this command. */
  function outcomes(command: string): readonly string[] {
    if (/^(0020|0024)/.test(command) && command.length > 10) return ['ERR_PIN_OUTCOME_UNKNOWN']
    // Reading takes the card again, as a driver may have failed on the length; PINs count as not verified from then on.
    // Without a card counter taking it again is refused.
    if (command.startsWith('00B0'))
      return name === 'pcsc-mini'
        ? ['no error', 'ERR_TRANSPORT', 'ERR_SECURITY_STATUS']
        : ['ERR_CONNECTION_CLOSED', 'ERR_TRANSPORT']
    return ['ERR_TRANSPORT']
  }

  describe.each(Object.keys(flows))('%s', (flow) => {
    test.each(['SIGSEGV', 'SIGSTOP'] as const)('%s at several exchanges', async (signal) => {
      const whole = await interrupted(flow, undefined, 0)
      expect(whole.code).toBe('no error')
      // A frozen process takes its time to be found out: fewer places.
      const places = Array.from({ length: whole.exchanges }, (_, i) => i + 1)
      const chosen = signal === 'SIGSEGV' ? places : places.filter((k) => k % 3 === 0 || k === places.length)
      for (const k of chosen) {
        const cell = `${flow}, ${signal} at exchange ${k}`
        const { code, sent, report, pid } = await interrupted(flow, signal, k)
        expect(outcomes(sent[k - 1]!), cell).toContain(code)
        expect(verifies(sent), cell).toBeLessThanOrEqual(1)
        expect(sent.filter((command) => command.startsWith('0024')).length, cell).toBeLessThanOrEqual(1)
        // vpcd passes power off on without an answer: the card learns of it a moment after the service has done it.
        if (report.cleared) await eventually(() => !card.verified('auth') && !card.verified('sign'))
        else expect(name, cell).toBe('pcsclite')
        const next = await interrupted(flow, undefined, 0)
        expect(next.code, cell).toBe('no error')
        expect(next.report.cleared, cell).toBe(true)
        expect([card.triesLeft('auth'), card.triesLeft('sign')], cell).toEqual([3, 5])
        await eventually(() => binding.pids.length === 1 && binding.pids[0] !== pid)
      }
    })
  })

  test('a hanging service is reported, and its recovery too', async () => {
    const connection = await transport.connect(reader)
    await pcscd.freeze()
    const late = new PcscTransport(
      await openIsolated(name, { program, hangMs: 800 }, { apduTimeoutMs: 500, connectTimeoutMs: 1000 }),
      { apduTimeoutMs: 500, connectTimeoutMs: 1000 },
    )
    try {
      expect(await codeOf(late.readers())).toBe('ERR_SERVICE_UNAVAILABLE')
    } finally {
      pcscd.thaw()
    }
    expect((await late.waitForCard({ reader, timeoutMs: 15_000 })).cardPresent).toBe(true)
    await connection.close()
    await late.close()
  })

  test('the service is stopped and started again: as without a process of its own', async () => {
    const connection = await transport.connect(reader)
    await pcscd.stop('SIGKILL')
    expect(await codeOf(connection.transmit(Uint8Array.of(0, 0xb0, 0, 0)))).toBe('ERR_SERVICE_UNAVAILABLE')
    await connection.close()
    await attachment.closed
    await pcscd.start()
    attachment = await attachToVpcd(card)
    await eventually(() => card.powered, 5000)
    const again = async () => (await transport.readers().catch(() => [])).some(({ cardPresent }) => cardPresent)
    for (let i = 0; i < 100 && !(await again()); i++) await new Promise((done) => setTimeout(done, 50))
    const next = new CardSession(await transport.connect(reader))
    expect((await identifyCard(next)).kind).toBe('my-number')
    await next.close()
  })
})
