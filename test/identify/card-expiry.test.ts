import { describe, expect, test } from 'vitest'
import { asciiBytes, toHex } from '../../src/bytes.ts'
import { readCardExpiry } from '../../src/identify/index.ts'
import { parseCardDate } from '../../src/validity/index.ts'
import { thrown } from '../support/vectors.ts'
import { bench, identity, verifies } from '../support/virtual.ts'

const record = (text: string): string => `011C${toHex(asciiBytes(text))}9000`
const head = '900000000000000' + '99999'

describe('readCardExpiry', () => {
  test('gives the last day as the card says it, spends no try and keeps no serial number', async () => {
    const { session, sent } = await bench()
    await using open = await session()
    const { cardExpiry, serialNumber } = await identity()
    const found = await readCardExpiry(open)
    expect(parseCardDate(found!)).toBe(cardExpiry)
    expect(Buffer.from(found!.buffer).toString('latin1')).not.toContain(serialNumber)
    expect(sent()).toEqual(['00A4040C0AD3921000310001010100', '00B2010C00'])
    expect(verifies(sent())).toBe(0)
  })

  test.each(['juki', 'phone-android', 'phone-iphone'] as const)('a %s has none', async (kind) => {
    const { session } = await bench({ kind })
    await using open = await session()
    expect(await readCardExpiry(open)).toBeUndefined()
  })

  test('nor does a card that refuses the record', async () => {
    for (const status of [0x6982, 0x6a83, 0x6d00]) {
      const { session, card } = await bench()
      await using open = await session()
      card.setFaults([{ at: 'every', on: 0xb2, do: { status } }])
      expect(await readCardExpiry(open)).toBeUndefined()
      card.setFaults(undefined)
    }
  })

  test.each([
    ['another tag', record(`${head}20360217`).replace(/^01/, '02'), 0],
    ['another length', record(`${head}20360217`).replace(/^011C/, '011D'), 1],
    ['less than it announces', `011C${toHex(asciiBytes(head))}9000`, 22],
    ['one byte less', `011C${toHex(asciiBytes(`${head}2036021`))}9000`, 29],
  ])('a record with %s is a coded error', async (_, garbage, offset) => {
    const { session, card } = await bench()
    await using open = await session()
    card.setFaults([{ at: 'every', on: 0xb2, do: { garbage } }])
    expect(await thrown(() => readCardExpiry(open))).toMatchObject({ code: 'ERR_CARD_DATA', offset })
    card.setFaults(undefined)
  })

  test('a record with nothing is a malformed response', async () => {
    const { session, card } = await bench()
    await using open = await session()
    card.setFaults([{ at: 'every', on: 0xb2, do: { garbage: '9000' } }])
    expect(await thrown(() => readCardExpiry(open))).toMatchObject({ code: 'ERR_RESPONSE_MALFORMED' })
    card.setFaults(undefined)
  })

  test('fields after the record are left alone', async () => {
    const { session, card } = await bench()
    await using open = await session()
    card.setFaults([{ at: 'every', on: 0xb2, do: { garbage: record(`${head}20360217FFFF`) } }])
    expect(await readCardExpiry(open)).toEqual(asciiBytes('20360217'))
    card.setFaults(undefined)
  })
})
