/**
 * Days of the Gregorian calendar: their numbers, the Japanese eras, and how people write them. A leaf: imports nothing.
 * Arithmetic with days is in `validity/`.
 */

const dayMs = 86_400_000
/** The calendar repeats after 400 years. `Date.UTC` reads years below 100 as those of the twentieth century. */
const cycle = 400

/**
 * A calendar day in Japan, ISO 8601 `YYYY-MM-DD`, Gregorian. Arguments must be real days of the years 0001 to 9999.
 */
export type CalendarDay = string

/** Days of a month. @param month - 1 to 12. @param year - 0 to 9999. */
export function daysInMonth(year: number, month: number): number {
  return (Date.UTC(year + cycle, month) - Date.UTC(year + cycle, month - 1)) / dayMs
}

/** Whether the calendar has the day; years 1 to 9999. */
export function isDay(year: number, month: number, day: number): boolean {
  if (!(year >= 1 && year <= 9999) || !(month >= 1 && month <= 12)) return false
  return day >= 1 && day <= daysInMonth(year, month)
}

/** A Japanese era: 明治, 大正, 昭和, 平成, 令和. */
export type Era = 'meiji' | 'taisho' | 'showa' | 'heisei' | 'reiwa'

/** The era a day lies in and the year of the era, from 1. */
export interface EraYear {
  readonly era: Era
  readonly year: number
}

/**
 * Eras, latest first: the first day, and the Gregorian year that is year 1. The day an era was proclaimed belongs to the
 * new one: so the decrees of 1912-07-30 and 1926-12-25 say; 平成 and 令和 began on the day after (政令第1号 of 1989,
 * 政令第143号 of 2019).
 */
const eras: readonly { readonly id: Era; readonly from: string; readonly first: number }[] = [
  { id: 'reiwa', from: '2019-05-01', first: 2019 },
  { id: 'heisei', from: '1989-01-08', first: 1989 },
  { id: 'showa', from: '1926-12-25', first: 1926 },
  { id: 'taisho', from: '1912-07-30', first: 1912 },
  // 明治6年1月1日: the first day of the Gregorian calendar in Japan.
  { id: 'meiji', from: '1873-01-01', first: 1868 },
]

/**
 * Era and era year (和暦) of a day.
 *
 * @param day - `YYYY-MM-DD`, a real day from 1873-01-01 to 9999-12-31.
 * @throws RangeError for any other text; it is not repeated in the message.
 */
export function eraYear(day: CalendarDay): EraYear {
  const { year } = partsOf(day)
  const era = eras.find(({ from }) => day >= from)
  if (era === undefined) throw new RangeError('a day before 1873-01-01 has no date of the Gregorian calendar in Japan')
  return { era: era.id, year: year - era.first + 1 }
}

/** @throws RangeError unless the text is a real day `YYYY-MM-DD`. */
function partsOf(day: CalendarDay): { readonly year: number; readonly month: number; readonly day: number } {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day)
  const [year, month, date] = (parts ?? []).slice(1).map(Number)
  if (year === undefined || !isDay(year, month!, date!)) {
    throw new RangeError('a day is YYYY-MM-DD and exists in the calendar')
  }
  return { year, month: month!, day: date! }
}

/** Languages in which {@link formatDay} writes days. */
export type DayLanguage = 'ja' | 'en' | 'zh' | 'ko' | 'pt' | 'es' | 'vi'

/**
 * A day of which parts may be unknown, as the birth date of `holderAttributes`: Gregorian year, month and day, and the
 * Japanese name of the era it is registered in, where there is one.
 */
export interface PartialDay {
  readonly year?: number | undefined
  /** 1 to 12. */
  readonly month?: number | undefined
  /** 1 to 31. */
  readonly day?: number | undefined
  /** Takes precedence over the era of the calendar: on the day an era changed, a register may have either. */
  readonly era?: '明治' | '大正' | '昭和' | '平成' | '令和' | '不明' | undefined
}

/** Options of {@link formatDay}. */
export interface FormatDayOptions {
  /** With the year of the Japanese era: in its place in Japanese, after the day in the other languages. Default false. */
  readonly era?: boolean | undefined
}

interface Words {
  /** For the names of months; none where months are numbers. */
  readonly tag?: string
  readonly full: (year: string, month: string, day: string) => string
  readonly month: (year: string, month: string) => string
  readonly year: (year: string) => string
  /** The parts that are known when there is no year, or no month. */
  readonly unknown: string
  readonly withEra: (day: string, era: string, year: string) => string
  /** Names of the eras, latest first as {@link eras}. */
  readonly eras: readonly [reiwa: string, heisei: string, showa: string, taisho: string, meiji: string]
  readonly firstYear: string
}

const latin = {
  eras: ['Reiwa', 'Heisei', 'Showa', 'Taisho', 'Meiji'],
  firstYear: '1',
  withEra: (day, era, year) => `${day} (${era} ${year})`,
} as const satisfies Partial<Words>

const numbered = (year: string, month: string, day: string): string => `${year}年${month}月${day}日`
const iberian = {
  full: (year, month, day) => `${day} de ${month} de ${year}`,
  month: (year, month) => `${month} de ${year}`,
  year: (year) => year,
} as const satisfies Partial<Words>

const words: Readonly<Record<DayLanguage, Words>> = {
  ja: {
    full: numbered,
    month: (year, month) => `${year}年${month}月`,
    year: (year) => `${year}年`,
    unknown: '不明',
    withEra: (day) => day,
    eras: ['令和', '平成', '昭和', '大正', '明治'],
    firstYear: '元',
  },
  en: {
    ...latin,
    tag: 'en',
    full: (year, month, day) => `${month} ${day}, ${year}`,
    month: (year, month) => `${month} ${year}`,
    year: (year) => year,
    unknown: 'unknown',
  },
  zh: {
    full: numbered,
    month: (year, month) => `${year}年${month}月`,
    year: (year) => `${year}年`,
    unknown: '不明',
    withEra: (day, era, year) => `${day}（${era}${year}年）`,
    eras: ['令和', '平成', '昭和', '大正', '明治'],
    firstYear: '元',
  },
  ko: {
    full: (year, month, day) => `${year}년 ${month}월 ${day}일`,
    month: (year, month) => `${year}년 ${month}월`,
    year: (year) => `${year}년`,
    unknown: '알 수 없음',
    withEra: (day, era, year) => `${day}(${era} ${year}년)`,
    eras: ['레이와', '헤이세이', '쇼와', '다이쇼', '메이지'],
    firstYear: '1',
  },
  pt: { ...latin, ...iberian, tag: 'pt-BR', unknown: 'desconhecida' },
  es: { ...latin, ...iberian, tag: 'es', unknown: 'desconocida' },
  vi: {
    ...latin,
    full: (year, month, day) => `ngày ${day} tháng ${month} năm ${year}`,
    month: (year, month) => `tháng ${month} năm ${year}`,
    year: (year) => `năm ${year}`,
    unknown: 'không rõ',
  },
}

/**
 * A day as people write it: `2026年11月29日`, `令和8年11月29日`, `November 29, 2026`. The text is for a sentence, without a
 * name of the day of the week.
 *
 * Of a partial day, as much as is known from the year on: year, or year and month; without a year, the word for unknown.
 * The year of the era is left out where there is none: before 1873-01-01 (明治6年), when Japan had another calendar,
 * and for a year in which the era changed while month or day are unknown and no era is registered.
 *
 * @param day - `YYYY-MM-DD`, or a partial day.
 * @throws RangeError for a day that does not exist, and for parts out of range.
 */
export function formatDay(
  day: CalendarDay | PartialDay,
  language: DayLanguage,
  options: FormatDayOptions = {},
): string {
  const parts = typeof day === 'string' ? partsOf(day) : checked(day)
  const { year, month } = parts
  const texts = words[language]
  if (year === undefined) return texts.unknown
  const era = options.era === true ? eraOf(parts) : undefined
  const eraName = era && texts.eras[era.index]!
  const eraText = era?.year === 1 ? texts.firstYear : String(era?.year)
  // Japanese has the year of the era in place of the other.
  const isInPlace = language === 'ja' && era !== undefined
  const shown = isInPlace ? `${eraName}${eraText}` : String(year)
  const written = write(texts, shown, month, month === undefined ? undefined : parts.day)
  return eraName === undefined ? written : texts.withEra(written, eraName, eraText)
}

function write(texts: Words, year: string, month: number | undefined, day: number | undefined): string {
  if (month === undefined) return texts.year(year)
  const name = texts.tag === undefined ? String(month) : monthName(texts.tag, month)
  return day === undefined ? texts.month(year, name) : texts.full(year, name, String(day))
}

const months = new Map<string, readonly string[]>()

function monthName(tag: string, month: number): string {
  let names = months.get(tag)
  if (names === undefined) {
    const format = new Intl.DateTimeFormat(tag, { month: 'long', timeZone: 'UTC', calendar: 'gregory' })
    names = Array.from({ length: 12 }, (_, index) => format.format(new Date(Date.UTC(2000, index))))
    months.set(tag, names)
  }
  return names[month - 1]!
}

/** The era of the whole span of days that a partial day may be; the registered one first. `index` as in {@link eras}. */
function eraOf(parts: PartialDay): { readonly index: number; readonly year: number } | undefined {
  const { year, month, day, era } = parts
  const registered = (words.ja.eras as readonly unknown[]).indexOf(era)
  const text = (m: number, d: number): string =>
    `${String(year).padStart(4, '0')}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`
  const first = text(month ?? 1, (month && day) ?? 1)
  const last = text(month ?? 12, (month && day) ?? daysInMonth(year!, month ?? 12))
  const [index, end] = [first, last].map((limit) => eras.findIndex(({ from }) => limit >= from))
  const found = registered >= 0 ? registered : index === end ? index! : -1
  if (found < 0 || last < '1873-01-01') return undefined
  const eraYear = year! - eras[found]!.first + 1
  return eraYear >= 1 ? { index: found, year: eraYear } : undefined
}

function checked(parts: PartialDay): PartialDay {
  const { year, month, day } = parts
  const isWhole = [year, month, day].every((part) => part === undefined || Number.isInteger(part))
  if (!isWhole || !isDay(year ?? 2000, month ?? 1, day ?? 1)) throw new RangeError('a part of the day is out of range')
  return parts
}
