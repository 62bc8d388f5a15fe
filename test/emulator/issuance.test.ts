import { describe, expect, test } from 'vitest'
import { asciiText, toHex } from '../../src/bytes.ts'
import { createVirtualCard } from '../../src/emulator/index.ts'
import {
  data,
  identity,
  poweredCard,
  selectFile,
  selectJuki,
  send,
  sw,
  verifyCurrent,
  verifyDirect,
} from './support.ts'
import { children } from './tlv-reader.ts'

const selectAutomatic = '00A4040C09F04A554B4945580001'
const selectFreeArea = '00A4040C0DD392F00024EE00099999040001'

describe('automatic issuance on a Juki card', () => {
  test('EF 0001 is free: mark, municipality with its check digit, day of issue', async () => {
    const card = await poweredCard({ kind: 'juki' })
    await sw(card, selectAutomatic)
    // 全国地方公共団体コード: 9 × (6+5+4+3+2) = 180, 180 mod 11 = 4, 11 − 4 = 7.
    expect(toHex(await data(card, '00B0810000'))).toBe(`4A5801${'999997'}${'20251027'}${'FF'.repeat(6)}`)
  })

  test('EF 0002 wants the PIN and holds id and name', async () => {
    const card = await poweredCard({ kind: 'juki', issuance: { userId: '00000000000001' } })
    expect(await sw(card, selectAutomatic, '00B0820000')).toBe('6982')
    expect(await sw(card, verifyDirect('91', '1234'))).toBe('9000')
    const { E1: template } = children(await data(card, '00B0820021'))
    const inside = children(template!.value)
    // 1 × 2 = 2, 11 − 2 = 9.
    expect(asciiText(inside['C1']!.value)).toBe(`000000000000019${' '.repeat(5)}`)
    expect(toHex(inside['C2']!.value)).toBe('B6BFB320CAC5BA')
  })

  test.each([
    ['00000000000000', '0'],
    ['00000000000006', '0'],
    ['00000000000100', '7'],
    ['11111111111111', '7'],
  ])('check digit of %s is %s', async (userId, digit) => {
    const card = await poweredCard({ kind: 'juki', issuance: { userId, pin: 'none' } })
    await sw(card, selectAutomatic)
    const { E1: template } = children(await data(card, '00B0820021'))
    expect(asciiText(children(template!.value)['C1']!.value).trim()).toBe(userId + digit)
  })

  test('the PIN has three tries of its own and cannot be changed', async () => {
    const card = await poweredCard({ kind: 'juki' })
    expect(await sw(card, selectJuki, verifyDirect('9C', '9999'), selectAutomatic)).toBe('9000')
    expect(await sw(card, selectFile('0011'), '00200080')).toBe('63C3')
    expect(await sw(card, verifyCurrent('9999'))).toBe('63C2')
    expect(card.triesLeft('issuance')).toBe(2)
    expect(card.triesLeft('juki')).toBe(2)
    expect(await sw(card, verifyCurrent('1234'), '002401800435363738')).toBe('6985')
  })

  test('tries can be set', async () => {
    const card = await poweredCard({ kind: 'juki', triesLeft: { issuance: 1 } })
    expect(await sw(card, selectAutomatic, '00200091')).toBe('63C1')
  })
})

describe('the free area of a My Number card', () => {
  test('GET DATA 0066 gives 37 bytes without a PIN', async () => {
    const card = await poweredCard({ issuance: { userId: '15' } })
    await sw(card, selectFreeArea)
    const value = await data(card, '00CA006600')
    expect(value).toHaveLength(37)
    expect(asciiText(value.subarray(2, 15))).toBe('9999900000017')
    expect(asciiText(value.subarray(17))).toBe('00000000000000000015')
    expect(await send(card, '00CA006700')).toBe('6A88')
  })

  // Worked out from the published reader: complement, then the places 1, 3, 5, 7 against 18, 16, 14, 12.
  test.each([
    [1, '10125476188902345638'],
    [2, '20826446289017355371'],
  ] as const)('mode %i', async (obfuscation, written) => {
    const card = await poweredCard({
      issuance: { userId: obfuscation === 1 ? '173553711098624468' : '0', obfuscation },
    })
    await sw(card, selectFreeArea)
    const text = asciiText((await data(card, '00CA006600')).subarray(17))
    if (obfuscation === 1) expect(text).toBe(written)
    else expect(text).toBe('20123456789012345678')
  })

  test('with a PIN it is asked for', async () => {
    const card = await poweredCard({ issuance: { pin: '87654321' } })
    expect(await sw(card, selectFreeArea, '00CA006600')).toBe('6982')
    expect(await sw(card, verifyDirect('91', '87654321'), '00CA006600')).toBe('9000')
  })
})

describe('around it', () => {
  test('the other applications are found as before, the municipal one last', async () => {
    const card = await poweredCard()
    expect(await send(card, '00A4040005D392F0002600')).toBe('6F0C840AD392F0002601000000019000')
    expect(await sw(card, '00A4040C05D392F00024')).toBe('9000')
    expect(await sw(await poweredCard({ kind: 'juki' }), '00A4040C05D392F00024')).toBe('6A82')
  })

  test('a card can be issued without it, and a phone has none', async () => {
    expect(await sw(await poweredCard({ issuance: false }), selectFreeArea)).toBe('6A82')
    expect(await sw(await poweredCard({ kind: 'juki', issuance: false }), selectAutomatic)).toBe('6A82')
    expect(await sw(await poweredCard({ kind: 'phone-android' }), selectFreeArea)).toBe('6A82')
  })

  test.each([
    [{ kind: 'phone-android', issuance: {} }, RangeError],
    [{ kind: 'juki', issuance: { obfuscation: 1 } }, RangeError],
    [{ kind: 'juki', issuance: { userId: '123' } }, TypeError],
    [{ kind: 'juki', issuance: { pin: '12' } }, TypeError],
    [{ issuance: { userId: '1234567890123456789' } }, TypeError],
    [{ issuance: { obfuscation: 3 } }, TypeError],
    [{ issuance: { faults: ['check-digit'] } }, RangeError],
    [{ issuance: { faults: ['everything'] } }, TypeError],
  ])('%o is refused', async (options, error) => {
    await expect(createVirtualCard({ identity: await identity(), ...(options as object) })).rejects.toThrow(error)
  })
})
