import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { attachToVpcd, createVirtualCard, type VpcdAttachment } from '../../src/emulator/index.ts'
import { type KioskEvent, KioskMonitor } from '../../src/kiosk/index.ts'
import { bindingNames, openPcsc } from '../../src/transport/pcsc/index.ts'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { readerNames } from '../support/pcscd-fixture.ts'
import { identity } from '../support/virtual.ts'
import { eventually } from './case.ts'

let pcscd: Pcscd
let attachments: VpcdAttachment[]

beforeAll(async () => {
  pcscd = await startPcscd()
})
afterAll(() => pcscd?.stop())
beforeEach(() => {
  attachments = []
})
afterEach(() => Promise.all(attachments.map((one) => one.detach())))

async function insert(slot: 0 | 1) {
  const card = await createVirtualCard({ identity: await identity() })
  const attachment = await attachToVpcd(card, { port: 35963 + slot })
  attachments.push(attachment)
  return { card, detach: () => attachment.detach() }
}

/** The events of one reader or, without one, of the service: type and card. */
const of = (events: readonly KioskEvent[], reader: string | undefined): string[] =>
  events.filter((event) => event.reader === reader).map((event) => event.type)

describe.each(bindingNames)('a kiosk monitor through pcscd with %s', (binding) => {
  test('two readers, cards in and out, some of them at once', async () => {
    const transport = await openPcsc({ binding })
    const monitor = new KioskMonitor(transport)
    const events: KioskEvent[] = []
    monitor.on((event) => events.push(event))
    const countOf = (slot: 0 | 1, type: KioskEvent['type']) =>
      of(events, readerNames[slot]).filter((one) => one === type).length
    const visits = async (slot: 0 | 1) => {
      for (let i = 1; i <= 3; i++) {
        const { card, detach } = await insert(slot)
        await eventually(() => countOf(slot, 'card-identified') >= i, 10_000)
        await detach()
        await eventually(() => countOf(slot, 'card-removed') >= i, 10_000)
        expect([card.verified('auth'), card.triesLeft('auth')]).toEqual([false, 3])
      }
    }
    await Promise.all([visits(0), visits(1)])
    // Taken away in the middle of it.
    const { card, detach } = await insert(0)
    await eventually(() => card.exchanges > 0, 10_000)
    await detach()
    await eventually(() => countOf(0, 'card-removed') === 4, 10_000)
    for (const slot of [0, 1] as const) {
      const visit = ['card-inserted', 'card-identified', 'card-removed']
      const whole = of(events, readerNames[slot])
      expect(whole.slice(0, 10)).toEqual(['reader-attached', ...visit, ...visit, ...visit])
    }
    await monitor.close()
    await transport.close()
  })

  test('the service is killed with a card in the reader, and started again', async () => {
    const transport = await openPcsc({ binding })
    const monitor = new KioskMonitor(transport)
    const events: KioskEvent[] = []
    monitor.on((event) => events.push(event))
    await insert(0)
    const identified = () => of(events, readerNames[0]).filter((type) => type === 'card-identified').length
    await eventually(() => identified() === 1, 10_000)
    await pcscd.stop('SIGKILL')
    await eventually(() => monitor.lost !== undefined, 10_000)
    expect(monitor.readers).toEqual([])
    await sleep(200)
    await pcscd.start()
    await eventually(() => monitor.lost === undefined, 15_000)
    await insert(0)
    await eventually(() => identified() === 2, 15_000)
    expect(of(events, undefined)).toEqual(['trouble', 'recovered'])
    expect(of(events, readerNames[0])).toEqual([
      'reader-attached',
      'card-inserted',
      'card-identified',
      'card-removed',
      'reader-detached',
      'reader-attached',
      'card-inserted',
      'card-identified',
    ])
    const cards = events.flatMap((event) => (event.type === 'card-inserted' ? [event.card] : []))
    expect(cards).toEqual([1, 2])
    await monitor.close()
    await transport.close()
  })
})
