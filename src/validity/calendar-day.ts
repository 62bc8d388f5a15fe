/**
 * A calendar day in Japan, ISO 8601 `YYYY-MM-DD`, Gregorian. Arguments must be real days of the years 0001 to 9999. A
 * result past the year 9999 has the expanded form of ISO 8601 (`+010000-01-01`).
 */
export type CalendarDay = string
