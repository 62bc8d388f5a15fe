import { type CardSession, Keypad, type KeypadOptions, type Pin } from '../card/index.ts'
import {
  type CardLook,
  type LookOptions,
  lookAtCard,
  performService,
  type ServiceLook,
  type ServicePlan,
  type ServiceResult,
  serviceMethods,
} from '../credentials/index.ts'
import { JpkiCardError, type PinError, ResponseError, TransportError } from '../errors.ts'
import {
  areDocuments,
  type CaseState,
  clearPrinter,
  type DocumentRequest,
  IssuanceServer,
  type IssuedDocuments,
  issueForToken,
  type Printer,
} from '../issuance/index.ts'
import { situationOf } from '../messages/index.ts'
import type { Situation } from '../outcomes.ts'
import type { PinId } from '../pins.ts'
import {
  createVisitKey,
  type RemoteAcceptance,
  type Token,
  type TokenServer,
  tokenFormat,
  type VisitKey,
} from '../token/index.ts'
import { closeCleared, type PinRequest, withPin } from './pin-entry.ts'
import { ask, Ended, type ScreenControl } from './question.ts'
import { decideRetry, pause } from './retry.ts'
import type { VisitScreen } from './screen.ts'
import type { Visit } from './visit.ts'

/** The screens of a kiosk. */
export interface KioskScreens {
  /** One of the services that can be had; `undefined` when the customer cancels. Not asked when there is one only. */
  choose?(services: readonly ServiceLook[], control: ScreenControl): Promise<ServiceLook | undefined>
  /**
   * The documents, for `issue` without `documents`: after the look, before the PIN. `undefined` when the customer cancels.
   */
  chooseDocuments?(look: CardLook, control: ScreenControl): Promise<readonly DocumentRequest[] | undefined>
  /** What the card is and what can be had with it, as soon as that is known. */
  found?(look: CardLook): void
  /** The PIN, which is consumed; `undefined` when the customer cancels. Not asked with `keypad`. */
  enterPin(request: PinRequest, control: ScreenControl): Promise<Pin | undefined>
  /** Shows a screen until the next call, or a question. */
  show(screen: VisitScreen): void
}

/** What a customer is served with. */
export interface ServeVisitOptions extends Omit<LookOptions, 'at' | 'checkCertificate'> {
  readonly screens: KioskScreens
  /** For the method `token`, which is not offered without it. */
  readonly server?: TokenServer | undefined
  /** Name of this terminal at the server. */
  readonly terminal?: string | undefined
  /** What the customer wants, as the server names it. */
  readonly purpose?: string | undefined
  /**
   * What the customer gets for an accepted token, with an `IssuanceServer` as `server`: the visit then ends with the paper in
   * the tray. Everything ends with the card: one that is taken before the paper is out ends the case. Without `documents` the
   * customer chooses them.
   */
  readonly issue?:
    | { readonly documents?: readonly DocumentRequest[] | undefined; readonly printer: Printer }
    | undefined
  /**
   * PINs are entered at the keypad of the reader, and never reach this computer. A reader without one refuses with
   * `ERR_NO_KEYPAD`. Default: on the screen.
   */
  readonly keypad?: Omit<KeypadOptions, 'onPrompt'> | undefined
  /** Whether the server is asked about the certificate before the PIN. Default true. */
  readonly checkFirst?: boolean | undefined
  /** Default: the time of the machine. */
  readonly clock?: (() => Date) | undefined
  /** Milliseconds without any action of the customer after which a question ends, 1 000 to 600 000. Default 60 000. */
  readonly idleMs?: number | undefined
}

/** How a visit ended. */
export type VisitEnd =
  | { readonly kind: 'accepted'; readonly plan: ServicePlan; readonly acceptance: RemoteAcceptance }
  /** With `issue`: the documents are in the tray. */
  | { readonly kind: 'issued'; readonly plan: ServicePlan; readonly issued: IssuedDocuments }
  /** The service needs no token: user id (its PIN may be verified by the municipality still), attributes, PIN verified. */
  | {
      readonly kind: 'performed'
      readonly plan: ServicePlan
      readonly result: Exclude<ServiceResult, { kind: 'token' }>
    }
  | { readonly kind: 'refused'; readonly situation: Situation; readonly error: JpkiCardError | undefined }
  | { readonly kind: 'cancelled' }
  /** Nothing was done for `idleMs`. */
  | { readonly kind: 'inactive' }
  /** The card was taken before there was a result. */
  | { readonly kind: 'removed' }

/** How a visit ended, and what it has found out. */
export type VisitOutcome = VisitEnd & {
  /** `undefined` when the card was not looked at. */
  readonly look: CardLook | undefined
  /** The last error of a PIN, whatever came after it: says what a try was spent on, and what is left. */
  readonly pinError: PinError | undefined
}

/**
 * Serves one customer: looks at the card, lets the customer choose, asks for the PIN as often as the guard allows, has the server
 * accept the token, clears and closes; with `issue`, has the documents issued and printed. The screens are the caller's. The look and the signature are made in one session; nothing of it
 * is left on the card when the promise settles, except the card.
 *
 * Never rejects for what a card, reader, customer or server does. A PIN whose outcome is unknown, or that was rejected, is reported
 * even when the card was taken away at that moment.
 *
 * @throws TypeError, RangeError for missing or wrong options. Rethrows what a screen throws, after clearing.
 */
export async function serveVisit(visit: Visit, options: ServeVisitOptions): Promise<VisitOutcome> {
  const { server, terminal, purpose } = options
  const idleMs = requireIdle(options.idleMs)
  if (server !== undefined && (terminal === undefined || purpose === undefined)) {
    throw new TypeError('terminal and purpose are needed with a server')
  }
  if (options.issue !== undefined && !(server instanceof IssuanceServer && server.terminal === terminal)) {
    throw new TypeError('issue needs an IssuanceServer of this terminal as server')
  }
  if (options.issue !== undefined && (options.issue.documents ?? options.screens.chooseDocuments) === undefined) {
    throw new TypeError('issue needs documents, or screens.chooseDocuments')
  }
  return new Serving(visit, options, idleMs).serve()
}

/**
 * Asks for the card to be taken, and resolves when it is out.
 *
 * @param remindMs - milliseconds after which `forgotten-card` is shown, again and again, 1 000 to 600 000. Default 10 000.
 */
export async function takeCard(visit: Visit, screens: Pick<KioskScreens, 'show'>, remindMs = 10_000): Promise<void> {
  if (!(remindMs >= 1_000 && remindMs <= 600_000)) throw new RangeError('remindMs must be 1 000 to 600 000')
  for (let times = 0; !visit.signal.aborted; times++) {
    screens.show(times === 0 ? { step: 'take-card' } : { step: 'forgotten-card', details: { times } })
    await pause(remindMs, visit.signal)
  }
  await visit.removed
}

/** @throws RangeError if not 1 000 to 600 000. */
export function requireIdle(idleMs = 60_000): number {
  if (!(idleMs >= 1_000 && idleMs <= 600_000)) throw new RangeError('idleMs must be 1 000 to 600 000')
  return idleMs
}

/** Whether the card was taken: the reader may report it before the event comes. */
export function isRemoval(error: JpkiCardError, { signal }: Visit): boolean {
  if (!(error instanceof TransportError)) return false
  return signal.aborted || error.code === 'ERR_CARD_REMOVED' || error.code === 'ERR_NO_CARD'
}

/** Attempts to look at a card whose answers are disturbed. */
const mostLooks = 3

class Serving {
  readonly #visit: Visit
  readonly #options: ServeVisitOptions
  readonly #idleMs: number
  readonly #clock: () => Date
  #look: CardLook | undefined
  #pinError: PinError | undefined
  #session: CardSession | undefined
  /** Of this visit; gone with it. */
  #key: VisitKey | undefined

  constructor(visit: Visit, options: ServeVisitOptions, idleMs: number) {
    this.#visit = visit
    this.#options = options
    this.#idleMs = idleMs
    this.#clock = options.clock ?? (() => new Date())
  }

  async serve(): Promise<VisitOutcome> {
    const end = await this.#end()
    this.#options.screens.show(this.#lastScreen(end))
    return { ...end, look: this.#look, pinError: this.#pinError }
  }

  #lastScreen(end: VisitEnd): VisitScreen {
    if (end.kind === 'refused') return { step: 'refused', situation: end.situation, error: end.error }
    if (end.kind === 'cancelled') return { step: 'refused', situation: 'cancelled' }
    if (end.kind === 'removed') return { step: 'refused', situation: 'card-removed' }
    if (end.kind === 'inactive') return { step: 'inactive' }
    const renewal = this.#look?.renewal
    if (end.kind === 'issued') return { step: 'take-paper', renewal }
    return { step: 'accepted', details: { service: end.plan.method }, renewal }
  }

  async #end(): Promise<VisitEnd> {
    try {
      return await this.#serve()
    } catch (error) {
      if (error instanceof Ended) return { kind: error.kind }
      if (!(error instanceof JpkiCardError)) throw error
      // A PIN that may have cost a try, and a card that may not be cleared, come before its removal.
      return isRemoval(error, this.#visit)
        ? { kind: 'removed' }
        : { kind: 'refused', situation: situationOf(error), error }
    } finally {
      await this.#session?.close()
    }
  }

  async #serve(): Promise<VisitEnd> {
    const { screens, issue } = this.#options
    screens.show({ step: 'checking' })
    if (issue !== undefined) await clearPrinter(issue.printer)
    const look = await this.#lookAtCard()
    this.#look = look
    screens.found?.(look)
    const usable = look.services.filter(({ reason }) => reason === undefined)
    if (look.reason !== undefined) {
      return { kind: 'refused', situation: look.reason, error: look.error }
    }
    const service = usable.length === 1 ? usable[0]! : await this.#choose(usable)
    const { plan } = service
    const documents = plan.method === 'token' && issue !== undefined ? await this.#documents(look, issue) : undefined
    const result = await this.#perform(look, service)
    await closeCleared(this.#session!)
    if (result.kind !== 'token') return { kind: 'performed', plan, result }
    if (issue !== undefined) return this.#issue(plan, result.token, { ...issue, documents: documents! })
    const acceptance = await this.#server().server.verify(result.token)
    // Everything ends with the card: the next customer may stand there by now.
    if (this.#visit.signal.aborted) throw new Ended('removed')
    return { kind: 'accepted', plan, acceptance }
  }

  /** From the token to the paper in the tray. */
  async #issue(
    plan: ServicePlan,
    token: Token,
    issue: { readonly documents: readonly DocumentRequest[]; readonly printer: Printer },
  ): Promise<VisitEnd> {
    const { screens } = this.#options
    const { signal } = this.#visit
    const onState = (state: CaseState): void => {
      if (state === 'opened') {
        screens.show({ step: 'accepted', details: { service: plan.method }, renewal: this.#look?.renewal })
      }
      if (state === 'released') screens.show({ step: 'printing' })
    }
    try {
      const server = this.#options.server as IssuanceServer
      const issued = await issueForToken({ ...issue, server, token, key: this.#key!, signal, onState })
      return { kind: 'issued', plan, issued }
    } catch (error) {
      if (signal.aborted) throw new Ended('removed')
      throw error
    }
  }

  /** In a new session each time: a disturbed one is not gone on with. */
  async #lookAtCard(): Promise<CardLook> {
    const { checkFirst = true, server } = this.#options
    const check = checkFirst && server !== undefined
    for (let attempt = 1; ; attempt++) {
      this.#session = await this.#visit.connect()
      try {
        const checkCertificate = check ? this.#checkCertificate : undefined
        const options = { ...this.#options, methods: this.#methods(), at: this.#clock(), checkCertificate }
        return await lookAtCard(this.#session, options)
      } catch (error) {
        if (!(error instanceof TransportError || error instanceof ResponseError) || isRemoval(error, this.#visit))
          throw error
        const { retryMs } = decideRetry(error, attempt)
        if (retryMs === undefined || attempt >= mostLooks) throw error
        await this.#session.close()
        await pause(retryMs, this.#visit.signal)
      }
    }
  }

  #methods(): LookOptions['methods'] {
    const { methods = serviceMethods, server } = this.#options
    return server === undefined ? methods.filter((method) => method !== 'token') : methods
  }

  readonly #checkCertificate: NonNullable<LookOptions['checkCertificate']> = async (certificate) => {
    const { server, terminal, purpose } = this.#server()
    await server.checkCertificate({ terminal, purpose, ...certificate })
  }

  async #perform(look: CardLook, service: ServiceLook): Promise<ServiceResult> {
    const { plan } = service
    const { screens, issuanceProfile, keepTries, keypad } = this.#options
    const perform = async (pin: Pin | Keypad | undefined): Promise<ServiceResult> => {
      if (!(pin instanceof Keypad)) screens.show({ step: 'authenticating' })
      const token = plan.method === 'token' ? await this.#challenge() : {}
      const at = this.#clock()
      const means = { session: this.#session, look, pin, pinOptions: { keepTries }, issuanceProfile, at, ...token }
      return performService(plan, means)
    }
    // The look has read the counter of each PIN that the card checks, that of a municipal application by its profile.
    if (service.pin === undefined) return perform(undefined)
    const { entriesLeft } = service
    const entry = { visit: this.#visit, session: this.#session!, screens, idleMs: this.#idleMs, keypad, entriesLeft }
    const note = (error: PinError): void => {
      this.#pinError = error
    }
    return withPin({ ...entry, note, plan, pin: plan.credential.id as PinId }, perform)
  }

  async #challenge() {
    const { server, terminal, purpose } = this.#server()
    const { origin } = server
    if (this.#options.issue === undefined) {
      const challenge = await server.challenge({ terminal, purpose })
      return { challenge, expected: { origin, terminal, purpose } }
    }
    this.#key = createVisitKey()
    const challenge = await server.challenge({ terminal, purpose, format: tokenFormat })
    const { publicKey: visitKey } = this.#key
    return { challenge, expected: { origin, terminal, purpose, format: tokenFormat, visitKey } }
  }

  #server() {
    const { server, terminal, purpose } = this.#options
    // Without a server the method token is not offered, and with one the other two are there.
    return { server: server!, terminal: terminal!, purpose: purpose! }
  }

  async #choose(services: readonly ServiceLook[]): Promise<ServiceLook> {
    const { choose } = this.#options.screens
    if (choose === undefined) return services[0]!
    const screen: VisitScreen = { step: 'choose' }
    const chosen = await this.#ask(screen, (control) => this.#options.screens.choose!(services, control))
    if (!services.includes(chosen)) throw new TypeError('choose must return one of the services it was given')
    return chosen
  }

  /** What the customer wants, when `issue` does not say it. */
  async #documents(
    look: CardLook,
    { documents }: NonNullable<ServeVisitOptions['issue']>,
  ): Promise<readonly DocumentRequest[]> {
    if (documents !== undefined) return documents
    const screen: VisitScreen = { step: 'choose-documents' }
    const chosen = await this.#ask(screen, (control) => this.#options.screens.chooseDocuments!(look, control))
    if (!areDocuments(chosen))
      throw new TypeError('chooseDocuments must return 1 to 16 kinds, each with 1 to 99 copies')
    return chosen
  }

  #ask<T>(screen: VisitScreen, question: (control: ScreenControl) => Promise<T | undefined>): Promise<T> {
    return ask(this.#visit, { screen, idleMs: this.#idleMs, question })
  }
}
