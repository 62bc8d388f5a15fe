import { type CardSession, type PinStatus, pinEntries } from '../card/index.ts'
import { TextApplication } from '../card-face/index.ts'
import { JpkiCardError, RefusalError, ResponseError, TransportError } from '../errors.ts'
import { type CardKind, identifyCard, readCardExpiry } from '../identify/index.ts'
import { isFaceAuthentication, JpkiApplication, jpkiApplication, type TokenKind } from '../jpki/index.ts'
import { JukiApplication } from '../juki/index.ts'
import { IssuanceApplication, type IssuanceProfile } from '../municipal/index.ts'
import { outcomeOf, type Situation } from '../outcomes.ts'
import type { Certificate } from '../pki/index.ts'
import {
  type CalendarDay,
  type CardValidity,
  type CertificateValidity,
  calendarDayOf,
  cardValidity,
  certificateValidity,
  parseCardDate,
} from '../validity/index.ts'
import { findServices, type ServiceChannel, type ServiceMethod, type ServicePlan } from './plan.ts'

/** Options of {@link lookAtCard}. */
export interface LookOptions {
  /** Where the customer stands. */
  readonly channel: ServiceChannel
  /** The time at which card and certificate must be valid. */
  readonly at: Date
  /** What this terminal offers. Default: every method of the channel that needs the card. */
  readonly methods?: readonly ServiceMethod[] | undefined
  /** As in `VerifyPinOptions`: tries that are never spent, 2 to 15, default 2. */
  readonly keepTries?: number | undefined
  /** Kinds of token besides those known, by their label. */
  readonly tokenKinds?: readonly TokenKind[] | undefined
  /** Without it, `issuance-application` is not looked at. */
  readonly issuanceProfile?: IssuanceProfile | undefined
  /**
   * Asks the server whether it would accept the certificate, so that no PIN is entered in vain; for example by
   * `TokenServer.checkCertificate`. Rejects with the server's refusal; any other coded error counts as a server that cannot be
   * reached. DER. Default: not asked.
   */
  readonly checkCertificate?:
    | ((certificate: {
        readonly certificate: Uint8Array
        readonly caCertificate: Uint8Array | undefined
      }) => Promise<unknown>)
    | undefined
}

/** A service, and whether it can be had with this card now. */
export interface ServiceLook {
  readonly plan: ServicePlan
  /** Why not: the situation whose text the customer reads. `undefined`: it can be had. */
  readonly reason: Situation | undefined
  /** The error behind the reason, for the operator; `undefined` where the card is in order and just not for this. */
  readonly error: JpkiCardError | undefined
  /** State of the PIN it takes; `undefined` for none, or when not read because of the reason. */
  readonly pin: PinStatus | undefined
  /** How many entries of the PIN this machine allows, 0 or more; `undefined` without a PIN or counter. */
  readonly entriesLeft: number | undefined
}

/** What {@link lookAtCard} found. Contains nothing that identifies the holder. */
export interface CardLook {
  /** `face-authentication`: a My Number card that has no PIN (顔認証マイナンバーカード), as far as can be seen. */
  readonly kind: CardKind | 'face-authentication'
  /** Every service of the channel with this card, the usual one first. */
  readonly services: readonly ServiceLook[]
  /** Why none can be had; `undefined` when one can. */
  readonly reason: Situation | undefined
  /** The error behind the reason, for the operator. */
  readonly error: JpkiCardError | undefined
  /** Validity of the user-authentication certificate; `undefined` when it is absent, not needed, or read only after the PIN (Android). */
  readonly certificate: CertificateValidity | undefined
  /** Validity of the card, where a service or a reason depends on it. */
  readonly card: CardValidity | undefined
  /** The certificate ends soon and can be renewed: days in Japan. To be shown after success. */
  readonly renewal: { readonly until: CalendarDay; readonly from: CalendarDay } | undefined
}

/** The application that was opened for a look, for {@link performService}. */
const opened = new WeakMap<CardLook, JpkiApplication>()

/** The JPKI application that a look has opened in this session. */
export function jpkiOf(look: CardLook | undefined, session: CardSession): JpkiApplication | undefined {
  const app = look && opened.get(look)
  return app?.session === session ? app : undefined
}

/**
 * What this card or phone is, what its holder can have here, and for each service that cannot be had, why: before a PIN is asked for.
 * Spends no try and sends no PIN. With a card on which everything is in order, five exchanges; the PIN, the signature and the
 * clearing after it are three more when the look is passed to {@link performService}.
 *
 * A phone that verifies its holder keeps that for the signature, provided that the session stays open.
 *
 * @throws TransportError, ResponseError when card or reader failed: says nothing of the card. TypeError, RangeError for options as
 *   {@link findServices} and the PIN guard have them.
 * @example
 * ```ts
 * import { CardSession } from 'jpki-card'
 * import { lookAtCard } from 'jpki-card/credentials'
 * import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
 *
 * const transport = new VirtualTransport({ card: await createVirtualCard({ triesLeft: { auth: 1 } }) })
 * const { name } = await transport.waitForCard()
 * const session = new CardSession(await transport.connect(name))
 * const { reason } = await lookAtCard(session, { channel: 'convenience-store', at: new Date() })
 * console.log(reason) // pin-guarded
 * await session.close()
 * await transport.close()
 * ```
 */
export async function lookAtCard(session: CardSession, options: LookOptions): Promise<CardLook> {
  const looking = new Looking(session, options)
  const look = await looking.look()
  if (looking.jpki !== undefined) opened.set(look, looking.jpki)
  return look
}

/** Validity of the card by the last day that it gives without a PIN; `undefined` for a Juki card or phone, which does not. */
export async function readCardValidity(session: CardSession, at: Date): Promise<CardValidity | undefined> {
  const field = await readCardExpiry(session)
  return field && cardValidity({ expiry: parseCardDate(field), source: 'common-record' }, at)
}

/** What was found of one service. */
type Finding = Partial<Omit<ServiceLook, 'plan'>>

/** One look. */
class Looking {
  readonly #session: CardSession
  readonly #options: LookOptions
  jpki: JpkiApplication | undefined
  #kind: CardLook['kind'] = 'unknown'
  #certificate: CertificateValidity | undefined
  /** `null`: the card does not report its last day. */
  #card: CardValidity | null | undefined
  /** Why the kind of card is not known. */
  #error: JpkiCardError | undefined

  constructor(session: CardSession, options: LookOptions) {
    this.#session = session
    this.#options = options
    // Wrong options are reported before the card is used.
    findServices({ card: 'unknown', channel: options.channel })
    pinEntries({ state: 'unlimited' }, { keepTries: options.keepTries })
    calendarDayOf(options.at)
  }

  async look(): Promise<CardLook> {
    const kind = await this.#readKind()
    this.#kind = kind
    const plans = findServices({ card: kind, channel: this.#options.channel }).filter((plan) => this.#isOffered(plan))
    const services: ServiceLook[] = []
    for (const plan of plans) services.push(await this.#service(plan))
    const isUsable = services.some(({ reason }) => reason === undefined)
    const [first] = services
    const none: Finding =
      this.#error === undefined ? { reason: kind === 'juki' ? 'card-kind-ended' : 'other-card' } : because(this.#error)
    const { lastDayInJapan: until, renewableFrom: from, state } = this.#certificate ?? {}
    return {
      kind: this.#kind,
      services,
      reason: isUsable ? undefined : (first ?? none).reason,
      error: isUsable ? undefined : (first ?? none).error,
      certificate: this.#certificate,
      card: this.#card ?? undefined,
      renewal: state === 'renewable' && until && from ? { until, from } : undefined,
    }
  }

  async #readKind(): Promise<CardKind> {
    const { tokenKinds } = this.#options
    try {
      this.jpki = await JpkiApplication.open(this.#session, { tokenKinds })
      return (await this.jpki.tokenKind())?.card ?? 'unknown'
    } catch (error) {
      requireCard(error)
      // No token, or one whose label cannot be read: the other applications say which card it is.
      this.jpki = undefined
      return (await identifyCard(this.#session, { tokenKinds }).catch((reason) => this.#unknown(reason))).kind
    }
  }

  #unknown(error: unknown): { readonly kind: 'unknown' } {
    this.#error = requireCard(error)
    return { kind: 'unknown' }
  }

  #isOffered({ method }: ServicePlan): boolean {
    const { methods, issuanceProfile } = this.#options
    if (method === 'stripe' || (method === 'issuance-application' && issuanceProfile === undefined)) return false
    return methods?.includes(method) ?? true
  }

  async #service(plan: ServicePlan): Promise<ServiceLook> {
    let finding: Finding
    try {
      finding = plan.offered === 'ended' ? { reason: 'card-kind-ended' } : await this.#methods[plan.method](plan)
    } catch (error) {
      finding = because(requireCard(error))
    }
    const { reason, error, pin, entriesLeft } = finding
    return { plan, reason, error, pin, entriesLeft }
  }

  readonly #methods: Readonly<Record<ServiceMethod, (plan: ServicePlan) => Promise<Finding>>> = {
    token: (plan) => this.#token(plan),
    stripe: async () => ({}),
    'issuance-application': async () => {
      const expired = await this.#expired()
      if (expired) return expired
      const app = await IssuanceApplication.open(this.#session, this.#options.issuanceProfile!)
      return app.profile.pin?.manager === 'card' ? this.#pin(await app.pinStatus()) : {}
    },
    attributes: async () =>
      (await this.#expired()) ?? this.#pin(await (await TextApplication.open(this.#session)).pinStatus('pin')),
    'register-pin': async () =>
      (await this.#expired()) ?? this.#pin(await (await JukiApplication.open(this.#session)).pinStatus()),
  }

  async #token(plan: ServicePlan): Promise<Finding> {
    const app = this.jpki ?? (await JpkiApplication.open(this.#session, this.#options))
    const certificate = await app.readFreeCertificate()
    const issuer = certificate && (await app.readIssuer())
    if (certificate !== undefined) {
      this.#certificate = certificateValidity(certificate, this.#options.at)
      const { state } = this.#certificate
      if (state === 'not-yet-valid') return { reason: 'certificate-out-of-period' }
      if (state === 'expired') {
        // Mostly both end on one day, and then it is the card that has to be renewed.
        const expired = await this.#expired()
        await this.#session.ensureApplication(jpkiApplication)
        return expired ?? { reason: 'certificate-expired' }
      }
    }
    const pin = plan.userVerification === 'pin' ? await this.#authenticationPin(app) : {}
    if (pin.reason !== undefined || certificate === undefined) return pin
    return { ...pin, ...(await this.#atServer(certificate, issuer)) }
  }

  /** A My Number card without a signature certificate whose PIN cannot be used is taken for one without a PIN. */
  async #authenticationPin(app: JpkiApplication): Promise<Finding> {
    let finding: Finding
    try {
      finding = this.#pin(await app.pinStatus('auth'))
    } catch (error) {
      finding = because(requireCard(error))
    }
    if (finding.reason === undefined || finding.reason === 'pin-guarded') return finding
    const certificates = await app.readAvailability().catch((error) => void requireCard(error))
    if (!isFaceAuthentication(this.#kind, certificates, finding.pin?.state)) return finding
    this.#kind = 'face-authentication'
    return { ...finding, reason: 'card-without-pin' }
  }

  #pin(pin: PinStatus): Finding {
    const entriesLeft = pinEntries(pin, { keepTries: this.#options.keepTries })
    if (pin.state === 'blocked') return { pin, entriesLeft, reason: 'pin-blocked' }
    return entriesLeft === 0 ? { pin, entriesLeft, reason: 'pin-guarded' } : { pin, entriesLeft }
  }

  async #atServer(certificate: Certificate, issuer: Certificate | undefined): Promise<Finding> {
    const { checkCertificate, at } = this.#options
    try {
      await checkCertificate?.({ certificate: certificate.der, caCertificate: issuer?.der })
      return {}
    } catch (error) {
      if (!(error instanceof JpkiCardError)) throw error
      if (!(error instanceof RefusalError)) return { reason: 'service-later', error }
      // Servers know a certificate from the day after its issue on, at the latest.
      const isNew = calendarDayOf(certificate.notBefore) === calendarDayOf(at)
      if (error.code === 'ERR_REVOCATION_UNKNOWN' && isNew) return { reason: 'certificate-from-tomorrow', error }
      return because(error)
    }
  }

  /** Whether the card has expired, by the day it reports; read once. */
  async #expired(): Promise<Finding | undefined> {
    if (this.#card === undefined) this.#card = (await readCardValidity(this.#session, this.#options.at)) ?? null
    return this.#card?.state === 'expired' ? { reason: 'card-expired' } : undefined
  }
}

/** @throws what is no answer of the card: it says nothing of it. */
function requireCard(error: unknown): JpkiCardError {
  const isAboutCard =
    error instanceof JpkiCardError && !(error instanceof TransportError || error instanceof ResponseError)
  if (isAboutCard) return error
  throw error
}

/** The situation of an error; no number has been entered yet that could be wrong. */
function because(error: JpkiCardError): Finding {
  const { situation } = outcomeOf(error.code)
  return { reason: situation === 'number-or-card' ? 'card-not-understood' : situation, error }
}
