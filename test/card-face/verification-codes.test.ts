import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Pin } from '../../src/card/index.ts'
import {
  birthDatePin,
  eraYear,
  IndividualNumber,
  verificationCodeA,
  verificationCodeB,
} from '../../src/card-face/index.ts'
import { thrown, vectors } from '../support/vectors.ts'

interface Case {
  readonly id: string
  readonly birthDate: string
  readonly birthYear?: 'era' | 'western'
  readonly cardExpiry: string | number
  readonly securityCode: string
  readonly birthDatePin?: string
  readonly codeB?: string
}

const text = (pin: Pin): string => pin.lend((bytes) => Buffer.from(bytes).toString())

describe('verification codes', () => {
  test.each(vectors<Case>('juki/verification-codes.json'))('$id', ({ id: _, birthDatePin: six, codeB, ...parts }) => {
    if (codeB === undefined) {
      expect(() => verificationCodeB(parts)).toThrow(
        typeof parts.cardExpiry === 'number' ? RangeError : expect.objectContaining({ code: 'ERR_PIN_FORMAT' }),
      )
      return
    }
    expect(text(verificationCodeB(parts))).toBe(codeB)
    expect(text(birthDatePin(parts.birthDate, { birthYear: parts.birthYear }))).toBe(six)
  })

  test('code A is the number, which stays as it is', () => {
    const number = IndividualNumber.fromText('123456789018', { purpose: 'holder' })
    const pin = verificationCodeA(number)
    expect(text(pin)).toBe('123456789018')
    pin.wipe()
    expect(number.reveal()).toBe('123456789018')
  })

  test('no part is in the message of a refusal', () => {
    for (const parts of [
      { birthDate: '1980-02-17', cardExpiry: 2035, securityCode: '98765' },
      { birthDate: '1980-92-17', cardExpiry: 2035, securityCode: '9876' },
    ]) {
      expect(() => verificationCodeB(parts)).not.toThrow(/9876|1980/)
      expect(() => verificationCodeB(parts)).toThrow(expect.objectContaining({ code: 'ERR_PIN_FORMAT' }))
    }
  })

  test.each([
    ['full-width digits', { birthDate: '１９８０－０２－１７', cardExpiry: '２０３５', securityCode: '２２８５' }],
    ['blanks and ideographic spaces', { birthDate: '1980 02 17', cardExpiry: '2035', securityCode: '22\u300085 ' }],
    ['slashes', { birthDate: '1980/02/17', cardExpiry: '2035/02/17', securityCode: '2285' }],
    ['points', { birthDate: '1980.02.17', cardExpiry: '2035.02.17', securityCode: '2285' }],
    ['the long vowel mark for a hyphen', { birthDate: '１９８０ー０２ー１７', cardExpiry: 2035, securityCode: '2285' }],
  ])('code B of parts typed with %s is 55021720352285', (_name, parts) => {
    expect(text(verificationCodeB(parts))).toBe('55021720352285')
    expect(text(birthDatePin(parts.birthDate))).toBe('550217')
  })

  test.each([
    ['kanji numerals', '一九八〇-02-17'],
    ['a day that the calendar does not have', '1981-02-29'],
    ['a day before the Gregorian calendar', '1872-12-31'],
    ['too many digits', '19800217000000000000'],
    ['nothing', ''],
  ])('a birth date of %s is ERR_PIN_FORMAT and is not repeated', async (_name, birthDate) => {
    const error = await thrown(() => birthDatePin(birthDate))
    expect(error).toMatchObject({ code: 'ERR_PIN_FORMAT', pin: 'birth-date' })
    expect(error.message).not.toMatch(/198|1872|一/)
  })

  test('a part of another type is a TypeError that names it', () => {
    const right = { birthDate: '1980-02-17', cardExpiry: 2035, securityCode: '2285' }
    expect(() => verificationCodeB({ ...right, securityCode: 2285 as never })).toThrow(/^securityCode must be text$/)
    expect(() => verificationCodeB({ ...right, birthDate: 19_800_217 as never })).toThrow(/^birthDate must be text$/)
    expect(() => verificationCodeB({ ...right, cardExpiry: null as never })).toThrow(/^cardExpiry must be text$/)
  })
})

test('eras follow one another day by day, as the calendar of the platform has them', () => {
  const japanese = new Intl.DateTimeFormat('en-u-ca-japanese', { era: 'long', year: 'numeric', timeZone: 'UTC' })
  const first = Date.UTC(1873, 0, 1)
  const last = Date.UTC(2100, 11, 31)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: (last - first) / 86_400_000 }), (days) => {
      const day = new Date(first + days * 86_400_000)
      const parts = Object.fromEntries(japanese.formatToParts(day).map(({ type, value }) => [type, value]))
      const era = parts['era']!.normalize('NFD')
        .replaceAll(/[^A-Za-z]/g, '')
        .toLowerCase()
      expect(eraYear(day.toISOString().slice(0, 10))).toEqual({
        era,
        year: Number(parts['year'] ?? parts['relatedYear']),
      })
    }),
    { numRuns: 3_000 },
  )
})
