/** Days of the Gregorian calendar by their numbers. A leaf: imports nothing. Arithmetic with days is in `validity/`. */

const dayMs = 86_400_000
/** The calendar repeats after 400 years. `Date.UTC` reads years below 100 as those of the twentieth century. */
const cycle = 400

/** Days of a month. @param month - 1 to 12. @param year - 0 to 9999. */
export function daysInMonth(year: number, month: number): number {
  return (Date.UTC(year + cycle, month) - Date.UTC(year + cycle, month - 1)) / dayMs
}

/** Whether the calendar has the day; years 1 to 9999. */
export function isDay(year: number, month: number, day: number): boolean {
  if (!(year >= 1 && year <= 9999) || !(month >= 1 && month <= 12)) return false
  return day >= 1 && day <= daysInMonth(year, month)
}
