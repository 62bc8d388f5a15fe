import type { CalendarDay } from './calendar.ts'
import { checkExplainInput, type ExplainFacts } from './explain-facts.ts'
import type { ExplainInput } from './explain-input.ts'
import { baseDays, otherEnds, stayDay } from './rule-days.ts'
import type { RuleDay } from './rules.ts'
import { type ValidityRule, validityRules } from './rules.ts'

/** A fact a rule needs that was not given. */
export type MissingFact = 'birthDate' | 'applicationDate' | 'renewal' | 'authCertificateExpiry' | 'cardExpiry'

/** Which rule set a date. */
export interface Explanation {
  /** `unexplained`: no public rule gives this day from these facts. The date on the card is valid all the same. */
  readonly verdict: 'explained' | 'unexplained'
  /** The rule that set the day: the first of `matches`. Absent when unexplained. */
  readonly rule?: ValidityRule
  /** The candidates equal to the given date, when explained. See their flags. */
  readonly matches: readonly RuleDay[]
  /** Every applicable rule with each of its days: by birthday or years first, then upper limits. */
  readonly candidates: readonly RuleDay[]
  /** Upper limits by the rules that the given date exceeds. */
  readonly exceeds: readonly RuleDay[]
  /** Facts which, if given, could change the result. */
  readonly missing: readonly MissingFact[]
}

/**
 * Determines which rule set a date that was read from a card or certificate, or that none matches. The date is never
 * replaced: it is valid as read. Of the applicable rules the earliest day sets the date; where a rule gives two days
 * (29 February, a missing fact), either may be it.
 *
 * Contradictory facts are not an error; they leave the date unexplained.
 *
 * @throws TypeError for an unknown kind or a malformed day; RangeError for a nonexistent day.
 */
export function explainValidity(input: ExplainInput): Explanation {
  const facts = checkExplainInput(input)
  const base = baseDays(facts)
  const stay = stayDay(facts, base)
  const ends = otherEnds(facts)
  const bounds = stay === undefined ? ends : [stay, ...ends]
  const candidates = [...base, ...bounds]
  const explained = possibleDays(base, stay, ends).has(facts.expiry)
  const matches = explained ? candidates.filter(({ day }) => day === facts.expiry) : []
  const [first] = matches
  return {
    verdict: explained ? 'explained' : 'unexplained',
    ...(first && { rule: validityRules[first.rule] }),
    matches,
    candidates,
    exceeds: explained ? [] : bounds.filter(({ day }) => day < facts.expiry),
    missing: missingFacts(facts, candidates),
  }
}

/** The days possible by the rules. A period of stay limits the other days, or replaces them. */
function possibleDays(
  base: readonly RuleDay[],
  stay: RuleDay | undefined,
  ends: readonly RuleDay[],
): ReadonlySet<CalendarDay> {
  const bounds = stay === undefined ? ends : [stay, ...ends]
  const days = base.map((candidate) => earliest([candidate, ...bounds]))
  const withoutBase = earliest(bounds)
  if (base.length === 0 || withoutBase === stay?.day) days.push(withoutBase)
  return new Set(days.filter((day) => day !== undefined))
}

function earliest(days: readonly RuleDay[]): CalendarDay | undefined {
  return days.map(({ day }) => day).sort()[0]
}

function missingFacts(facts: ExplainFacts, candidates: readonly RuleDay[]): readonly MissingFact[] {
  const { kind, birth, authExpiry, cardExpiry } = facts
  const flagged = (flag: RuleDay['flags'][number]): boolean => candidates.some(({ flags }) => flags.includes(flag))
  const missing: MissingFact[] = []
  if (kind === 'juki-card' || kind === 'juki-sign') return missing
  if (birth === undefined) missing.push('birthDate')
  if (flagged('application-date-not-given')) missing.push('applicationDate')
  if (flagged('renewal-not-stated')) missing.push('renewal')
  if (kind === 'sign' && authExpiry === undefined) missing.push('authCertificateExpiry')
  if (kind !== 'card' && cardExpiry === undefined) missing.push('cardExpiry')
  return missing
}
