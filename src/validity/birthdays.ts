/** Internal: birthdays and ages, under each reading of a 29 February birth. */

import { Temporal } from 'temporal-polyfill'
import { type CalendarDay, isBefore, periodEnd } from './calendar.ts'
import type { RuleDay, RuleId, ValidityFlag } from './rules.ts'

/** On which day a person born on 29 February has the birthday in a common year. */
export type LeapReading = 'february-28' | 'march-1'

/** The readings to try: both for a birth on 29 February, one otherwise, where they are equal. */
function readingsOf(birth: Temporal.PlainDate): readonly LeapReading[] {
  return birth.month === 2 && birth.day === 29 ? ['february-28', 'march-1'] : ['march-1']
}

/** The birthday in a year. */
export function birthdayIn(birth: Temporal.PlainDate, year: number, reading: LeapReading): Temporal.PlainDate {
  const constrained = Temporal.PlainDate.from({ year, month: birth.month, day: birth.day })
  return constrained.day === birth.day || reading === 'february-28' ? constrained : constrained.add({ days: 1 })
}

/**
 * The n-th birthday after a day, that day excluded. `undefined` when the person was born after that day, or past
 * the year 9999.
 */
export function birthdayAfter(
  birth: Temporal.PlainDate,
  day: Temporal.PlainDate,
  n: number,
  reading: LeapReading,
): Temporal.PlainDate | undefined {
  if (isBefore(day, birth)) return undefined
  const first = isBefore(day, birthdayIn(birth, day.year, reading)) ? day.year : day.year + 1
  const year = first + n - 1
  return year > 9999 ? undefined : birthdayIn(birth, year, reading)
}

/** Age in full years on a day, increased on the birthday. Negative before birth. */
export function ageOn(birth: Temporal.PlainDate, day: Temporal.PlainDate, reading: LeapReading): number {
  return day.year - birth.year - (isBefore(day, birthdayIn(birth, day.year, reading)) ? 1 : 0)
}

const firstIssue = new Temporal.PlainDate(2003, 8, 25)
const lastIssue = new Temporal.PlainDate(2015, 12, 28)

/**
 * Internal: last day of a period of whole years from issue, once including the day of issue and once starting the day
 * after (民法 140 would exclude the first day; "from issue" on the pages is not specific). Nothing past the year 9999.
 */
export function jukiCandidates(rule: RuleId, issue: Temporal.PlainDate, years: 3 | 10): readonly RuleDay[] {
  const days = [periodEnd(issue, years), periodEnd(issue.add({ days: 1 }), years)]
  const flags: ValidityFlag[] = []
  if (!days[0]!.equals(days[1]!)) flags.push('juki-day-count')
  if (isBefore(issue, firstIssue) || isBefore(lastIssue, issue)) flags.push('outside-juki-issue-period')
  const known = days.filter((day) => day.year <= 9999).map((day) => day.toString())
  return [...new Set(known)].map((day) => ({ rule, day, flags }))
}

/** Internal: a rule that counts birthdays. */
export interface BirthdayTerm {
  readonly rule: RuleId
  readonly birthdays: 5 | 6 | 10
  readonly flags?: readonly ValidityFlag[]
}

/**
 * Internal: the days of birthday rules. For a birth on 29 February everything is computed under each reading; days that
 * only one of them gives are flagged.
 */
export function birthdayCandidates(
  birth: Temporal.PlainDate,
  issue: Temporal.PlainDate,
  terms: (reading: LeapReading) => readonly BirthdayTerm[],
): readonly RuleDay[] {
  const found = new Map<string, { rule: RuleId; day: CalendarDay; flags: Set<ValidityFlag>; readings: number }>()
  const readings = readingsOf(birth)
  for (const reading of readings) {
    const onIssueDay = birthdayIn(birth, issue.year, reading).equals(issue)
    for (const term of terms(reading)) {
      const day = birthdayAfter(birth, issue, term.birthdays, reading)?.toString()
      if (day === undefined) continue
      const entry = found.get(`${term.rule} ${day}`) ?? { rule: term.rule, day, flags: new Set(), readings: 0 }
      for (const flag of term.flags ?? []) entry.flags.add(flag)
      if (onIssueDay) entry.flags.add('birthday-on-issue-day')
      entry.readings++
      found.set(`${term.rule} ${day}`, entry)
    }
  }
  return [...found.values()].map(({ rule, day, flags, readings: seen }) => {
    if (seen < readings.length) flags.add('leap-birthday')
    return { rule, day, flags: [...flags] }
  })
}
