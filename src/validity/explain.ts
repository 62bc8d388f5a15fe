import type { Temporal } from 'temporal-polyfill'
import { formatDay } from '../days.ts'
import { birthdayCandidates, jukiCandidates } from './birthdays.ts'
import { type CalendarDay, toDay } from './calendar.ts'
import { cardTerms } from './card-validity.ts'
import { certificateTerms, type PreviousExpiry } from './certificate-validity.ts'
import {
  type ExplainedKind,
  explainedKinds,
  type MissingFact,
  type RuleDay,
  type RuleId,
  type ValidityRule,
  validityRules,
} from './rules.ts'
import { type ValidityLanguage, validityTexts } from './texts.ts'

/**
 * A date in hand and what is known about it, all days in Japan. What is left out is not guessed: the rules that need it
 * give no day, or a flagged one, and `missing` names it.
 */
export interface ExplainInput {
  readonly kind: ExplainedKind
  /** The last day, as read from card or certificate. */
  readonly expiry: CalendarDay
  /** The day of issue, not the day the card was handed over. */
  readonly issueDate: CalendarDay
  /** Not used for Juki cards. */
  readonly birthDate?: CalendarDay | undefined
  /** My Number card: the day J-LIS received the application, on which the age is determined. */
  readonly applicationDate?: CalendarDay | undefined
  /** Certificates: last day of the previous certificate, or `false` if this was not a renewal. */
  readonly renewal?: { readonly previousExpiry: CalendarDay } | false | undefined
  /** Foreign residents with a period of stay; not for 永住者, 特別永住者 and 高度専門職2号. */
  readonly residence?: { readonly kind: 'foreign'; readonly periodOfStayEnds: CalendarDay } | undefined
  /** Signature certificate: last day of the user-authentication certificate on the same card. */
  readonly authCertificateExpiry?: CalendarDay | undefined
  /** Certificates: last day of the card. */
  readonly cardExpiry?: CalendarDay | undefined
}

/** Internal: validated facts for explaining a date. */
interface ExplainFacts {
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
function checkExplainInput(input: ExplainInput): ExplainFacts {
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

/** Internal: the days by birthday or by years. Several if facts are missing. */
function baseDays(facts: ExplainFacts): readonly RuleDay[] {
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
function stayDay(facts: ExplainFacts, base: readonly RuleDay[]): RuleDay | undefined {
  const { kind, stayEnds: day } = facts
  if (day === undefined || kind === 'juki-sign') return undefined
  const rules = { card: 'card-period-of-stay', 'juki-card': 'juki-card-period-of-stay' } as const
  const rule: RuleId = kind === 'card' || kind === 'juki-card' ? rules[kind] : 'certificate-period-of-stay'
  return { rule, day, flags: base.some((other) => other.day < day) ? ['stay-after-other-rule'] : [] }
}

/** Internal: upper limits of a certificate's validity. */
function otherEnds(facts: ExplainFacts): readonly RuleDay[] {
  const { kind, cardExpiry, authExpiry } = facts
  const ends: RuleDay[] = []
  if (kind !== 'auth' && kind !== 'sign') return ends
  if (kind === 'sign' && authExpiry !== undefined) {
    ends.push({ rule: 'certificate-auth-expiry', day: authExpiry, flags: [] })
  }
  if (cardExpiry !== undefined) ends.push({ rule: 'certificate-card-expiry', day: cardExpiry, flags: [] })
  return ends
}

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

/** How {@link explainValidity} puts its result into words. */
export interface ExplainWords {
  readonly language: ValidityLanguage
  /** The last day with the year of the Japanese era: 令和8年11月29日. Default false. */
  readonly era?: boolean | undefined
}

/** An explanation in words as well. */
export interface ExplanationInWords extends Explanation {
  /** Whole sentences: the last day, the rule, then what is uncertain, exceeded or missing. */
  readonly sentences: readonly string[]
}

/**
 * Determines which rule set a date that was read from a card or certificate, or that none matches. The date is never
 * replaced: it is valid as read. Of the applicable rules the earliest day sets the date; where a rule gives two days
 * (29 February, a missing fact), either may be it.
 *
 * Contradictory facts are not an error; they leave the date unexplained.
 *
 * @param words - adds the result in Japanese or English sentences.
 * @throws TypeError for an unknown kind or language or a malformed day; RangeError for a nonexistent day.
 */
export function explainValidity(input: ExplainInput, words: ExplainWords): ExplanationInWords
export function explainValidity(input: ExplainInput): Explanation
export function explainValidity(input: ExplainInput, words?: ExplainWords): Explanation | ExplanationInWords {
  if (words !== undefined && !Object.hasOwn(validityTexts, words.language))
    throw new TypeError('language must be ja or en')
  const explanation = explanationOf(input)
  return words === undefined ? explanation : { ...explanation, sentences: sentencesOf(input, explanation, words) }
}

function explanationOf(input: ExplainInput): Explanation {
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

function sentencesOf(
  { kind, expiry }: ExplainInput,
  explanation: Explanation,
  { language, era }: ExplainWords,
): readonly string[] {
  const texts = validityTexts[language]
  const { rule, notes } = explanationTexts(explanation, language)
  const until = texts.until(texts.kinds[kind], formatDay(expiry, language, { era }))
  return [until, rule, ...notes].map((text) => sentence(text, language))
}

/** Internal: the rule of an explanation in words, and the notes on it. */
function explanationTexts(
  { rule, matches, exceeds, missing }: Explanation,
  language: ValidityLanguage,
): { readonly rule: string; readonly notes: readonly string[] } {
  const texts = validityTexts[language]
  const flags = new Set(matches.flatMap((match) => match.flags))
  const unexplained = missing.length === 0 ? texts.unexplained : texts.undetermined
  return {
    rule: rule === undefined ? unexplained : texts.rules[rule.id],
    notes: [
      ...[...flags].map((flag) => texts.flags[flag]),
      ...exceeds.map((end) => texts.exceeds(end.day, texts.rules[end.rule])),
      ...(missing.length === 0 ? [] : [texts.missing(missing.map((fact) => texts.facts[fact]))]),
    ],
  }
}

/** With a capital and a full stop, where they are missing. */
function sentence(text: string, language: ValidityLanguage): string {
  if (language === 'ja') return /。$/.test(text) ? text : `${text}。`
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /\.$/.test(capital) ? capital : `${capital}.`
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
