import type { CalendarDay } from './calendar-day.ts'
import type { ValidityFlag } from './flags.ts'
import type { RuleId } from './rules.ts'

/** A rule that applies and a day it gives. */
export interface RuleDay {
  readonly rule: RuleId
  readonly day: CalendarDay
  /** What is uncertain about this day; empty when nothing is. */
  readonly flags: readonly ValidityFlag[]
}
