import fc from 'fast-check'

/** Instants of the years 1990 to 2060, often at the turn of a day in Japan. */
export const instant: fc.Arbitrary<Date> = fc.oneof(
  fc.date({ min: new Date('1990-01-01'), max: new Date('2060-12-31'), noInvalidDate: true }),
  fc
    .tuple(fc.integer({ min: 7305, max: 33000 }), fc.constantFrom(-1000, -1, 0, 1000))
    .map(([day, shift]) => new Date(day * 86_400_000 + 15 * 3_600_000 + shift)),
)

/** Any day of the calendar in the years 1 to 9999, as `YYYY-MM-DD`. */
export const anyDay: fc.Arbitrary<string> = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))

/** Days a card of today may hold, among them many 29 February and month ends. */
export const likelyDay: fc.Arbitrary<string> = fc.oneof(
  fc
    .date({ min: new Date('1930-01-01'), max: new Date('2045-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  fc
    .tuple(fc.integer({ min: 482, max: 511 }), fc.constantFrom('02-28', '02-29', '03-01', '05-31', '12-31'))
    .map(([quarter, day]) => `${quarter * 4}-${day}`),
)
