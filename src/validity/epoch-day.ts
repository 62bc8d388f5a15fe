import type { CalendarDay } from './calendar.ts'

/**
 * Days counted from 1970-01-01, for what a server asks of every certificate: some fifty times quicker than calendar
 * objects, against which tests hold it. Valid for instants since 1952: since then Japan has been nine hours ahead of UTC
 * all year round.
 *
 * Years are taken to begin in March, so that the leap day is their last; a cycle of the calendar is 400 of them.
 */

const dayMs = 86_400_000
const offsetMs = 9 * 3_600_000

const cycleYears = 400
const cycleDays = 146_097
/** From 1 March of year 0 to 1970-01-01. */
const epoch = 719_468

/** A day of the calendar. `month`: 1 to 12. */
interface CalendarDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** The day in Japan on which an instant falls. @param time - milliseconds since 1970, UTC. */
export function epochDayInJapan(time: number): number {
  return Math.floor((time + offsetMs) / dayMs)
}

/** Number of a day of the calendar. @param month - 1 to 12, or beyond, into other years. */
export function epochDayOf(year: number, month: number, day: number): number {
  const sinceMarch = month - 3
  const marchYear = year + Math.floor(sinceMarch / 12)
  const cycle = Math.floor(marchYear / cycleYears)
  const inCycle = marchYear - cycle * cycleYears
  const leapDays = Math.floor(inCycle / 4) - Math.floor(inCycle / 100)
  const marchMonth = sinceMarch - Math.floor(sinceMarch / 12) * 12
  return cycle * cycleDays + inCycle * 365 + leapDays + daysBeforeMonth(marchMonth) + day - 1 - epoch
}

function calendarDate(epochDay: number): CalendarDate {
  const days = epochDay + epoch
  const cycle = Math.floor(days / cycleDays)
  const inCycle = days - cycle * cycleDays
  // Leap days taken out, 365 to a year: one every 1461 days, none every 36 524, one every 146 097.
  const leapDays = Math.floor(inCycle / 1460) - Math.floor(inCycle / 36_524) + Math.floor(inCycle / (cycleDays - 1))
  const marchYear = Math.floor((inCycle - leapDays) / 365)
  const ofYear = inCycle - (marchYear * 365 + Math.floor(marchYear / 4) - Math.floor(marchYear / 100))
  const marchMonth = Math.floor((5 * ofYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = cycle * cycleYears + marchYear + (month <= 2 ? 1 : 0)
  return { year, month, day: ofYear - daysBeforeMonth(marchMonth) + 1 }
}

/** Days of a year before its month, 0 for March: five months have 153 days, wherever they begin. */
function daysBeforeMonth(marchMonth: number): number {
  return Math.floor((153 * marchMonth + 2) / 5)
}

/** `YYYY-MM-DD`. */
export function textOfEpochDay(epochDay: number): CalendarDay {
  const { year, month, day } = calendarDate(epochDay)
  // Other years, and numbers that are none, have forms and errors of their own.
  if (!(year >= 1000 && year <= 9999)) return new Date(epochDay * dayMs).toISOString().slice(0, -14)
  return `${year}-${twoDigits(month)}-${twoDigits(day)}`
}

const twoDigits = (number: number): string => (number < 10 ? `0${number}` : `${number}`)

/** The same day some months before; `undefined` where that month has no such day. */
export function monthsBefore(epochDay: number, months: number): number | undefined {
  const { year, month, day } = calendarDate(epochDay)
  const before = epochDayOf(year, month - months, day)
  return before < epochDayOf(year, month - months + 1, 1) ? before : undefined
}

/** The first day of the month after the one that lies some months before. */
export function firstAfterMonthsBefore(epochDay: number, months: number): number {
  const { year, month } = calendarDate(epochDay)
  return epochDayOf(year, month - months + 1, 1)
}
