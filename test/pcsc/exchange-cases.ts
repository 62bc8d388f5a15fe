import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { concat, fromHex } from '../../src/bytes.ts'
import { miniCardAtr } from '../support/mini-card.ts'
import { readerNames } from '../support/pcscd-fixture.ts'
import { type Case, codeOf, eventually, loopTurns, numbered } from './case.ts'

const echo = (command: Uint8Array) => concat(command, fromHex('9000'))
const reader = readerNames[0]

export const exchangeCases: readonly Case[] = [
  ...[8, 50].map(
    (count): Case => ({
      title: `${count} exchanges started at once keep their order`,
      async run(fixture) {
        const { card, connection } = await fixture.connected({ script: echo })
        const commands = Array.from({ length: count }, (_, i) => numbered(i))
        const answers = await Promise.all(commands.map((command) => connection.transmit(command)))
        expect(answers).toEqual(commands.map(echo))
        expect(card.commands).toEqual(commands)
        return undefined
      },
    }),
  ),
  {
    title: 'answers of 257, 4096 and 65 535 bytes arrive whole',
    async run(fixture) {
      const script = (command: Uint8Array) => new Uint8Array((command[2]! << 8) | command[3]!).fill(7)
      const { connection } = await fixture.connected({ script })
      for (const length of [257, 4096, 65_535]) {
        expect((await connection.transmit(numbered(length))).length).toBe(length)
      }
      return undefined
    },
  },
  {
    title: 'a command of 65 000 bytes arrives whole',
    async run(fixture) {
      const { card, connection } = await fixture.connected()
      const command = new Uint8Array(65_000).fill(3)
      expect(await connection.transmit(command)).toEqual(fromHex('9000'))
      expect(card.commands).toEqual([command])
      return undefined
    },
  },
  {
    title: 'an answer of one byte passes unchanged',
    async run(fixture) {
      const { connection } = await fixture.connected({ script: () => fromHex('90') })
      expect(await connection.transmit(numbered(1))).toEqual(fromHex('90'))
      return undefined
    },
  },
  {
    title: 'the answer to reset is known',
    async run(fixture) {
      const { connection } = await fixture.connected()
      expect(connection.atr).toEqual(miniCardAtr)
      return undefined
    },
  },
  {
    title: 'two readers at once do not disturb each other',
    async run(fixture) {
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const first = await fixture.connected({ slot: 0, script: (command) => held.then(() => echo(command)) })
      await fixture.insert({ slot: 1, script: echo })
      await first.transport.waitForCard({ reader: readerNames[1], timeoutMs: 5000 })
      const second = await first.transport.connect(readerNames[1])
      const slow = first.connection.transmit(numbered(1))
      expect(await second.transmit(numbered(2))).toEqual(echo(numbered(2)))
      release()
      expect(await slow).toEqual(echo(numbered(1)))
      return undefined
    },
  },
  {
    title: 'a slow answer does not hold up the event loop',
    async run(fixture) {
      const { connection } = await fixture.connected({ script: (command) => sleep(600, echo(command)) })
      const turns = loopTurns()
      await connection.transmit(numbered(1))
      expect(turns()).toBeGreaterThan(50)
      return undefined
    },
  },
  {
    title: 'leave keeps the power, reset and unpower do what they say',
    async run(fixture) {
      const { card, transport, connection } = await fixture.connected()
      const before = { offs: card.powerOffs, resets: card.resets }
      await connection.close('leave')
      await sleep(100)
      expect({ offs: card.powerOffs, resets: card.resets }).toEqual(before)
      await (await transport.connect(reader)).close('reset')
      await eventually(() => card.resets > before.resets)
      expect(card.powerOffs).toBe(before.offs)
      await (await transport.connect(reader)).close('unpower')
      await eventually(() => card.powerOffs > before.offs)
      return undefined
    },
  },
  {
    title: 'reconnect powers the card down and up',
    async run(fixture) {
      const { card, connection } = await fixture.connected()
      const before = card.powerOffs
      await connection.reconnect('unpower')
      expect(card.powerOffs).toBeGreaterThan(before)
      expect(await connection.transmit(numbered(1))).toEqual(fromHex('9000'))
      expect(connection.atr).toEqual(miniCardAtr)
      return undefined
    },
  },
  {
    title: '250 connections one after another',
    async run(fixture) {
      const { transport, connection } = await fixture.connected()
      await connection.close()
      for (let i = 0; i < 250; i++) {
        const next = await transport.connect(reader)
        await next.transmit(numbered(i))
        await next.close()
      }
      return undefined
    },
  },
  {
    title: 'connecting without a card, 250 times, then with one',
    async run(fixture) {
      const transport = await fixture.open()
      await transport.readers()
      for (let i = 0; i < 250; i++) expect(await codeOf(transport.connect(reader))).toBe('ERR_NO_CARD')
      expect(await codeOf(transport.connect('no such reader'))).toBe('ERR_NO_READER')
      await fixture.insert()
      await transport.waitForCard({ timeoutMs: 5000 })
      await (await transport.connect(reader)).transmit(numbered(1))
      return 'ERR_NO_CARD, then ok'
    },
  },
]
