import { birthdayCandidates, jukiCandidates } from './birthday-candidates.ts'
import { cardTerms } from './card-terms.ts'
import { certificateTerms } from './certificate-terms.ts'
import type { ExplainFacts } from './explain-facts.ts'
import type { RuleDay, RuleId } from './rules.ts'

/** Internal: the days by birthday or by years. Several if facts are missing. */
export function baseDays(facts: ExplainFacts): readonly RuleDay[] {
  const { kind, issue, birth, applied, previous } = facts
  if (kind === 'juki-card') return jukiCandidates('juki-card-ten-years', issue, 10)
  if (kind === 'juki-sign') return jukiCandidates('juki-certificate-three-years', issue, 3)
  if (birth === undefined) return []
  if (kind === 'card') {
    return birthdayCandidates(birth, issue, (reading) => cardTerms(birth, issue, applied, reading))
  }
  return birthdayCandidates(birth, issue, (reading) => certificateTerms(birth, issue, previous, reading))
}

/** Internal: the end of the period of stay, flagged when a day by birthday or years comes before it. */
export function stayDay(facts: ExplainFacts, base: readonly RuleDay[]): RuleDay | undefined {
  const { kind, stayEnds: day } = facts
  if (day === undefined || kind === 'juki-sign') return undefined
  const rules = { card: 'card-period-of-stay', 'juki-card': 'juki-card-period-of-stay' } as const
  const rule: RuleId = kind === 'card' || kind === 'juki-card' ? rules[kind] : 'certificate-period-of-stay'
  return { rule, day, flags: base.some((other) => other.day < day) ? ['stay-after-other-rule'] : [] }
}

/** Internal: upper limits of a certificate's validity. */
export function otherEnds(facts: ExplainFacts): readonly RuleDay[] {
  const { kind, cardExpiry, authExpiry } = facts
  const ends: RuleDay[] = []
  if (kind !== 'auth' && kind !== 'sign') return ends
  if (kind === 'sign' && authExpiry !== undefined) {
    ends.push({ rule: 'certificate-auth-expiry', day: authExpiry, flags: [] })
  }
  if (cardExpiry !== undefined) ends.push({ rule: 'certificate-card-expiry', day: cardExpiry, flags: [] })
  return ends
}
