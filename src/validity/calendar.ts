import { Temporal } from 'temporal-polyfill'
import { type CalendarDay, isDay } from '../days.ts'

export type { CalendarDay } from '../days.ts'

/**
 * Days and instants of Japan. Internal: Temporal is not part of the public API. Japan has been nine hours ahead of UTC
 * all year round since 1952; earlier instants use the same offset. A named time zone takes ten times as long, and a
 * server needs two days with every certificate.
 */
const offset = '+09:00'
const offsetMs = 9 * 3_600_000
/** Last time a Date can hold, ECMA-262 21.4.1.1. */
const lastTime = 8.64e15
const lastSecond = Temporal.PlainTime.from('23:59:59')

/** @throws TypeError when not a string of the form `YYYY-MM-DD`; RangeError for a nonexistent day. */
export function toDay(text: CalendarDay, name: string): Temporal.PlainDate {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    throw new TypeError(`${name} must be a day as YYYY-MM-DD`)
  }
  const year = Number(text.slice(0, 4))
  const month = Number(text.slice(5, 7))
  const day = Number(text.slice(8))
  if (!isDay(year, month, day)) throw new RangeError(`${name} is not a day of the calendar`)
  return new Temporal.PlainDate(year, month, day)
}

/** @throws TypeError when not a Date; RangeError when an invalid one. */
export function checkInstant(instant: Date, name: string): Date {
  if (!(instant instanceof Date)) throw new TypeError(`${name} must be a Date`)
  if (Number.isNaN(instant.getTime())) throw new RangeError(`${name} is an invalid Date`)
  return instant
}

/** The day on which an instant falls in Japan. */
export function dayInJapan(instant: Date): Temporal.PlainDate {
  // The range of Date ends at the start of a day, which is the last day in Japan too.
  const shifted = new Date(Math.min(instant.getTime() + offsetMs, lastTime))
  return new Temporal.PlainDate(shifted.getUTCFullYear(), shifted.getUTCMonth() + 1, shifted.getUTCDate())
}

/**
 * The day on which an instant falls in Japan.
 *
 * @throws TypeError when not a Date; RangeError when an invalid one, or not in the years 1 to 9999.
 */
export function calendarDayOf(instant: Date): CalendarDay {
  const day = dayInJapan(checkInstant(instant, 'instant'))
  if (day.year < 1 || day.year > 9999) throw new RangeError('instant must be in the years 1 to 9999')
  return day.toString()
}

/** 23:59:59 JST of a day. */
export function endOfDayInJapan(day: Temporal.PlainDate): Date {
  return new Date(day.toZonedDateTime({ timeZone: offset, plainTime: lastSecond }).epochMilliseconds)
}

/** Seconds since 1970-01-01T00:00:00Z, truncated: X.509 times have no milliseconds. */
export function wholeSecond(instant: Date): number {
  return Math.floor(instant.getTime() / 1000)
}

/** Calendar days from one to the other: 0 for the same day, negative backwards. */
export function daysBetween(from: Temporal.PlainDate, to: Temporal.PlainDate): number {
  return from.until(to, { largestUnit: 'days' }).days
}

/** Whether `a` is before `b`. */
export function isBefore(a: Temporal.PlainDate, b: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(a, b) < 0
}

/** Last day of a period of whole years that begins on `first` and counts that day. */
export function periodEnd(first: Temporal.PlainDate, years: number): Temporal.PlainDate {
  const corresponding = first.add({ years })
  return corresponding.day === first.day ? corresponding.subtract({ days: 1 }) : corresponding
}
