import { describe, expect, test } from 'vitest'
import { swipeStripe } from '../../../src/emulator/index.ts'
import { StripeError } from '../../../src/errors.ts'
import { type DecodeOptions, decodeStripe, readBits } from '../../../src/municipal/stripe/decode.ts'
import { encodeStripe } from '../../../src/municipal/stripe/encode.ts'
import {
  bitsFromBytes,
  bytesFromBits,
  maxStripeBits,
  type StripeFormatId,
  stripeFormatIds,
  stripeFormats,
} from '../../../src/municipal/stripe/formats.ts'
import { thrown, vectors } from '../../support/vectors.ts'

interface TrackCase {
  readonly id: string
  readonly format: StripeFormatId
  readonly bits: string
  readonly data: string
}
interface RefusedCase {
  readonly id: string
  readonly format: StripeFormatId
  readonly bits: string
  readonly check: string
  readonly bit?: number
  readonly character?: number
  readonly readableWith?: DecodeOptions
  readonly data?: string
}

const bitsOf = (text: string): Uint8Array => Uint8Array.from(text.replaceAll(' ', ''), Number)

describe('tracks as recorded', () => {
  test.each(vectors<TrackCase>('stripe/tracks.json'))('$id', ({ format, bits, data }) => {
    const recorded = bitsOf(bits)
    const track = decodeStripe(format, recorded)
    expect(track).toMatchObject({ format, direction: 'forward', checked: true, repaired: [] })
    expect(track.data.reveal()).toBe(data)
    const zeros = { leadingZeros: 8, trailingZeros: 8 }
    expect(encodeStripe(format, data, zeros)).toEqual(recorded)
    expect(swipeStripe({ track: format, data, leading: 8, trailing: 8 })).toEqual(recorded)
    const reverse = decodeStripe(format, recorded.slice().reverse())
    expect(reverse.direction).toBe('reverse')
    expect(reverse.data.reveal()).toBe(data)
    expect(encodeStripe(format, data, { ...zeros, direction: 'reverse' })).toEqual(recorded.slice().reverse())
  })
})

describe('tracks that are refused', () => {
  test.each(vectors<RefusedCase>('stripe/refused.json'))('$id', async (one) => {
    const { format, check, bit, character } = one
    const bits = bitsOf(one.bits)
    const error = await thrown<StripeError>(() => decodeStripe(format, bits))
    expect(error).toBeInstanceOf(StripeError)
    expect(error).toMatchObject({ code: 'ERR_STRIPE', check, bit, character })
    if (one.readableWith !== undefined) {
      expect(decodeStripe(format, bits, one.readableWith).data.reveal()).toBe(one.data)
      return
    }
    const reversed = bits.slice().reverse()
    const other = await thrown<StripeError>(() => decodeStripe(format, reversed))
    expect(other).toBeInstanceOf(StripeError)
    if (error.character !== undefined && error.character > 0) {
      const mirrored = bit === undefined ? undefined : bits.length - 1 - bit
      expect(other).toMatchObject({ check, bit: mirrored, character })
    }
  })

  test('a direction that is named is the only one tried', async () => {
    const bits = encodeStripe('iso2', '1234')
    await expect(thrown(() => decodeStripe('iso2', bits, { direction: 'reverse' }))).resolves.toMatchObject({
      check: 'start-sentinel',
    })
    expect(decodeStripe('iso2', bits.slice().reverse(), { direction: 'reverse' }).data.reveal()).toBe('1234')
  })
})

describe('misuse', () => {
  test('bytes that are no bits, unknown formats and orders', () => {
    expect(() => decodeStripe('iso2', Uint8Array.of(0, 2))).toThrow(TypeError)
    expect(() => decodeStripe('aba' as never, new Uint8Array())).toThrow(TypeError)
    expect(() => bitsFromBytes(new Uint8Array(1), 'big' as never)).toThrow(TypeError)
    expect(() => bitsFromBytes(new Uint8Array(1), 'msb-first', 9)).toThrow(RangeError)
    expect(() => bytesFromBits(Uint8Array.of(2), 'msb-first')).toThrow(TypeError)
  })

  test.each(stripeFormatIds)('track %s holds no more, nothing else and not nothing', (id) => {
    const most = stripeFormats[id].maxData
    expect(() => encodeStripe(id, '1'.repeat(most))).not.toThrow()
    for (const data of ['', '1'.repeat(most + 1), '1é', '1\x7f', '\u{1f600}', '1?;%'.slice(0, id === 'jis2' ? 0 : 4)]) {
      expect(() => encodeStripe(id, data)).toThrow(RangeError)
    }
    for (const zeros of [-1, 0.5, 3000])
      expect(() => encodeStripe(id, '1', { leadingZeros: zeros })).toThrow(RangeError)
  })
})

describe('raw bits of a reader', () => {
  const first = encodeStripe('iso1', 'A1')
  const second = encodeStripe('iso2', '12', { direction: 'reverse' })

  test('come one a byte or packed, most or least significant first', () => {
    for (const order of ['msb-first', 'lsb-first'] as const) {
      const bytes = bytesFromBits(second, order)
      expect(bitsFromBytes(bytes, order, second.length)).toEqual(second)
      const { source, tracks, unreadable } = readBits([
        { format: 'iso1', bits: first },
        { format: 'iso2', bytes, order },
      ])
      expect(source).toBe('bits')
      expect(tracks.map(({ format, direction, data }) => [format, direction, data.reveal()])).toEqual([
        ['iso1', 'forward', 'A1'],
        ['iso2', 'reverse', '12'],
      ])
      expect(unreadable).toEqual([])
    }
  })

  test('the order of bits matters: the other one is refused', () => {
    const bytes = bytesFromBits(second, 'msb-first')
    expect(() => readBits([{ format: 'iso2', bytes, order: 'lsb-first' }])).toThrow(StripeError)
  })

  test('a blank track is left out, a damaged one is reported beside the good', () => {
    const damaged = second.slice()
    damaged[30]! ^= 1
    const { tracks, unreadable } = readBits([
      { format: 'iso1', bits: first },
      { format: 'iso2', bits: damaged },
      { format: 'iso3', bits: new Uint8Array(500) },
    ])
    expect(tracks.map(({ format }) => format)).toEqual(['iso1'])
    expect(unreadable.map(({ format, error }) => [format, error.check])).toEqual([['iso2', 'parity']])
    expect(() => readBits([{ format: 'iso2', bits: damaged }])).toThrow(unreadable[0]!.error.message)
  })

  test('nothing at all is an error, a track given twice is misuse', () => {
    expect(() => readBits([])).toThrow(StripeError)
    expect(() => readBits([{ format: 'iso3', bits: new Uint8Array(500) }])).toThrow('blank')
    expect(() =>
      readBits([
        { format: 'iso1', bits: first },
        { format: 'iso1', bits: first },
      ]),
    ).toThrow(TypeError)
    expect(() => readBits([{ format: 'iso1', bits: Uint8Array.of(3) }])).toThrow(TypeError)
  })

  test.each([maxStripeBits + 1, 1_000_000])('%i bits are too many', async (count) => {
    for (const call of [
      () => decodeStripe('iso1', new Uint8Array(count)),
      () => readBits([{ format: 'iso1', bits: new Uint8Array(count) }]),
      () => bitsFromBytes(new Uint8Array(Math.ceil(count / 8)), 'msb-first', count),
    ]) {
      expect(await thrown(call)).toMatchObject({ code: 'ERR_STRIPE', check: 'length' })
    }
  })
})
