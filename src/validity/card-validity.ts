import { Temporal } from 'temporal-polyfill'
import { ageOn, type BirthdayTerm, type LeapReading } from './birthdays.ts'
import {
  type CalendarDay,
  checkInstant,
  dayInJapan,
  daysBetween,
  endOfDayInJapan,
  isBefore,
  toDay,
  wholeSecond,
} from './calendar.ts'
import type { ValidityFlag } from './rules.ts'

/** First application day with the age of majority 18 instead of 20 (Civil Code). */
const ageChange = new Temporal.PlainDate(2022, 4, 1)

/** How long before issue an application may have been made, when not given. Chosen by this package, rather long. */
const longestWait = { years: 1 }

function isAdult(birth: Temporal.PlainDate, applied: Temporal.PlainDate, reading: LeapReading): boolean {
  return ageOn(birth, applied, reading) >= (isBefore(applied, ageChange) ? 20 : 18)
}

/**
 * Internal: tenth birthday for adults, fifth for minors, by the age on the day of application. Without that day both
 * are given when the holder came of age less than a year before the issue.
 */
export function cardTerms(
  birth: Temporal.PlainDate,
  issue: Temporal.PlainDate,
  applied: Temporal.PlainDate | undefined,
  reading: LeapReading,
): readonly BirthdayTerm[] {
  const tenth = { rule: 'card-tenth-birthday', birthdays: 10 } as const
  const fifth = { rule: 'card-fifth-birthday', birthdays: 5 } as const
  if (applied !== undefined) return [isAdult(birth, applied, reading) ? tenth : fifth]
  if (!isAdult(birth, issue, reading)) return [fifth]
  if (isAdult(birth, issue.subtract(longestWait), reading)) return [tenth]
  return [tenth, fifth].map((term) => ({ ...term, flags: ['application-date-not-given'] as const }))
}

/** Where on the card the expiry was read. */
export const cardExpirySources = {
  /** 共通カードAP, record 1 of EF 0001, free to read. One public source for the field. */
  'common-record': '共通カードAP, EF 0001, record 1',
  /** 券面事項確認AP, EF 0002, DF29, behind 照合番号B. Not covered by the signature over the card face. */
  visual: '券面事項確認AP, EF 0002, DF29',
  /** GET DATA 00F2 before any application is selected. One public source. */
  'get-data': 'GET DATA 00F2',
} as const

/** Where on the card the expiry was read, see {@link cardExpirySources}. */
export type CardExpirySource = keyof typeof cardExpirySources

/** Expiry as read from a card. */
export interface CardExpiry {
  /** As returned by {@link parseCardDate} or {@link parseCommonRecord}. */
  readonly expiry: CalendarDay
  readonly source: CardExpirySource
}

/** Validity of a card at an instant, by its own expiry. */
export interface CardValidity {
  readonly state: 'valid' | 'expired'
  /** 23:59:59 in Japan of the last day. */
  readonly lastMoment: Date
  readonly lastDayInJapan: CalendarDay
  /** Calendar days in Japan: 0 on the last day, negative after it. */
  readonly daysLeft: number
  readonly source: CardExpirySource
  readonly flags: readonly ValidityFlag[]
}

/**
 * Validity of a card at an instant. Validity until the end of its last day is inferred (flag `card-last-moment`). A
 * lost, returned or replaced card does not show that.
 *
 * @param at - the instant of evaluation; no default.
 * @throws TypeError for a malformed day, an unknown source or a non-Date; RangeError for a nonexistent day or invalid
 *   Date.
 */
export function cardValidity(card: CardExpiry, at: Date): CardValidity {
  if (!Object.hasOwn(cardExpirySources, card.source)) throw new TypeError('unknown source of a card expiry')
  const lastDay = toDay(card.expiry, 'expiry')
  const lastMoment = endOfDayInJapan(lastDay)
  return {
    state: wholeSecond(checkInstant(at, 'at')) > wholeSecond(lastMoment) ? 'expired' : 'valid',
    lastMoment,
    lastDayInJapan: card.expiry,
    daysLeft: daysBetween(dayInJapan(at), lastDay),
    source: card.source,
    flags: ['card-last-moment'],
  }
}
