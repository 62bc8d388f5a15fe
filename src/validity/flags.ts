/**
 * What is uncertain about a result. Every flag stands for something the public sources do not say, or that the caller
 * did not; show its text beside the result.
 */
export const flagTexts = {
  'leap-birthday': 'born on 29 February, no such day in that year: no public rule, the printed date holds',
  'birthday-on-issue-day': 'a birthday on the day of issue is not counted: inferred, no public source',
  'renewal-not-stated': 'holds only for a renewal in the last three months, which was not stated',
  'application-date-not-given': 'the age on the day of application decides, and that day was not given',
  'stay-after-other-rule': 'the period of stay ends after the day by birthday or years: not public which holds',
  'juki-day-count': 'whether the day of issue counts as the first day of the years is not public',
  'outside-juki-issue-period': 'Juki cards were issued from 2003-08-25 to 2015-12-28',
  'renewal-window-reading':
    'the window opens on the day after the same day three months before: municipalities, not a law text read here',
  'renewal-window-month-end':
    'the month three months before has no such day: the window opens on the 1st of the next month',
  'card-last-moment': 'the sources name a day; that the card holds to its end, 23:59:59 JST, is inferred',
} as const

/** Name of an uncertainty, see {@link flagTexts}. */
export type ValidityFlag = keyof typeof flagTexts
