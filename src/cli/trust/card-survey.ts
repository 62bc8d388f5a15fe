import type { CardSession } from '../../card/index.ts'
import { DecodeError } from '../../errors.ts'
import { type Identification, identifyCard, readCardExpiry } from '../../identify/index.ts'
import type { Certificate } from '../../pki/index.ts'
import { type CardExpiry, parseCardDate } from '../../validity/index.ts'
import { readAvailability, readOrReason } from '../certificate-reading.ts'
import type { UnreadableReason } from '../messages/catalogue.ts'
import { openJpkiIfPresent } from '../pin-report.ts'

/** What a card tells about its end without a PIN. */
export interface CardSurvey {
  readonly identification: Identification
  readonly auth: Certificate | UnreadableReason
  readonly sign: Certificate | UnreadableReason
  readonly expiry: CardExpiry | 'absent' | 'unreadable'
}

/** Reads what is free to read; spends no PIN. */
export async function surveyCard(session: CardSession): Promise<CardSurvey> {
  const identification = await identifyCard(session)
  const app = await openJpkiIfPresent(session)
  const auth = app === undefined ? 'no-application' : await readOrReason(app, 'auth')
  const sign = app === undefined ? 'no-application' : await readOrReason(app, 'sign')
  const availability = app === undefined ? undefined : await readAvailability(app)
  const signAbsent = sign === 'pin-required' && availability?.sign === false
  return { identification, auth, sign: signAbsent ? 'absent' : sign, expiry: await readExpiry(session) }
}

/** The last day as the card tells it without a PIN. */
export async function readExpiry(session: CardSession): Promise<CardSurvey['expiry']> {
  try {
    const field = await readCardExpiry(session)
    return field === undefined ? 'absent' : { expiry: parseCardDate(field), source: 'common-record' }
  } catch (error) {
    if (error instanceof DecodeError) return 'unreadable'
    throw error
  }
}
