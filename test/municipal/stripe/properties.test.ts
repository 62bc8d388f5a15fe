import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packBits, type StripeFault, swipeStripe } from '../../../src/emulator/index.ts'
import { StripeError } from '../../../src/errors.ts'
import { decodeStripe, readBits } from '../../../src/municipal/stripe/decode.ts'
import { encodeStripe } from '../../../src/municipal/stripe/encode.ts'
import { bitsFromBytes, stripeFormatIds } from '../../../src/municipal/stripe/formats.ts'
import { dataOf } from './arbitraries.ts'

const zeros = fc.nat(120)

/** The data, or the check that refused it. */
function outcome(call: () => { readonly data: { reveal(): string } }): string {
  try {
    return call().data.reveal()
  } catch (error) {
    if (error instanceof StripeError) return `refused: ${error.check}`
    throw error
  }
}

describe.each(stripeFormatIds)('track %s', (format) => {
  const swiped = fc.tuple(dataOf(format), zeros, zeros, fc.boolean())

  test('comes back in both directions with any number of clock zeros', () => {
    fc.assert(
      fc.property(swiped, ([data, leading, trailing, reversed]) => {
        const direction = reversed ? 'reverse' : 'forward'
        const bits = encodeStripe(format, data, { leadingZeros: leading, trailingZeros: trailing, direction })
        expect(swipeStripe({ track: format, data, leading, trailing, reversed })).toEqual(bits)
        const track = decodeStripe(format, bits, { direction })
        expect(track).toMatchObject({ direction, checked: true })
        expect(track.data.reveal()).toBe(data)
      }),
    )
  })

  test('comes back without the direction being named, unless it is right in both', () => {
    fc.assert(
      fc.property(swiped, ([data, leading, trailing, reversed]) => {
        const bits = swipeStripe({ track: format, data, leading, trailing, reversed })
        const found = outcome(() => decodeStripe(format, bits))
        if (found !== 'refused: direction') expect(found).toBe(data)
        else expect(['iso1', 'jis2']).toContain(format)
      }),
    )
  })

  test('packed bits of either order are the same', () => {
    fc.assert(
      fc.property(dataOf(format), fc.constantFrom('msb-first', 'lsb-first'), (data, order) => {
        const bits = swipeStripe({ track: format, data })
        const bytes = packBits(bits, order === 'msb-first' ? 'high' : 'low')
        expect(bitsFromBytes(bytes, order, bits.length)).toEqual(bits)
        const { tracks } = readBits([{ format, bytes, order }], { direction: 'forward' })
        expect(tracks[0]!.data.reveal()).toBe(data)
      }),
    )
  })

  test('any bits end in data or a coded error', () => {
    const bits = fc.uint8Array({ max: 1, maxLength: 2000, size: 'max' })
    fc.assert(
      fc.property(bits, (noise) => {
        outcome(() => decodeStripe(format, noise))
      }),
      { numRuns: 300 },
    )
  })

  test('several wrong bits end in the same data or a coded error far more often than in other data', () => {
    let other = 0
    let all = 0
    fc.assert(
      fc.property(dataOf(format), fc.uniqueArray(fc.nat(), { minLength: 2, maxLength: 6 }), (data, places) => {
        const length = swipeStripe({ track: format, data }).length
        const faults: readonly StripeFault[] = [...new Set(places.map((place) => place % length))].map((flip) => ({
          flip,
        }))
        const found = outcome(() => decodeStripe(format, swipeStripe({ track: format, data, faults })))
        all++
        if (!found.startsWith('refused: ') && found !== data) other++
      }),
      { numRuns: 2000 },
    )
    expect(other / all).toBeLessThan(0.02)
  })
})

test('a double start sentinel is refused on every track', () => {
  for (const track of stripeFormatIds) {
    for (const reversed of [false, true]) {
      const bits = swipeStripe({ track, data: '99999', reversed, faults: ['double-start'] })
      const found = outcome(() => decodeStripe(track, bits))
      expect(found).toBe(track === 'jis2' ? 'refused: length' : 'refused: start-sentinel')
    }
  }
})

test('a type II stripe with an even number of characters from 40 on is right in one direction only', () => {
  const even = dataOf('jis2').filter((data) => [...data].filter((one) => one >= '@').length % 2 === 0)
  fc.assert(
    fc.property(even, (data) => {
      expect(outcome(() => decodeStripe('jis2', encodeStripe('jis2', data)))).toBe(data)
    }),
    { numRuns: 500 },
  )
})
