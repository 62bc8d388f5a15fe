import type { CalendarDay } from './calendar-day.ts'

/**
 * Days counted from 1970-01-01, for what a server asks of every certificate: some twenty times quicker than calendar
 * objects, against which tests hold it. Valid for instants since 1952: since then Japan has been nine hours ahead of UTC
 * all year round.
 */

const dayMs = 86_400_000
const offsetMs = 9 * 3_600_000

/** The day in Japan on which an instant falls. @param time - milliseconds since 1970, UTC. */
export function epochDayInJapan(time: number): number {
  return Math.floor((time + offsetMs) / dayMs)
}

/** `YYYY-MM-DD`. */
export function textOfEpochDay(day: number): CalendarDay {
  return new Date(day * dayMs).toISOString().slice(0, -14)
}

/** Number of a day of the calendar. @param month - 1 to 12, or beyond, into other years. */
export function epochDayOf(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day) / dayMs
}

/** The same day some months before; `undefined` where that month has no such day. */
export function monthsBefore(day: number, months: number): number | undefined {
  const date = new Date(day * dayMs)
  const dayOfMonth = date.getUTCDate()
  const before = date.setUTCMonth(date.getUTCMonth() - months) / dayMs
  return date.getUTCDate() === dayOfMonth ? before : undefined
}

/** The first day of the month after the one that lies some months before. */
export function firstAfterMonthsBefore(day: number, months: number): number {
  const date = new Date(day * dayMs)
  return date.setUTCMonth(date.getUTCMonth() - months + 1, 1) / dayMs
}
