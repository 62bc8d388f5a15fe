import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { magneticTracks, municipalStripe, packBits, swipeStripe, typeStripes } from '../../src/emulator/index.ts'

const card = { municipalityCode: '99999', issuedAt: '2025-10-27T03:00:00Z' }
const bits = (text: string): Uint8Array => Uint8Array.from(text.replaceAll(' ', ''), Number)

describe('what a head reads', () => {
  // ISO/IEC 7811-2: ; is 1011, ? is 1111, least significant bit first, odd parity; LRC 1011 ^ 0000 ^ 1111 = 0100.
  test('track 2 with 0', () => {
    const recorded = bits('00 11010 00001 11111 00100 000')
    expect(swipeStripe({ track: 'iso2', data: '0', leading: 2, trailing: 3 })).toEqual(recorded)
    expect(swipeStripe({ track: 'iso2', data: '0', leading: 2, trailing: 3, reversed: true })).toEqual(
      recorded.toReversed(),
    )
  })

  // Even parity; the LRC leaves the start sentinel out: 31 ^ 7F = 4E.
  test('the front stripe with 1', () => {
    expect(swipeStripe({ track: 'jis2', data: '1', leading: 0, trailing: 0 })).toEqual(
      bits('11111111 10001101 11111111 01110010'),
    )
  })

  test('faults count bits of the swipe without faults', () => {
    const options = { track: 'iso2', data: '0', leading: 2, trailing: 0 } as const
    const read = (...faults: NonNullable<Parameters<typeof swipeStripe>[0]['faults']>) =>
      swipeStripe({ ...options, faults }).join('')
    expect(read({ flip: 0 })).toBe('1011010000011111100100')
    expect(read({ drop: 2 })).toBe('001010000011111100100')
    expect(read({ zeros: 3, at: 2 })).toBe('0000011010000011111100100')
    expect(read('double-start')).toBe('001101011010000011111100100')
    expect(read({ drop: 0 }, { flip: 2 })).toBe('001010000011111100100')
    expect(() => read({ flip: 22 })).toThrow(RangeError)
  })

  test('packed', () => {
    expect(toHex(packBits(bits('1100 0001 1'), 'high'))).toBe('C180')
    expect(toHex(packBits(bits('1100 0001 1'), 'low'))).toBe('8301')
  })

  test.each(magneticTracks)('track %s has its room and its characters', (track) => {
    for (const data of ['', '1'.repeat(200), 'é']) expect(() => swipeStripe({ track, data })).toThrow(RangeError)
  })
})

describe('what a reader types', () => {
  test('sentinels, track order, Enter', () => {
    expect(typeStripes({ iso3: '9', iso1: 'Ab', iso2: '12' })).toBe('%Ab?;12?+9?\r')
    expect(typeStripes({ jis2: 'IN1' }, { enter: '\n' })).toBe('IN1\n')
    expect(typeStripes({ iso1: 'AB' }, { capsLock: true, failing: ['iso2'] })).toBe('%ab?;e?\r')
    expect(typeStripes({ iso1: 'A B' }, { fullWidth: true, enter: '' })).toBe('％Ａ\u3000Ｂ？')
  })
})

describe('the invented 印鑑登録証', () => {
  test('has 34 characters', () => {
    expect(municipalStripe(card, { number: '40000127' })).toBe('IN9999940000127720251027\x0e6?3 JE:\x0f ')
  })

  test('bears the day of issue in Japan', () => {
    expect(municipalStripe({ ...card, issuedAt: '2025-10-27T20:00:00Z' }).slice(16, 24)).toBe('20251028')
    expect(municipalStripe({ ...card, issuedAt: '2025-12-31T15:00:00Z' }).slice(16, 24)).toBe('20260101')
    expect(municipalStripe({ ...card, issuedAt: '2025-12-31T14:59:59Z' }).slice(16, 24)).toBe('20251231')
  })

  test('its faults', () => {
    expect(municipalStripe(card, { faults: ['check-digit'] })).toContain('400001278')
    expect(municipalStripe(card, { faults: ['municipality'] })).toContain('IN88888')
    expect(municipalStripe(card, { faults: ['digits'] })).toContain('4000012A7')
    expect(municipalStripe(card, { faults: ['cut'] })).toHaveLength(28)
    expect(() => municipalStripe(card, { number: '1' })).toThrow(TypeError)
  })
})
