import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/bytes.ts'
import { parseCommand } from '../../src/emulator/apdu.ts'
import { poweredCard, selectFile, selectJpki, send, sw } from './support.ts'

const cases: readonly [string, string, number, number | undefined, boolean][] = [
  ['1', '00200080', 0, undefined, false],
  ['2S', '00B0000010', 0, 16, false],
  ['2S with Le 00', '00B0000000', 0, 256, false],
  ['3S', '00A4020C020018', 2, undefined, false],
  ['4S', '00A402000200180A', 2, 10, false],
  ['2E', '00B00000000100', 0, 256, true],
  ['2E with Le 0000', '00B00000000000', 0, 65_536, true],
  ['3E', '00A4020C0000020018', 2, undefined, true],
  ['4E', '00A40200000002001800FF', 2, 255, true],
  ['4E with Le 0000', '00A4020000000200180000', 2, 65_536, true],
]

describe('the command parser', () => {
  test.each(cases)('reads case %s', (_name, hex, length, ne, extended) => {
    const command = parseCommand(fromHex(hex))
    expect(command?.data.length).toBe(length)
    expect(command?.ne).toBe(ne)
    expect(command?.extended).toBe(extended)
  })

  test.each([
    '',
    '00',
    '00A402',
    '00A4020C0300',
    '00A4020C02001800AA',
    '00A4020C0000',
    '00A4020C000000AA',
    '00B000000001000000',
  ])('refuses %s with 6700', async (hex) => {
    expect(parseCommand(fromHex(hex))).toBeUndefined()
    expect(await sw(await poweredCard(), hex)).toBe('6700')
  })

  test.each(['00B00000000100', '00A4020C0000020018', '00A4020000000200180000'])(
    'refuses the extended form %s with 6700 on a card without extended length',
    async (hex) => {
      const card = await poweredCard({ capabilities: { extendedLength: false } })
      expect(await sw(card, selectJpki, selectFile('000A'), hex)).toBe('6700')
    },
  )
})

describe('class and instruction', () => {
  test.each([
    ['01A4040C0AD392F000260100000001', '6881'],
    ['03B0000000', '6881'],
    ['10A4040C0AD392F000260100000001', '6884'],
    ['08B0000000', '6882'],
    ['0CB0000000', '6882'],
    ['FFB0000000', '6E00'],
    ['A0B0000000', '6E00'],
    ['80B0000000', '6E00'],
    ['002A0080', '6E00'],
    ['00C0000000', '6D00'],
    ['00FD0000', '6D00'],
    ['80FD0000', '6D00'],
  ])('%s is answered %s', async (command, expected) => {
    expect(await sw(await poweredCard(), selectJpki, command)).toBe(expected)
  })

  test('command chaining, when the card has it, joins the parts', async () => {
    const card = await poweredCard({ commandChaining: true })
    expect(await sw(card, selectJpki, '10A4020C0100', '00A4020C0118', '00200080')).toBe('63C3')
  })

  test('another command in the middle of a chain is refused with 6883 and ends it', async () => {
    const card = await poweredCard({ commandChaining: true })
    expect(await sw(card, selectJpki, '10A4020C0100', '00200080')).toBe('6883')
    expect(await sw(card, '00A4020C0118')).toBe('6700')
  })

  test('the first command after power-up is answered 6F00 once when asked for', async () => {
    const card = await poweredCard({ firstCommandAfterPowerUp: '6F00' })
    expect(await send(card, selectJpki)).toBe('6F00')
    expect(await send(card, selectJpki)).toBe('9000')
    card.warmReset()
    expect(await send(card, selectJpki)).toBe('9000')
    card.powerOn()
    expect(await send(card, selectJpki)).toBe('6F00')
  })
})
