import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { dayInJapan, endOfDayInJapan } from '../../src/validity/calendar.ts'
import { renewalWindow } from '../../src/validity/certificate-validity.ts'
import { instant, likelyDay } from './arbitraries.ts'

const { PlainDate } = Temporal

describe('days in Japan', () => {
  test('the day of an instant is that of Asia/Tokyo', () => {
    fc.assert(
      fc.property(instant, (at) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO('Asia/Tokyo')
        expect(dayInJapan(at).toString()).toBe(zoned.toPlainDate().toString())
      }),
      { numRuns: 1000 },
    )
  })

  test('the day of an instant at the far ends of time', () => {
    for (const day of [-100_000_000, -719_529, -719_528, -719_163, 2_932_896, 2_932_897, 100_000_000]) {
      const at = new Date(day * 86_400_000)
      expect(dayInJapan(at).toString()).toBe(at.toISOString().slice(0, -14))
    }
    expect(() => dayInJapan(new Date(Number.NaN))).toThrow(RangeError)
  })

  test('a day ends in the second before the next one begins', () => {
    fc.assert(
      fc.property(likelyDay, (text) => {
        const day = PlainDate.from(text)
        const end = endOfDayInJapan(day)
        expect(dayInJapan(end).equals(day)).toBe(true)
        expect(dayInJapan(new Date(end.getTime() + 1000)).equals(day.add({ days: 1 }))).toBe(true)
      }),
    )
  })
})

test('the window opens on the day after the same day three months before, or on the 1st where there is no such day', () => {
  fc.assert(
    fc.property(likelyDay, (text) => {
      const expiry = PlainDate.from(text)
      const { opens, flags } = renewalWindow(expiry)
      const [year, month, day] = text.split('-').map(Number) as [number, number, number]
      // Date carries a day that a month does not have over into the next one.
      const same = new Date(Date.UTC(year, month - 1 - 3, day))
      const exists = same.getUTCDate() === day
      const expected = exists ? new Date(same.getTime() + 86_400_000) : new Date(Date.UTC(year, month - 3, 1))
      expect(opens.toString()).toBe(expected.toISOString().slice(0, 10))
      expect(flags.includes('renewal-window-month-end')).toBe(!exists)
    }),
    { numRuns: 2000 },
  )
})
