import type { CardSession, Keypad, Pin, VerifyPinOptions } from '../card/index.ts'
import { TextApplication, type TextAttributes } from '../card-face/index.ts'
import { RefusalError } from '../errors.ts'
import { JpkiApplication, tokenSigner } from '../jpki/index.ts'
import { JukiApplication } from '../juki/index.ts'
import type { PersonalText, ReadValidity } from '../municipal/index.ts'
import {
  IssuanceApplication,
  type IssuanceProfile,
  readStripeRecord,
  type StripeProfile,
  type Swipe,
} from '../municipal/index.ts'
import { answerChallenge, type ExpectedClaims, type Token, type TokenChallenge } from '../token/index.ts'
import { type CalendarDay, type CardValidity, cardValidity, certificateValidity } from '../validity/index.ts'
import { type CardLook, jpkiOf, readCardValidity } from './look.ts'
import type { ServiceMethod, ServicePlan } from './plan.ts'

/** What a service is performed with; which of it is needed depends on the method. */
export interface ServiceMeans {
  /** The card: for every method but `stripe`. */
  readonly session?: CardSession | undefined
  /** For `token` unless the plan's `userVerification` is `device`, `attributes`, `register-pin`, and where the card checks the PIN of a municipal application. Consumed; or the keypad of the reader. */
  readonly pin?: Pin | Keypad | undefined
  readonly pinOptions?: VerifyPinOptions | undefined
  /** What {@link lookAtCard} found in this session: what it has read is not read a second time. */
  readonly look?: CardLook | undefined
  /** For `token`: the server's challenge, and what the terminal knows by itself. */
  readonly challenge?: TokenChallenge | undefined
  readonly expected?: ExpectedClaims | undefined
  /** For `issuance-application`. */
  readonly issuanceProfile?: IssuanceProfile | undefined
  /** For `stripe`. */
  readonly stripeProfile?: StripeProfile | undefined
  readonly swipe?: Swipe | undefined
  /** The time at which card and certificate must not have expired; checked before a PIN is spent. */
  readonly at: Date
}

/** Result of a service: what is passed to the server. */
export type ServiceResult =
  /** For `TokenService.verify`. */
  | { readonly kind: 'token'; readonly token: Token }
  /** For `MunicipalPins.verify`, unless the card has checked the PIN. */
  | {
      readonly kind: 'user-id'
      readonly userId: PersonalText
      readonly municipalityCode: string | undefined
      readonly validity: ReadValidity | undefined
      readonly pinChecked: 'by-card' | 'not-yet'
    }
  | { readonly kind: 'attributes'; readonly attributes: TextAttributes }
  | { readonly kind: 'pin-verified' }

/**
 * Performs a service with the card, stripe and PIN of a customer.
 *
 * @throws RefusalError `ERR_CERTIFICATE_EXPIRED`, `ERR_CARD_EXPIRED`, `ERR_REGISTRATION_EXPIRED` before a PIN is spent;
 *   `ERR_TOKEN…` for a challenge of another terminal. UserVerificationError `ERR_USER_NOT_VERIFIED` for a phone whose holder
 *   has not verified.
 * @throws TypeError when something the method needs is missing; the PIN is wiped all the same.
 * @throws PinError, StatusWordError, DecodeError, StripeError, WrongCardError, TransportError of the parts.
 */
export async function performService(plan: ServicePlan, means: ServiceMeans): Promise<ServiceResult> {
  try {
    return await methods[plan.method](means, plan)
  } finally {
    means.pin?.wipe()
  }
}

const methods: Readonly<Record<ServiceMethod, (means: ServiceMeans, plan: ServicePlan) => Promise<ServiceResult>>> = {
  async token(means, plan) {
    const { session, challenge, expected } = needed(means, ['session', 'challenge', 'expected'])
    const app = jpkiOf(means.look, session) ?? (await JpkiApplication.open(session))
    const pin = plan.userVerification === 'device' ? plan.userVerification : needed(means, ['pin']).pin
    const certificate = await app.readFreeCertificate()
    if (certificate !== undefined && certificateValidity(certificate, means.at).state === 'expired') {
      throw new RefusalError('ERR_CERTIFICATE_EXPIRED', 'the certificate has expired')
    }
    const signer = tokenSigner(app, pin, pinOptionsOf(means, plan))
    return { kind: 'token', token: await answerChallenge(challenge, expected, signer) }
  },
  async 'issuance-application'(means, plan) {
    const { session, issuanceProfile: profile } = needed(means, ['session', 'issuanceProfile'])
    await requireLiving(session, means)
    const app = await IssuanceApplication.open(session, profile)
    const checksPin = profile.pin?.manager === 'card'
    if (checksPin) await app.verifyPin(needed(means, ['pin']).pin, pinOptionsOf(means, plan))
    const { userId, municipalityCode, validity } = await app.read()
    requireCurrent(validity, means.at)
    return { kind: 'user-id', userId, municipalityCode, validity, pinChecked: checksPin ? 'by-card' : 'not-yet' }
  },
  async stripe(means) {
    const { stripeProfile, swipe } = needed(means, ['stripeProfile', 'swipe'])
    const { userId, municipalityCode, validity } = readStripeRecord(stripeProfile, swipe)
    requireCurrent(validity, means.at)
    return { kind: 'user-id', userId, municipalityCode, validity, pinChecked: 'not-yet' }
  },
  async attributes(means, plan) {
    const { session, pin } = needed(means, ['session', 'pin'])
    await requireLiving(session, means)
    const app = await TextApplication.open(session)
    await app.verifyPin('pin', pin, pinOptionsOf(means, plan))
    return { kind: 'attributes', attributes: await app.readAttributes() }
  },
  async 'register-pin'(means, plan) {
    const { session, pin } = needed(means, ['session', 'pin'])
    await requireLiving(session, means)
    const app = await JukiApplication.open(session)
    await app.verifyPin(pin, pinOptionsOf(means, plan))
    return { kind: 'pin-verified' }
  },
}

type Means = Omit<ServiceMeans, 'at'>

function needed<Name extends keyof Means>(
  means: Means,
  names: readonly Name[],
): { readonly [N in Name]: NonNullable<Means[N]> } {
  const missing = names.find((name) => means[name] === undefined)
  if (missing !== undefined) throw new TypeError(`${missing} is needed for this service`)
  return means as { readonly [N in Name]: NonNullable<Means[N]> }
}

/** Checks the last day where the card gives it without a PIN; a Juki card does not. */
async function requireLiving(session: CardSession, { look, at }: ServiceMeans): Promise<void> {
  // The look has refused an expired card already; one that ended in between is refused here.
  const known = look?.card
  const card = known ? validityUntil(known.lastDayInJapan, at) : await readCardValidity(session, at)
  if (card?.state === 'expired') throw new RefusalError('ERR_CARD_EXPIRED', 'the card has expired')
}

/** With the counter that the look has read, which holds while nothing but reading has happened since. */
function pinOptionsOf({ look, pinOptions }: ServiceMeans, plan: ServicePlan): VerifyPinOptions {
  const service = look?.services.find(({ plan: { method } }) => method === plan.method)
  return service?.pin === undefined ? { ...pinOptions } : { known: service.pin, ...pinOptions }
}

/** Checks the validity registered by the municipality, by days in Japan. */
function requireCurrent(validity: ReadValidity | undefined, at: Date): void {
  if (validity === undefined || !('until' in validity)) return
  if (validityUntil(validity.until, at).state === 'expired') {
    throw new RefusalError('ERR_REGISTRATION_EXPIRED', 'the registration has expired')
  }
}

const validityUntil = (expiry: CalendarDay, at: Date): CardValidity =>
  cardValidity({ expiry, source: 'common-record' }, at)
