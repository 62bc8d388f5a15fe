import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { fromHex } from '../../src/bytes.ts'
import { follow, readerNames } from '../support/pcscd-fixture.ts'
import { type Case, codeOf, elapsed, numbered } from './case.ts'

const reader = readerNames[0]

export const lossCases: readonly Case[] = [
  {
    title: 'card pulled in the middle of an exchange, three more waiting',
    async run(fixture) {
      const { card, connection } = await fixture.connected({ script: (_, self) => void self.pull() as undefined })
      const codes = await Promise.all([1, 2, 3, 4].map((i) => codeOf(connection.transmit(numbered(i)))))
      expect(codes).toEqual(Array(4).fill('ERR_CARD_REMOVED'))
      expect(card.commands.length).toBe(1)
      await connection.close('unpower')
      return codes[0]
    },
  },
  {
    title: 'card pulled between two exchanges',
    async run(fixture) {
      const { card, connection } = await fixture.connected()
      await connection.transmit(numbered(1))
      card.pull()
      const code = await codeOf(connection.transmit(numbered(2)))
      expect(code).toBe('ERR_CARD_REMOVED')
      return code
    },
  },
  {
    title: 'another card in: the old connection is unusable, a new one works',
    async run(fixture) {
      const { card, transport, connection } = await fixture.connected()
      const left = follow(transport)
      await left.until('card-inserted')
      card.pull()
      await left.until('card-removed')
      await fixture.insert({ script: () => fromHex('6A82') })
      await transport.waitForCard({ timeoutMs: 5000, reader })
      expect(await codeOf(connection.transmit(numbered(1)))).toBe('ERR_CARD_REMOVED')
      expect(await codeOf(connection.reconnect('reset'))).toBe('ERR_CARD_REMOVED')
      await connection.close()
      const next = await transport.connect(reader)
      expect(await next.transmit(numbered(1))).toEqual(fromHex('6A82'))
      return 'ERR_CARD_REMOVED, then ok'
    },
  },
  {
    title: 'silent card: the exchange times out, close returns, the next card works',
    async run(fixture) {
      const { card, transport, connection } = await fixture.connected(
        { script: () => undefined },
        { apduTimeoutMs: 300, connectTimeoutMs: 500 },
      )
      const waiting = [1, 2].map((i) => codeOf(connection.transmit(numbered(i))))
      expect(await Promise.all(waiting)).toEqual(['ERR_TIMEOUT', 'ERR_CONNECTION_CLOSED'])
      expect(await codeOf(connection.transmit(numbered(3)))).toBe('ERR_CONNECTION_CLOSED')
      expect(await elapsed(() => connection.close())).toBeLessThan(450)
      expect(await codeOf(transport.connect(reader))).toBe('ERR_READER_BUSY')
      expect(card.commands.length).toBe(1)
      card.pull()
      const events = follow(transport)
      await events.until('card-removed')
      await fixture.insert()
      await transport.waitForCard({ timeoutMs: 5000, reader })
      const next = await transport.connect(reader)
      expect(await next.transmit(numbered(1))).toEqual(fromHex('9000'))
      return 'ERR_TIMEOUT, then ok'
    },
  },
  {
    title: 'silent card: closing with unpower says that it could not',
    async run(fixture) {
      const { card, connection } = await fixture.connected({ script: () => undefined }, { apduTimeoutMs: 200 })
      await codeOf(connection.transmit(numbered(1)))
      const code = await codeOf(connection.close('unpower'))
      expect(code).toBe('ERR_TIMEOUT')
      card.pull()
      return code
    },
  },
  {
    title: 'closed during an exchange: the exchange ends first',
    async run(fixture) {
      const script = () => sleep(300, fromHex('9000'))
      const { transport, connection } = await fixture.connected({ script })
      const answer = connection.transmit(numbered(1))
      const queued = codeOf(connection.transmit(numbered(2)))
      await sleep(50)
      await transport.close()
      expect(await answer).toEqual(fromHex('9000'))
      expect(await queued).toBe('ERR_CONNECTION_CLOSED')
      expect(await codeOf(connection.transmit(numbered(3)))).toBe('ERR_CONNECTION_CLOSED')
      expect(await codeOf(transport.readers())).toBe('ERR_CONNECTION_CLOSED')
      return undefined
    },
  },
  {
    title: 'card reset by another program: reported, and reconnect recovers',
    async run(fixture) {
      const { connection } = await fixture.connected({}, {}, false)
      const other = await fixture.otherProgram('shared')
      expect(other.outcome).toBe('connected')
      await other.giveUp('reset')
      const codes = await Promise.all([1, 2].map((i) => codeOf(connection.transmit(numbered(i)))))
      expect(codes).toEqual(['ERR_CARD_RESET', 'ERR_CARD_RESET'])
      await connection.reconnect('leave')
      expect(await connection.transmit(numbered(3))).toEqual(fromHex('9000'))
      return codes[0]
    },
  },
  {
    title: 'another program holds the card',
    async run(fixture) {
      const { transport } = await fixture.withCard()
      const other = await fixture.otherProgram('exclusive')
      expect(other.outcome).toBe('connected')
      const code = await codeOf(transport.connect(reader))
      expect(code).toBe('ERR_READER_BUSY')
      expect((await transport.readers())[0]?.busy).toBe(true)
      await other.giveUp('leave')
      const connection = await transport.connect(reader)
      expect((await transport.readers())[0]?.busy).toBe(false)
      await connection.transmit(numbered(1))
      return code
    },
  },
  {
    title: 'our exclusive connection keeps another program out',
    async run(fixture) {
      const { connection } = await fixture.connected()
      expect((await fixture.otherProgram('shared')).outcome).toBe('SharingViolation')
      await connection.close()
      const after = await fixture.otherProgram('shared')
      expect(after.outcome).toBe('connected')
      await after.giveUp('leave')
      return undefined
    },
  },
]
