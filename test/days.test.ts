import { expect, test } from 'vitest'
import { daysInMonth, isDay } from '../src/days.ts'

test('the days of ten thousand years are those of the calendar', () => {
  const wrong: string[] = []
  for (let year = 0; year <= 9999; year++) {
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
    const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    lengths.forEach((length, i) => {
      if (daysInMonth(year, i + 1) !== length) wrong.push(`${year}-${i + 1}`)
      if (isDay(year, i + 1, length) !== year > 0 || isDay(year, i + 1, length + 1)) wrong.push(`${year}-${i + 1} end`)
    })
  }
  expect(wrong).toEqual([])
})

test.each([
  [0, 1, 1],
  [10_000, 1, 1],
  [2026, 0, 1],
  [2026, 13, 1],
  [2026, 1, 0],
  [2026, 1, -1],
  [Number.NaN, 1, 1],
  [2026, Number.NaN, 1],
  [2026, 1, Number.NaN],
])('%s-%s-%s is no day', (year, month, day) => {
  expect(isDay(year, month, day)).toBe(false)
})
