import type { Temporal } from 'temporal-polyfill'
import { birthdayAfter, birthdayIn, type LeapReading, readingsOf } from './birthdays.ts'
import type { CalendarDay } from './calendar-day.ts'
import type { ValidityFlag } from './flags.ts'
import type { RuleDay } from './rule-day.ts'
import type { RuleId } from './rules.ts'

/** Internal: a rule that counts birthdays. */
export interface BirthdayTerm {
  readonly rule: RuleId
  readonly birthdays: 5 | 6 | 10
  readonly flags?: readonly ValidityFlag[]
}

/**
 * Internal: the days of birthday rules. For a 29 February birth everything is worked out under each reading; days that
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
