import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { typeStripes } from '../../../src/emulator/index.ts'
import { StripeError } from '../../../src/errors.ts'
import { type KeyboardLayout, type KeyboardOptions, readKeyboard } from '../../../src/municipal/stripe/read-keyboard.ts'
import { thrown, vectors } from '../../support/vectors.ts'
import { dataOf } from './arbitraries.ts'

interface KeyboardCase extends KeyboardOptions {
  readonly id: string
  readonly text: string
  readonly tracks?: Readonly<Record<string, string>>
  readonly layout?: KeyboardLayout
  readonly repaired?: Readonly<Record<string, readonly string[]>>
  readonly unreadable?: Readonly<Record<string, string>>
  readonly check?: string
  readonly character?: number
}

describe('what a reader types', () => {
  test.each(vectors<KeyboardCase>('stripe/keyboard.json'))('$id', async (one) => {
    const { text, form, capsLock, layout, check, character } = one
    const read = () => readKeyboard(text, { form, capsLock, keyboardLayout: layout })
    if (check !== undefined) {
      const error = await thrown<StripeError>(read)
      expect(error).toBeInstanceOf(StripeError)
      expect(error).toMatchObject({ code: 'ERR_STRIPE', check, character, bit: undefined })
      return
    }
    const swipe = read()
    expect(Object.fromEntries(swipe.tracks.map(({ format, data }) => [format, data.reveal()]))).toEqual(one.tracks)
    for (const track of swipe.tracks) {
      expect(track).toMatchObject({ checked: false, direction: undefined })
      expect(track.repaired).toEqual(one.repaired?.[track.format] ?? [])
    }
    const unreadable = swipe.unreadable.map(({ format, error }) => [format, error.check])
    expect(Object.fromEntries(unreadable)).toEqual(one.unreadable ?? {})
  })

  test('every track comes back, with Caps Lock and an input method on', () => {
    fc.assert(
      fc.property(
        dataOf('iso1').filter((data) => data !== 'E'),
        dataOf('iso2'),
        dataOf('iso3'),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom('\r', '\n', '\r\n', ''),
        (iso1, iso2, iso3, capsLock, fullWidth, enter) => {
          const { tracks } = readKeyboard(typeStripes({ iso1, iso2, iso3 }, { capsLock, fullWidth, enter }))
          expect(tracks.map(({ data }) => data.reveal())).toEqual([iso1, iso2, iso3])
        },
      ),
    )
  })

  test('any text ends in tracks or a coded error', () => {
    const pieces = fc.array(fc.constantFrom('%', ';', '+', '?', 'E', '1', 'a', '\r', 'ア', '％', '\u{1f600}'), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((list) => list.join('')),
        ),
        fc.constantFrom('iso', 'jis2'),
        (text, form) => {
          try {
            expect(readKeyboard(text, { form }).tracks.length).toBeGreaterThan(0)
          } catch (error) {
            expect(error).toBeInstanceOf(StripeError)
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('what is not text is misuse', () => {
    expect(() => readKeyboard(12 as never)).toThrow(TypeError)
  })
})
