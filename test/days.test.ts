import { describe, expect, test } from 'vitest'
import { type DayLanguage, eraYear, formatDay } from '../src/days.ts'

const languages = ['ja', 'en', 'zh', 'ko', 'pt', 'es', 'vi'] as const satisfies readonly DayLanguage[]

describe('formatDay', () => {
  test.each([
    ['ja', '2026年11月29日', '令和8年11月29日'],
    ['en', 'November 29, 2026', 'November 29, 2026 (Reiwa 8)'],
    ['zh', '2026年11月29日', '2026年11月29日（令和8年）'],
    ['ko', '2026년 11월 29일', '2026년 11월 29일(레이와 8년)'],
    ['pt', '29 de novembro de 2026', '29 de novembro de 2026 (Reiwa 8)'],
    ['es', '29 de noviembre de 2026', '29 de noviembre de 2026 (Reiwa 8)'],
    ['vi', 'ngày 29 tháng 11 năm 2026', 'ngày 29 tháng 11 năm 2026 (Reiwa 8)'],
  ] as const)('%s', (language, plain, era) => {
    expect(formatDay('2026-11-29', language)).toBe(plain)
    expect(formatDay('2026-11-29', language, { era: true })).toBe(era)
  })

  test('no zeros before month and day, and a short year as it is', () => {
    expect(formatDay('0099-03-05', 'ja')).toBe('99年3月5日')
    expect(formatDay('0099-03-05', 'en')).toBe('March 5, 99')
  })

  test('every month has its name', () => {
    for (const language of languages) {
      const named = Array.from({ length: 12 }, (_, index) => formatDay({ year: 2026, month: index + 1 }, language))
      expect(new Set(named).size).toBe(12)
      for (const text of named) expect(text.replaceAll(/\d/g, '').trim().length).toBeGreaterThan(1)
    }
  })

  test('the first year of an era is 元年, from its first day', () => {
    const era = (day: string) => formatDay(day, 'ja', { era: true })
    expect(era('2019-05-01')).toBe('令和元年5月1日')
    expect(era('2019-04-30')).toBe('平成31年4月30日')
    expect(era('1989-01-08')).toBe('平成元年1月8日')
    expect(era('1989-01-07')).toBe('昭和64年1月7日')
    expect(era('1926-12-25')).toBe('昭和元年12月25日')
    expect(era('1926-12-24')).toBe('大正15年12月24日')
    expect(era('1912-07-30')).toBe('大正元年7月30日')
    expect(era('1912-07-29')).toBe('明治45年7月29日')
    expect(era('1873-01-01')).toBe('明治6年1月1日')
    expect(formatDay('2019-05-01', 'zh', { era: true })).toBe('2019年5月1日（令和元年）')
    expect(formatDay('2019-05-01', 'en', { era: true })).toBe('May 1, 2019 (Reiwa 1)')
  })

  test('before 明治6年 there is no era: the calendar was another', () => {
    for (const language of languages) {
      expect(formatDay('1872-12-31', language, { era: true })).toBe(formatDay('1872-12-31', language))
    }
    expect(formatDay({ year: 1870, era: '明治' }, 'ja', { era: true })).toBe('1870年')
    expect(() => eraYear('1872-12-31')).toThrow(RangeError)
  })

  test('of a partial day, as much as is known', () => {
    const born = { era: '昭和', year: 1940, month: 5, day: undefined } as const
    expect(formatDay(born, 'ja', { era: true })).toBe('昭和15年5月')
    expect(formatDay(born, 'ja')).toBe('1940年5月')
    expect(formatDay(born, 'en')).toBe('May 1940')
    expect(formatDay(born, 'pt')).toBe('maio de 1940')
    expect(formatDay({ ...born, month: undefined }, 'ja', { era: true })).toBe('昭和15年')
    // A day without its month is not written.
    expect(formatDay({ year: 1940, day: 3 }, 'vi')).toBe('năm 1940')
    expect(formatDay({ ...born, year: undefined }, 'ja')).toBe('不明')
    expect(formatDay({}, 'en')).toBe('unknown')
  })

  test('the registered era decides; without one, an era only where all days of the span are in it', () => {
    const era = (day: Parameters<typeof formatDay>[0]) => formatDay(day, 'ja', { era: true })
    const change = { year: 1926, month: 12, day: 25 }
    expect(era({ ...change, era: '大正' })).toBe('大正15年12月25日')
    expect(era({ ...change, era: '昭和' })).toBe('昭和元年12月25日')
    expect(era({ ...change, era: '不明' })).toBe('昭和元年12月25日')
    expect(era({ year: 1989 })).toBe('1989年')
    expect(era({ year: 1989, era: '昭和' })).toBe('昭和64年')
    expect(era({ year: 1989, era: '不明' })).toBe('1989年')
    expect(era({ year: 1989, month: 2 })).toBe('平成元年2月')
    expect(era({ year: 1912, month: 7 })).toBe('1912年7月')
    // An era that had not begun is not one of that year.
    expect(era({ year: 1980, era: '令和' })).toBe('1980年')
  })

  test('what is not a day is refused without repeating it', () => {
    for (const day of ['2026-02-29', '2026-13-01', '2026-1-1', '20261129', '', 'secret']) {
      expect(() => formatDay(day, 'ja')).toThrow(/^a day is YYYY-MM-DD/)
    }
    for (const parts of [{ year: 0 }, { year: 2026, month: 13 }, { year: 2026, month: 2, day: 29 }, { year: 1.5 }]) {
      expect(() => formatDay(parts, 'ja')).toThrow(RangeError)
    }
    expect(formatDay({ month: 2, day: 29 }, 'en')).toBe('unknown')
  })
})
