import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { municipalStripe, type StripeFault, swipeStripe } from '../../../src/emulator/index.ts'
import { StripeError } from '../../../src/errors.ts'
import { type DecodeOptions, decodeStripe } from '../../../src/municipal/stripe/decode.ts'
import { type StripeFormatId, stripeFormats } from '../../../src/municipal/stripe/formats.ts'
import { identity } from '../../support/virtual.ts'
import { alphabets } from './arbitraries.ts'

const municipality = municipalStripe({ municipalityCode: '99999', issuedAt: '2025-10-27T03:00:00Z' })

const samples: readonly (readonly [StripeFormatId, string])[] = [
  ['iso1', 'B99999^KASOU/HANAKO^0127'],
  ['iso1', ' '],
  ['iso1', '_'.repeat(76)],
  ['iso2', '9999940000127'],
  ['iso2', '0'],
  ['iso2', '0123456789:<=>'.repeat(2)],
  ['iso3', `01${'9999900000017'.repeat(7)}`],
  ['jis2', municipality],
  ['jis2', '1'],
  ['jis2', 'aaa'],
  ['jis2', '~'.repeat(69)],
]

const zeros = 12

function swiped(format: StripeFormatId, data: string, fault: StripeFault, reversed = false): Uint8Array {
  return swipeStripe({ track: format, data, leading: zeros, trailing: zeros, reversed, faults: [fault] })
}

/** The data, or the refusal. */
function outcome(
  format: StripeFormatId,
  bits: Uint8Array,
  direction: DecodeOptions['direction'],
): string | StripeError {
  try {
    return decodeStripe(format, bits, { direction }).data.reveal()
  } catch (error) {
    if (error instanceof StripeError) return error
    throw error
  }
}

describe.each(samples)('every bit of a stripe %s with %j', (format, data) => {
  const length = swipeStripe({ track: format, data, leading: zeros, trailing: zeros }).length
  const size = stripeFormats[format].dataBits + 1

  /** Whether the error reports the wrong bit, or the character it is in. */
  function tellsPlace({ bit, character }: StripeError, flip: number): boolean {
    const inside = flip >= zeros && flip < length - zeros
    if (!inside) return bit === flip
    const wrong = Math.floor((flip - zeros) / size)
    return character === wrong && bit! >= zeros + wrong * size && bit! < zeros + (wrong + 1) * size
  }

  test('that is read wrong is reported where it is', () => {
    for (let flip = 0; flip < length; flip++) {
      const bits = swiped(format, data, { flip })
      const error = outcome(format, bits, 'forward')
      if (!(error instanceof StripeError)) throw new Error(`bit ${flip} passed`)
      if (tellsPlace(error, flip)) continue
      // The reported bit, turned back, makes a stripe too: which of the two was read wrong cannot be known.
      expect(format, `bit ${flip}`).toBe('jis2')
      const other = outcome(format, bits.with(error.bit!, 1 - bits[error.bit!]!), 'forward')
      expect(typeof other, `bit ${flip}`).toBe('string')
    }
  })

  test('that is read wrong in a swipe the other way is reported at the same place', () => {
    for (let flip = 0; flip < length; flip++) {
      const forward = outcome(format, swiped(format, data, { flip }), 'forward') as StripeError
      const reverse = outcome(format, swiped(format, data, { flip }, true), 'reverse') as StripeError
      const { check, bit, character } = forward
      expect(reverse, `bit ${flip}`).toMatchObject({ check, bit: length - 1 - bit!, character })
    }
  })

  test.each([false, true])(
    'that is read wrong is refused without the direction being named, reversed: %s',
    (reversed) => {
      for (let flip = 0; flip < length; flip++) {
        const bits = swiped(format, data, { flip }, reversed)
        expect(outcome(format, bits, 'either'), `bit ${flip}`).toBeInstanceOf(StripeError)
      }
    },
  )

  test('that is lost, or a zero read too much, never makes other data', () => {
    for (let at = 0; at < length; at++) {
      for (const fault of [{ drop: at }, { zeros: 1, at }]) {
        const found = outcome(format, swiped(format, data, fault), 'either')
        if (!(found instanceof StripeError)) expect(found, `bit ${at}`).toBe(data)
      }
    }
  })
})

test('where a wrong bit of a short type II stripe is reported elsewhere, its place cannot be known', () => {
  const short = fc
    .array(fc.constantFrom(...alphabets.jis2), { minLength: 1, maxLength: 3 })
    .map((list) => list.join(''))
  let elsewhere = 0
  fc.assert(
    fc.property(short, fc.nat(), (data, at) => {
      const length = 2 * zeros + 8 * (data.length + 3)
      const flip = at % length
      const bits = swiped('jis2', data, { flip })
      const error = outcome('jis2', bits, 'forward')
      if (!(error instanceof StripeError)) throw new Error(`bit ${flip} passed`)
      if (error.check !== 'start-sentinel' || (flip >= zeros - 1 && flip < zeros + 8)) return
      // Reported at the start sentinel, or in the zeros before it, where it was not.
      if (error.bit === flip) return
      elsewhere++
      const other = outcome('jis2', bits.with(error.bit!, 1 - bits[error.bit!]!), 'forward')
      expect(typeof other).toBe('string')
      expect(other).not.toBe(data)
    }),
    { numRuns: 20_000 },
  )
  expect(elsewhere).toBeGreaterThan(0)
})

test('the sample of a municipality is that of the virtual card', async () => {
  const { municipalityCode } = await identity()
  expect(municipality).toContain(municipalityCode)
})
