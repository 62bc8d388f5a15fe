import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StripeError } from '../../../src/errors.ts'
import { decodeStripe } from '../../../src/municipal/stripe/decode.ts'
import { encodeStripe } from '../../../src/municipal/stripe/encode.ts'
import { type StripeFormatId, stripeFormatIds, stripeFormats } from '../../../src/municipal/stripe/formats.ts'
import { dataOf } from './arbitraries.ts'
import { confused, stripeAutomaton, takes } from './stripe-automaton.ts'

// Stripes of any length, not samples: all pairs of states of two automata that read a stripe and its changed copy are
// walked. The LRC is left out of both, so the copy may have any; what is impossible without it is impossible with it.
describe.each(stripeFormatIds)('of all stripes %s', (format) => {
  const automaton = stripeAutomaton(stripeFormats[format])

  test('the automaton takes what the decoder takes', () => {
    fc.assert(
      fc.property(dataOf(format), fc.nat(20), (data, zeros) => {
        const bits = encodeStripe(format, data, { leadingZeros: zeros, trailingZeros: zeros })
        expect(takes(automaton, bits)).toBe(true)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ max: 1, maxLength: 200 }), (bits) => {
        if (accepted(format, bits)) expect(takes(automaton, bits)).toBe(true)
      }),
    )
  })

  test('none with one wrong bit is a stripe in the same direction', () => {
    expect(confused(automaton, 'forward', true)).toBe(false)
  })

  test('none with one wrong bit is a stripe in the other direction', () => {
    expect(confused(automaton, 'reverse', true)).toBe(false)
  })

  const both = { iso1: true, iso2: false, iso3: false, jis2: true }[format]
  test(`${both ? 'some, their LRC left out, are' : 'none is'} right in both directions`, () => {
    expect(confused(automaton, 'reverse', false)).toBe(both)
  })

  test('the search finds what is there: every stripe is itself', () => {
    expect(confused(automaton, 'forward', false)).toBe(true)
  })
})

function accepted(format: StripeFormatId, bits: Uint8Array): boolean {
  try {
    decodeStripe(format, bits, { direction: 'forward' })
    return true
  } catch (error) {
    if (error instanceof StripeError) return false
    throw error
  }
}

test('of all stripes iso1 of digits, letters, spaces and ^ / - . none is right in both directions', () => {
  const usual = new Set(Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ ^/-.', (one) => one.charCodeAt(0) - 0x20))
  expect(
    confused(
      stripeAutomaton(stripeFormats.iso1, (value) => usual.has(value)),
      'reverse',
      false,
    ),
  ).toBe(false)
})

const twoFaced: readonly (readonly [StripeFormatId, string])[] = [
  ['iso1', '\\V!'],
  ['jis2', '2M'],
  ['jis2', '%Z'],
]

test.each(twoFaced)(
  'a stripe that is valid in both directions is refused unless one is specified: %s %j',
  (format, data) => {
    const bits = encodeStripe(format, data)
    expect(() => decodeStripe(format, bits)).toThrow('specify the direction')
    expect(decodeStripe(format, bits, { direction: 'forward' }).data.reveal()).toBe(data)
    expect(decodeStripe(format, bits, { direction: 'reverse' }).data.reveal()).not.toBe('')
  },
)
