import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Pin } from '../../src/card/index.ts'
import {
  attachToVpcd,
  createVirtualCard,
  type VirtualCardOptions,
  type VpcdAttachment,
} from '../../src/emulator/index.ts'
import { type KioskEvent, KioskMonitor, serveVisit, type VisitOutcome } from '../../src/kiosk/index.ts'
import { bindingNames, openPcsc } from '../../src/transport/pcsc/index.ts'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { readerNames } from '../support/pcscd-fixture.ts'
import { tokenServer } from '../support/token-server.ts'
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

async function insert(slot: 0 | 1, options: VirtualCardOptions = {}) {
  const card = await createVirtualCard({ identity: await identity(), ...options })
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
    // Readers go one by one after the service.
    await eventually(() => monitor.readers.length === 0, 10_000)
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

  test('a customer with each kind of card is served, or reads why not; no try is spent but by a wrong PIN', async () => {
    const transport = await openPcsc({ binding })
    const monitor = new KioskMonitor(transport, { survey: false })
    const moods: readonly (readonly [VirtualCardOptions, readonly string[], string])[] = [
      [{}, ['1234'], 'accepted'],
      [{ interface: 'contactless' }, ['9999', '1234'], 'accepted'],
      [{ kind: 'phone-android' }, ['1234'], 'accepted'],
      [{ kind: 'phone-iphone' }, [], 'accepted'],
      [{ kind: 'phone-iphone', deviceVerified: false }, [], 'verify-on-phone'],
      [{ faceAuthentication: true }, [], 'card-without-pin'],
      [{ residence: true }, ['1234'], 'accepted'],
      [{ triesLeft: { auth: 1 } }, [], 'pin-guarded'],
      [{ triesLeft: { auth: 0 } }, [], 'pin-blocked'],
      [{ kind: 'juki' }, [], 'card-kind-ended'],
    ]
    const ends: string[] = []
    const site = { server: await tokenServer(), terminal: 'kiosk-1', purpose: 'residence-record' }
    let next = await insert(0, moods[0]![0])
    for await (const visit of monitor.visits()) {
      const [, pins] = moods[ends.length]!
      let entered = 0
      const screens = {
        enterPin: async () => Pin.fromText(pins[entered++]!),
        show: () => {},
      }
      const outcome: VisitOutcome = await serveVisit(visit, { screens, channel: 'convenience-store', ...site })
      ends.push(outcome.kind === 'refused' ? outcome.situation : outcome.kind)
      const { card, detach } = next
      expect(entered).toBe(pins.length)
      expect(card.verified('auth')).toBe(false)
      expect(card.log.filter(({ command }) => command[1] === 0x20 && command.length > 5)).toHaveLength(pins.length)
      await detach()
      await visit.removed
      if (ends.length === moods.length) break
      next = await insert(0, moods[ends.length]![0])
    }
    expect(ends).toEqual(moods.map(([, , end]) => end))
    await monitor.close()
    await transport.close()
  }, 60_000)
})
