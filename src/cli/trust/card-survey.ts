import type { CardSession } from '../../card/index.ts'
import { DecodeError } from '../../errors.ts'
import { type Identification, identifyCard, readCardExpiry } from '../../identify/index.ts'
import { type CardExpiry, parseCardDate } from '../../validity/index.ts'
import { type CertificateReading, readAvailability, readIfReadable } from '../certificate-reading.ts'
import { openJpkiIfPresent } from '../pin-report.ts'

/** Validity data readable from a card without a PIN. */
export interface CardSurvey {
  readonly identification: Identification
  readonly auth: CertificateReading
  readonly sign: CertificateReading
  readonly expiry: ExpiryReading
}

/** The last day of the card, or why it cannot be read. */
export type ExpiryReading =
  | { readonly readable: true; readonly end: CardExpiry }
  | { readonly readable: false; readonly reason: 'absent' | 'unreadable' }

const noApplication: CertificateReading = { readable: false, reason: 'no-application' }

/** Reads data that needs no PIN; spends no try. */
export async function surveyCard(session: CardSession): Promise<CardSurvey> {
  const identification = await identifyCard(session)
  const app = await openJpkiIfPresent(session)
  const auth = app === undefined ? noApplication : await readIfReadable(app, 'auth')
  const sign = app === undefined ? noApplication : await readIfReadable(app, 'sign')
  const availability = app === undefined ? undefined : await readAvailability(app)
  const signAbsent = !sign.readable && sign.reason === 'pin-required' && availability?.sign === false
  const expiry = await readExpiry(session)
  return { identification, auth, sign: signAbsent ? { readable: false, reason: 'absent' } : sign, expiry }
}

/** The last day of the card, as far as readable without a PIN. */
export async function readExpiry(session: CardSession): Promise<ExpiryReading> {
  try {
    const field = await readCardExpiry(session)
    if (field === undefined) return { readable: false, reason: 'absent' }
    return { readable: true, end: { expiry: parseCardDate(field), source: 'common-record' } }
  } catch (error) {
    if (error instanceof DecodeError) return { readable: false, reason: 'unreadable' }
    throw error
  }
}
