/**
 * A calendar day in Japan, ISO 8601 `YYYY-MM-DD`, Gregorian. Arguments must be real days of the years 0001 to 9999.
 */
export type CalendarDay = string
