/** Dates of issue: Japanese eras and the birthdays certificates and cards expire on (card-facts section 7). */

/** First day and code of each era; code as in SAN otherName .4 (two sources). */
const eras = [
  { code: '5', from: '2019-05-01' },
  { code: '4', from: '1989-01-08' },
  { code: '3', from: '1926-12-25' },
  { code: '2', from: '1912-07-30' },
  { code: '1', from: '1868-10-23' },
] as const

/** Era of a `YYYY-MM-DD`; 0 不明 before 明治. */
export function eraOf(date: string): { readonly code: string; readonly year: number } {
  const era = eras.find(({ from }) => date >= from)
  const year = Number(date.slice(0, 4))
  return era ? { code: era.code, year: year - Number(era.from.slice(0, 4)) + 1 } : { code: '0', year: year % 100 }
}

/** 和暦 `YYMMDD`: the visual AP's birth-date PIN and the start of 照合番号B. */
export function eraDigits(date: string): string {
  return String(eraOf(date).year).padStart(2, '0') + date.slice(5, 7) + date.slice(8, 10)
}

/** `YYYYMMDD`. */
export function compactDate(date: string): string {
  return date.replaceAll('-', '')
}

/** Day in Japan, `YYYY-MM-DD`. */
export function dayInJapan(instant: Date): string {
  return new Date(instant.getTime() + 9 * 3_600_000).toISOString().slice(0, 10)
}

/**
 * The n-th birthday after the day of issue, `YYYY-MM-DD`; a birthday on that day does not count (inferred).
 * Born on 29 February: 28 February in other years (no source; 年齢計算ニ関スル法律).
 */
export function birthdayAfter(issued: string, birthDate: string, n: number): string {
  const inIssueYear = onYear(birthDate, Number(issued.slice(0, 4)))
  const years = n - (inIssueYear > issued ? 1 : 0)
  return onYear(birthDate, Number(issued.slice(0, 4)) + years)
}

/** Full years of age on a day: by the calendar, so that 29 February counts on 1 March in other years. */
export function ageOn(day: string, birthDate: string): number {
  return Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4)) - (day.slice(5) < birthDate.slice(5) ? 1 : 0)
}

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/** 23:59:59 in Japan of a `YYYY-MM-DD`. Four sources: every notAfter seen ends in 145959Z. */
export function endOfDayInJapan(day: string): Date {
  return new Date(`${day}T14:59:59Z`)
}

function onYear(birthDate: string, year: number): string {
  const leap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1
  const monthDay = birthDate.slice(5) === '02-29' && !leap ? '02-28' : birthDate.slice(5)
  return `${year}-${monthDay}`
}
