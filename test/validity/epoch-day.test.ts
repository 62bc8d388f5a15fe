import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import {
  epochDayInJapan,
  epochDayOf,
  firstAfterMonthsBefore,
  monthsBefore,
  textOfEpochDay,
} from '../../src/validity/epoch-day.ts'
import { anyDay, instant, likelyDay } from './arbitraries.ts'

const { PlainDate } = Temporal
const numberOf = (day: Temporal.PlainDate): number => epochDayOf(day.year, day.month, day.day)

describe('days as numbers agree with calendar objects', () => {
  test('the day of an instant in Japan', () => {
    fc.assert(
      fc.property(instant, (at) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO('Asia/Tokyo')
        expect(textOfEpochDay(epochDayInJapan(at.getTime()))).toBe(zoned.toPlainDate().toString())
      }),
      { numRuns: 1000 },
    )
  })

  test('every day of eight centuries, and the far ends of time', () => {
    const [first, end] = [epochDayOf(1600, 1, 1), epochDayOf(2400, 1, 1)]
    const days = Array.from({ length: end - first }, (_, i) => first + i)
    expect(days.length).toBe(2 * 146_097)
    expect(days.filter((day) => textOfEpochDay(day) !== new Date(day * 86_400_000).toISOString().slice(0, 10))).toEqual(
      [],
    )
    for (const day of [-100_000_000, -719_529, -719_528, -719_163, 2_932_896, 2_932_897, 100_000_000]) {
      expect(textOfEpochDay(day)).toBe(new Date(day * 86_400_000).toISOString().slice(0, -14))
    }
    expect(() => textOfEpochDay(100_000_001)).toThrow(RangeError)
    expect(() => textOfEpochDay(Number.NaN)).toThrow(RangeError)
  })

  test('number and text of a day', () => {
    fc.assert(
      fc.property(anyDay, (text) => {
        const day = PlainDate.from(text)
        expect(textOfEpochDay(numberOf(day))).toBe(text)
        expect(numberOf(day.add({ days: 1 })) - numberOf(day)).toBe(1)
      }),
    )
  })

  test('three months before, and the month that has no such day', () => {
    fc.assert(
      fc.property(likelyDay, fc.integer({ min: 0, max: 30 }), (text, months) => {
        const day = PlainDate.from(text)
        const before = day.subtract({ months })
        const exists = before.day === day.day
        expect(monthsBefore(numberOf(day), months)).toBe(exists ? numberOf(before) : undefined)
        if (!exists) expect(firstAfterMonthsBefore(numberOf(day), months)).toBe(numberOf(before) + 1)
      }),
      { numRuns: 2000 },
    )
  })
})
