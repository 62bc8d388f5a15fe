import { Temporal } from 'temporal-polyfill'
import { isBefore, periodEnd } from './calendar.ts'
import type { ValidityFlag } from './flags.ts'
import type { RuleDay } from './rule-day.ts'
import type { RuleId } from './rules.ts'

const firstIssue = new Temporal.PlainDate(2003, 8, 25)
const lastIssue = new Temporal.PlainDate(2015, 12, 28)

/**
 * Internal: last day of a period of whole years from issue, once with the day of issue as its first day and once from the
 * day after (民法 140 would leave the first day out; "from issue" on the pages does not say). Nothing past the year 9999.
 */
export function jukiCandidates(rule: RuleId, issue: Temporal.PlainDate, years: 3 | 10): readonly RuleDay[] {
  const days = [periodEnd(issue, years), periodEnd(issue.add({ days: 1 }), years)]
  const flags: ValidityFlag[] = []
  if (!days[0]!.equals(days[1]!)) flags.push('juki-day-count')
  if (isBefore(issue, firstIssue) || isBefore(lastIssue, issue)) flags.push('outside-juki-issue-period')
  const known = days.filter((day) => day.year <= 9999).map((day) => day.toString())
  return [...new Set(known)].map((day) => ({ rule, day, flags }))
}
