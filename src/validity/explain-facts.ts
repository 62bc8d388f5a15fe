import type { Temporal } from 'temporal-polyfill'
import type { CalendarDay } from './calendar.ts'
import { toDay } from './calendar.ts'
import type { PreviousExpiry } from './certificate-terms.ts'
import { type ExplainedKind, type ExplainInput, explainedKinds } from './explain-input.ts'

/** Internal: validated facts for explaining a date. */
export interface ExplainFacts {
  readonly kind: ExplainedKind
  readonly expiry: CalendarDay
  readonly issue: Temporal.PlainDate
  readonly birth: Temporal.PlainDate | undefined
  readonly applied: Temporal.PlainDate | undefined
  readonly previous: PreviousExpiry
  readonly stayEnds: CalendarDay | undefined
  readonly authExpiry: CalendarDay | undefined
  readonly cardExpiry: CalendarDay | undefined
}

/** Internal. @throws TypeError or RangeError for an unknown kind or an invalid day. */
export function checkExplainInput(input: ExplainInput): ExplainFacts {
  if (!explainedKinds.includes(input.kind)) throw new TypeError('unknown kind')
  const { birthDate, applicationDate, renewal, residence } = input
  if (residence !== undefined && residence.kind !== 'foreign') throw new TypeError('unknown kind of residence')
  return {
    kind: input.kind,
    expiry: checked(input.expiry, 'expiry'),
    issue: toDay(input.issueDate, 'issueDate'),
    birth: birthDate === undefined ? undefined : toDay(birthDate, 'birthDate'),
    applied: applicationDate === undefined ? undefined : toDay(applicationDate, 'applicationDate'),
    previous: renewal ? toDay(renewal.previousExpiry, 'previousExpiry') : renewal,
    stayEnds: residence && checked(residence.periodOfStayEnds, 'periodOfStayEnds'),
    authExpiry: optional(input.authCertificateExpiry, 'authCertificateExpiry'),
    cardExpiry: optional(input.cardExpiry, 'cardExpiry'),
  }
}

function checked(day: CalendarDay, name: string): CalendarDay {
  toDay(day, name)
  return day
}

function optional(day: CalendarDay | undefined, name: string): CalendarDay | undefined {
  return day === undefined ? undefined : checked(day, name)
}
