import type { CalendarDay } from './calendar.ts'
import { type CardExpiry, type CardValidity, cardValidity } from './card-validity.ts'
import {
  type CertificateState,
  type CertificateTimes,
  type CertificateValidity,
  certificateValidity,
} from './certificate-validity.ts'

/** A certificate, the card it is on, or both. */
export type EffectiveInput =
  | { readonly certificate: CertificateTimes; readonly card?: CardExpiry | undefined }
  | { readonly certificate?: CertificateTimes | undefined; readonly card: CardExpiry }

/** Combined validity of a certificate and its card: the earlier end. */
export interface EffectiveValidity {
  /** `expired` as soon as either is; the other states are the certificate's, `valid` without one. */
  readonly state: CertificateState
  /** Which of the two ends first; `certificate` when both end at the same second. */
  readonly limitedBy: 'certificate' | 'card'
  readonly lastMoment: Date
  /** `null` for a certificate without an end and no card. */
  readonly lastDayInJapan: CalendarDay | null
  /** Calendar days in Japan: 0 on the last day, negative after it. `null` without an end. */
  readonly daysLeft: number | null
  readonly certificate?: CertificateValidity
  readonly card?: CardValidity
}

/**
 * The earlier end of certificate and card. For My Number cards. (The certificate of a Juki card was not bound to its
 * card by one municipality's page; all of them have expired.)
 *
 * @param at - the instant of evaluation; no default.
 * @throws TypeError when neither is given, otherwise as {@link certificateValidity} and {@link cardValidity} do.
 */
export function effectiveValidity(input: EffectiveInput, at: Date): EffectiveValidity {
  const certificate = input.certificate && certificateValidity(input.certificate, at)
  const card = input.card && cardValidity(input.card, at)
  const limit = certificate && card ? (card.lastMoment < certificate.lastMoment ? card : certificate) : undefined
  const earliest = limit ?? certificate ?? card
  if (earliest === undefined) throw new TypeError('a certificate, a card or both are needed')
  return {
    state: card?.state === 'expired' ? 'expired' : (certificate?.state ?? 'valid'),
    limitedBy: earliest === certificate ? 'certificate' : 'card',
    lastMoment: earliest.lastMoment,
    lastDayInJapan: earliest.lastDayInJapan,
    daysLeft: earliest.daysLeft,
    ...(certificate && { certificate }),
    ...(card && { card }),
  }
}
