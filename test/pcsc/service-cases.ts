import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { fromHex } from '../../src/bytes.ts'
import type { ReaderEvent } from '../../src/transport/index.ts'
import { type Fixture, follow, readerNames, readerOf } from '../support/pcscd-fixture.ts'
import { type Case, codeOf, elapsed, eventually, loopTurns, numbered } from './case.ts'

const reader = readerNames[0]

/** The service ends in the middle of things and comes back: everything is reported, and everything works again. */
async function serviceRestart(fixture: Fixture, signal: 'SIGTERM' | 'SIGKILL'): Promise<string> {
  const { transport, connection } = await fixture.connected({ script: () => undefined })
  const follower = follow(transport)
  await follower.until('card-inserted')
  const underWay = codeOf(connection.transmit(numbered(1)))
  await sleep(100)
  await fixture.pcscd.stop(signal)
  expect(await underWay).toBe('ERR_SERVICE_UNAVAILABLE')
  await follower.until('service-lost')
  expect(await codeOf(transport.readers())).toBe('ERR_SERVICE_UNAVAILABLE')
  expect(await codeOf(connection.transmit(numbered(2)))).toBe('ERR_SERVICE_UNAVAILABLE')
  await connection.close()
  await fixture.pcscd.start()
  await follower.until('service-restored')
  await fixture.insert()
  await follower.until('card-inserted')
  await follower.untilCount('reader-attached', 4)
  const attached = follower.events.filter(({ type }) => type === 'reader-attached')
  expect(attached.map(readerOf).sort()).toEqual([...readerNames, ...readerNames].sort())
  const next = await transport.connect(reader)
  expect(await next.transmit(numbered(3))).toEqual(fromHex('9000'))
  return 'ERR_SERVICE_UNAVAILABLE, then ok'
}

export const serviceCases: readonly Case[] = [
  {
    title: 'service stopped during an exchange and started again',
    run: (fixture) => serviceRestart(fixture, 'SIGTERM'),
  },
  {
    title: 'service killed during an exchange and started again',
    run: (fixture) => serviceRestart(fixture, 'SIGKILL'),
  },
  {
    title: 'service absent at start: reported at once, and found when it starts',
    async run(fixture) {
      await fixture.pcscd.stop()
      const transport = await fixture.open()
      const follower = follow(transport)
      await follower.until('service-lost')
      for (const ask of [() => transport.readers(), () => transport.waitForCard(), () => transport.connect(reader)]) {
        const limit = elapsed(async () => expect(await codeOf(ask())).toBe('ERR_SERVICE_UNAVAILABLE'))
        expect(await limit).toBeLessThan(2_000)
      }
      await fixture.pcscd.start()
      await follower.until('service-restored')
      await follower.untilCount('reader-attached', 2)
      expect((await transport.readers()).map(({ name }) => name)).toEqual(readerNames)
      return 'ERR_SERVICE_UNAVAILABLE, then ok'
    },
  },
  {
    title: 'service frozen: nothing hangs, and all works when it thaws',
    async run(fixture) {
      if (fixture.binding === 'pcsclite') return 'not handled: the process hangs'
      const { transport, connection } = await fixture.connected({}, { apduTimeoutMs: 300, connectTimeoutMs: 500 })
      await fixture.pcscd.freeze()
      const turns = loopTurns()
      expect(await codeOf(connection.transmit(numbered(1)))).toBe('ERR_TIMEOUT')
      expect(await codeOf(transport.connect(readerNames[1]))).toBe('ERR_TIMEOUT')
      const late = await fixture.open()
      expect(await codeOf(late.readers())).toBe('ERR_SERVICE_UNAVAILABLE')
      expect(await elapsed(() => transport.close())).toBeLessThan(4000)
      expect(turns()).toBeGreaterThan(20)
      fixture.pcscd.thaw()
      await sleep(200)
      const next = await late.connect(reader)
      expect(await next.transmit(numbered(2))).toEqual(fromHex('9000'))
      return 'ERR_TIMEOUT, ERR_SERVICE_UNAVAILABLE, then ok'
    },
  },
  {
    title: 'events of readers and cards are complete and in order',
    async run(fixture) {
      const transport = await fixture.open()
      const follower = follow(transport)
      await follower.untilCount('reader-attached', 2)
      for (let i = 0; i < 2; i++) {
        const card = await fixture.insert()
        await follower.until('card-inserted')
        card.pull()
        await follower.until('card-removed')
      }
      expect(follower.events.slice(0, 2).map(readerOf).sort()).toEqual(readerNames)
      expect(follower.events.map(({ type }) => type)).toEqual([
        'reader-attached',
        'reader-attached',
        'card-inserted',
        'card-removed',
        'card-inserted',
        'card-removed',
      ])
      return undefined
    },
  },
  {
    title: 'a late watch begins with what is there',
    async run(fixture) {
      const { transport } = await fixture.withCard()
      const follower = follow(transport)
      await follower.until('reader-attached', readerNames[1])
      expect(follower.events.map(({ type }) => type)).toEqual(['reader-attached', 'card-inserted', 'reader-attached'])
      return undefined
    },
  },
  {
    title: 'cards in and out 20 times, in two readers, as fast as the reader notices',
    async run(fixture) {
      const transport = await fixture.open()
      await transport.readers()
      const events: ReaderEvent[] = []
      const following = (async () => {
        for await (const event of transport.watch()) events.push(event)
      })()
      const typesOf = (slot: 0 | 1) =>
        events.filter((event) => readerOf(event) === readerNames[slot]).map(({ type }) => type)
      const expected = ['reader-attached']
      const inAndOut = async (slot: 0 | 1) => {
        const count = (type: string) => typesOf(slot).filter((one) => one === type).length
        for (let i = 1; i <= 10; i++) {
          const card = await fixture.insert({ slot })
          await eventually(() => card.powerOns > 0 && count('card-inserted') >= i)
          card.pull()
          await eventually(() => count('card-removed') >= i)
        }
      }
      await Promise.all([inAndOut(0), inAndOut(1)])
      await transport.close()
      await following
      for (let i = 0; i < 10; i++) expected.push('card-inserted', 'card-removed')
      expect([typesOf(0), typesOf(1)]).toEqual([expected, expected])
      return undefined
    },
  },
  {
    title: 'waiting for a card: at once, later, in vain, aborted',
    async run(fixture) {
      const transport = await fixture.open()
      expect(await codeOf(transport.waitForCard({ timeoutMs: 200 }))).toBe('ERR_TIMEOUT')
      const abort = new AbortController()
      const waiting = codeOf(transport.waitForCard({ signal: abort.signal }))
      await sleep(50)
      abort.abort()
      expect(await waiting).toBe('ERR_ABORTED')
      expect(await codeOf(transport.waitForCard({ signal: abort.signal }))).toBe('ERR_ABORTED')
      const later = transport.waitForCard({ timeoutMs: 5000 })
      await fixture.insert()
      expect((await later).name).toBe(reader)
      // The card is there: no event is waited for.
      expect((await transport.waitForCard({ timeoutMs: 1 })).name).toBe(reader)
      const elsewhere = transport.waitForCard({ reader: readerNames[1], timeoutMs: 200 })
      expect(await codeOf(elsewhere)).toBe('ERR_TIMEOUT')
      return undefined
    },
  },
  {
    title: 'a card without a usable answer to reset',
    async run(fixture) {
      const { transport } = await fixture.withCard({ atr: fromHex('00') })
      const code = await codeOf(transport.connect(reader))
      expect(code).toBe('ERR_CARD_MUTE')
      return code
    },
  },
]
