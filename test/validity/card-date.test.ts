import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecodeError } from '../../src/errors.ts'
import { parseCardDate, parseCommonRecord } from '../../src/validity/index.ts'
import { thrown, vectors } from '../support/vectors.ts'
import { anyDay } from './arbitraries.ts'

interface Case {
  readonly id: string
  readonly form: 'date' | 'common-record'
  readonly digits: string
  readonly expiry?: string
  readonly municipalityCode?: string
  readonly serial?: string
  readonly offset?: number
}

describe('dates of a card', () => {
  for (const { id, form, digits, expiry, municipalityCode, serial, offset } of vectors<Case>(
    'validity/card-date.json',
  )) {
    test(id, async () => {
      const parse = form === 'date' ? parseCardDate : parseCommonRecord
      for (const input of [digits, Buffer.from(digits, 'latin1')]) {
        if (offset !== undefined) {
          const error = await thrown<DecodeError>(() => parse(input))
          expect(error).toBeInstanceOf(DecodeError)
          expect(error).toMatchObject({ code: 'ERR_CARD_DATA', offset })
          if (digits.length > 7) expect(error.message).not.toContain(digits.slice(0, 8))
        } else if (form === 'date') {
          expect(parse(input)).toBe(expiry)
        } else {
          expect(parse(input)).toEqual({ expiry, municipalityCode })
          expect(parseCommonRecord(input, { withSerial: true })).toEqual({ expiry, municipalityCode, serial })
        }
      }
    })
  }

  test('every day of the calendar is read, and nothing else', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        expect(parseCardDate(day.replaceAll('-', ''))).toBe(day)
      }),
    )
    const part = (max: number, length: number): fc.Arbitrary<string> =>
      fc.integer({ min: 0, max }).map((number) => String(number).padStart(length, '0'))
    fc.assert(
      fc.property(part(9999, 4), part(13, 2), part(32, 2), (year, month, day) => {
        const digits = `${year}${month}${day}`
        const iso = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
        const date = new Date(`${iso}T00:00:00Z`)
        const real =
          !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) && digits.slice(0, 4) !== '0000'
        if (real) expect(parseCardDate(digits)).toBe(iso)
        else expect(() => parseCardDate(digits)).toThrow(DecodeError)
      }),
      { numRuns: 2000 },
    )
  })

  test('what is neither text nor bytes is misuse', () => {
    expect(() => parseCardDate(20350217 as unknown as string)).toThrow(TypeError)
    expect(() => parseCommonRecord(undefined as unknown as string)).toThrow(TypeError)
  })
})
