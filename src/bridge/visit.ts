import { randomBytes } from 'node:crypto'
import type {
  BridgeDocument,
  BridgeEvent,
  BridgeEvents,
  BridgeLook,
  BridgeMethods,
  BridgeOutcome,
  BridgeQuestion,
  BridgeScreen,
  BridgeService,
} from '../bridge-client/index.ts'
import type { Pin } from '../card/index.ts'
import { type CardImage, photoToPng } from '../card-face/index.ts'
import {
  type CardLook,
  findServices,
  type ServiceLook,
  type ServiceMethod,
  serviceMethods,
} from '../credentials/index.ts'
import { BridgeError, DecodeError, DependencyError, type PinError } from '../errors.ts'
import {
  type CardFaceOutcome,
  type KioskScreens,
  type PinRequest,
  type ScreenControl,
  screenText,
  serveCardFace,
  serveVisit,
  type Visit,
  type VisitOutcome,
  type VisitScreen,
} from '../kiosk/index.ts'
import { pins } from '../pins.ts'
import { withinTime } from '../waiting.ts'
import type { Settings } from './options.ts'
import type { Session } from './pairing.ts'

/** A question that is open. */
interface OpenQuestion {
  readonly asked: BridgeQuestion
  /** For the bridge's own page. */
  readonly page: PinQuestion | undefined
  /** What the answer may be taken from. */
  readonly accept: (answer: Answer) => void
  readonly control: ScreenControl
}

/** How long the outcome may take when the card is out, milliseconds. */
const settleMs = 1_000

type Answer =
  | { readonly service: string }
  | { readonly documents: readonly BridgeDocument[] }
  | { readonly pin: Pin }
  | undefined

/** A PIN that the page of the bridge asks for. */
export interface PinQuestion {
  /** Unguessable; in the address of the page. */
  readonly token: string
  readonly screen: VisitScreen
  readonly digits: { readonly min: number; readonly max: number }
  /** The session whose language it has. */
  readonly session: Session
  /** Consumes the PIN; `undefined` when the customer cancels. */
  answer(pin: Pin | undefined): void
  active(): void
}

/** What a visit needs of the bridge. */
export interface VisitHost {
  readonly settings: Settings
  /** Address of the page for a token. */
  pinPage(token: string): string
  nextQuestion(): number
  notify<Name extends BridgeEvent>(session: Session, name: Name, params: BridgeEvents[Name]): void
  ended(outcome: BridgeOutcome): void
}

/** The text of a screen for a session. */
export function screenFor(
  { attended, contact }: Settings,
  { language }: Session,
  screen: VisitScreen,
  visit?: number,
): BridgeScreen {
  const { notice, title, text, next, spoken } = screenText(screen, { language, attended, contact })
  const refused = screen.step === 'refused' ? { situation: screen.situation, code: screen.error?.code } : {}
  return {
    visit,
    step: screen.step,
    ...refused,
    text: { title, text, next, spoken, language, notice: notice && `${notice.title}\n${notice.text}` },
  }
}

/** One customer: the session that serves, its screens and its questions. */
export class BridgeVisit {
  readonly number: number
  readonly reader: string
  /** Resolves when the card is out and the outcome is known, or a moment later: the next customer does not wait for a slow server. */
  readonly over: Promise<void>
  /** The one session that serves this customer; for good, also when it has gone. */
  owner: Session | undefined
  readonly #visit: Visit
  readonly #host: VisitHost
  #isServed = false
  /** The call that serves, or the last one; settled when it has reported. */
  #serving: Promise<unknown> = Promise.resolve()
  #isCancelled = false
  #question: OpenQuestion | undefined
  #screen: VisitScreen | undefined
  #look: BridgeLook | undefined
  #outcome: BridgeOutcome | undefined
  /** Asks for the card to be taken. */
  #reminder: NodeJS.Timeout | undefined

  constructor(visit: Visit, host: VisitHost) {
    this.#visit = visit
    this.#host = host
    this.number = visit.card
    this.reader = visit.reader
    this.over = visit.removed.then(() => this.#settled())
  }

  async #settled(): Promise<void> {
    clearTimeout(this.#reminder)
    // What the call ends with is for its caller; here it is enough that it ended, or is late.
    await withinTime(this.#serving, settleMs, () => new Error('late')).catch(() => {})
  }

  /**
   * What is shown for a while when the card is out: the end of a visit that went as the customer wanted, and to one who took the card
   * too early, why nothing came of it. Who was refused has seen why.
   */
  get lastScreen(): VisitScreen | undefined {
    const kind = this.#outcome?.kind
    if (kind === 'removed') return { step: 'refused', situation: 'card-removed' }
    return kind === undefined || unsuccessful.has(kind) ? undefined : { step: 'ended' }
  }

  /** The question that the bridge's own page asks, by its token. */
  pinQuestion(token: string): PinQuestion | undefined {
    const page = this.#question?.page
    return page?.token === token ? page : undefined
  }

  /** Serves the customer. @throws BridgeError `ERR_BRIDGE_VISIT`, `ERR_BRIDGE_REQUEST`. */
  async serve(session: Session, params: BridgeMethods['visit.serve']['params']): Promise<BridgeOutcome> {
    const { settings } = this.#host
    const { service, documents, purpose } = params
    if (service !== undefined && !settings.services.includes(service)) throw refusedService('service')
    if (service === 'card-face') return this.#perform(session, () => this.#readCardFace(session))
    const methods = methodsOf(service, settings.services)
    const withServer = methods.includes('token')
    if (documents !== undefined) requireOffered(documents, withServer ? settings.documents : [])
    const isAtCounter = methods.every((one) => atTheCounter.has(one))
    return this.#perform(session, async () => {
      const chosen = documents === 'choose' ? undefined : documents
      const outcome = await serveVisit(this.#visit, {
        screens: this.#screens(session),
        channel: isAtCounter ? 'counter' : settings.channel,
        methods,
        ...(withServer && { server: settings.server, terminal: settings.terminal, purpose }),
        issue: documents && { documents: chosen, printer: settings.printer! },
        issuanceProfile: settings.issuanceProfile,
        ...this.#common(),
      })
      return this.#outcomeOf(outcome)
    })
  }

  async #readCardFace(session: Session): Promise<BridgeOutcome> {
    return this.#faceOf(await serveCardFace(this.#visit, { screens: this.#screens(session), ...this.#common() }))
  }

  /** The customer cancels: by the next question at the latest. */
  cancel(session: Session): void {
    this.#requireOwner(session)
    this.abandon()
  }

  /** As if the customer had cancelled: the page has gone and has not come back in time, or the bridge ends. */
  abandon(): void {
    this.#isCancelled = this.#isServed
    this.#question?.accept(undefined)
  }

  /** @throws BridgeError `ERR_BRIDGE_VISIT` for a question that is not open, or of another kind; `ERR_BRIDGE_REQUEST` for what was not offered. */
  answer(session: Session, question: number, answer: NonNullable<Answer>): void {
    this.#requireOwner(session)
    const open = this.#requireQuestion(question)
    const { asked } = open
    if ('service' in answer && asked.kind === 'service') {
      if (!asked.services.includes(answer.service)) throw refusedService('service')
    } else if ('documents' in answer && asked.kind === 'documents') {
      if (!areAmong(answer.documents, asked.documents)) throw refusedService('documents')
    } else if (!('pin' in answer && asked.kind === 'pin' && asked.entry === 'client')) throw noQuestion()
    open.accept(answer)
  }

  active(session: Session, question: number): void {
    this.#requireOwner(session)
    this.#requireQuestion(question).control.active()
  }

  /** What a session that was resumed, or has another language, has to draw. */
  showAgain(session: Session): void {
    if (this.owner !== session) return
    const { notify, settings } = this.#host
    if (this.#look !== undefined) notify(session, 'look', this.#look)
    if (this.#screen !== undefined) notify(session, 'screen', screenFor(settings, session, this.#screen, this.number))
    if (this.#question !== undefined) notify(session, 'question', this.#question.asked)
    if (this.#outcome !== undefined) notify(session, 'outcome', this.#outcome)
  }

  #common() {
    const { idleMs, keepTries, pinEntry, clock } = this.#host.settings
    return { idleMs, keepTries, clock, keypad: pinEntry === 'keypad' ? { language: 'ja' as const } : undefined }
  }

  async #perform(session: Session, serve: () => Promise<BridgeOutcome>): Promise<BridgeOutcome> {
    if (this.owner !== undefined) this.#requireOwner(session)
    if (this.#isServed) throw new BridgeError('ERR_BRIDGE_VISIT', 'the visit is being served')
    if (this.#visit.signal.aborted) throw new BridgeError('ERR_BRIDGE_VISIT', 'the card is out')
    this.owner = session
    this.#isServed = true
    this.#isCancelled = false
    this.#outcome = undefined
    clearTimeout(this.#reminder)
    const served = this.#report(session, serve)
    this.#serving = served
    return served
  }

  async #report(session: Session, serve: () => Promise<BridgeOutcome>): Promise<BridgeOutcome> {
    try {
      const outcome = await serve()
      this.#outcome = outcome
      this.#host.ended(outcome)
      this.#host.notify(session, 'outcome', outcome)
      return outcome
    } finally {
      this.#isServed = false
      this.#remind(session)
    }
  }

  /** The outcome stays on the screen for a while; then the customer is asked to take the card, again and again. */
  #remind(session: Session): void {
    const { signal } = this.#visit
    if (signal.aborted) return
    let times = 0
    const remind = (): void => {
      this.#show(session, times === 0 ? { step: 'take-card' } : { step: 'forgotten-card', details: { times } })
      times++
      this.#reminder = setTimeout(remind, remindMs)
    }
    this.#reminder = setTimeout(remind, this.#host.settings.outcomeMs)
  }

  #show(session: Session, screen: VisitScreen): void {
    this.#screen = screen
    this.#host.notify(session, 'screen', screenFor(this.#host.settings, session, screen, this.number))
  }

  #screens(session: Session): KioskScreens {
    const { settings } = this.#host
    return {
      show: (screen) => this.#show(session, screen),
      found: (look) => {
        this.#look = lookOf(this.number, look)
        this.#host.notify(session, 'look', this.#look)
      },
      choose: async (services, control) => {
        const names = services.map(({ plan }) => plan.method)
        const answer = await this.#ask(session, control, { kind: 'service', services: names })
        return answer && 'service' in answer ? services.find((one) => one.plan.method === answer.service) : undefined
      },
      chooseDocuments: async (_, control) => {
        const answer = await this.#ask(session, control, { kind: 'documents', documents: settings.documents })
        return answer && 'documents' in answer ? answer.documents : undefined
      },
      enterPin: (request, control) => this.#enterPin(session, request, control),
    }
  }

  async #enterPin(
    session: Session,
    { pin, entriesLeft, wrong }: PinRequest,
    control: ScreenControl,
  ): Promise<Pin | undefined> {
    const { format } = pin === 'issuance' ? { format: undefined } : pins[pin]
    const digits =
      format?.kind === 'digits' ? { min: format.length, max: format.max ?? format.length } : { min: 4, max: 16 }
    const entry = this.#host.settings.pinEntry === 'bridge-page' ? 'bridge-page' : 'client'
    const token = randomBytes(32).toString('base64url')
    const page = entry === 'bridge-page' ? this.#host.pinPage(token) : undefined
    const asked = { kind: 'pin', pin, entriesLeft, digits, wrong: wrong?.code, entry, page } as const
    const answer = await this.#ask(session, control, asked, page === undefined ? undefined : { token, digits })
    return answer && 'pin' in answer ? answer.pin : undefined
  }

  /** One question to the page of the session. Resolves with nothing when it is cancelled or over. */
  #ask(
    session: Session,
    control: ScreenControl,
    asked: Unnumbered,
    page?: Pick<PinQuestion, 'token' | 'digits'> | undefined,
  ): Promise<Answer> {
    const { notify, settings, nextQuestion } = this.#host
    if (this.#isCancelled) return Promise.resolve(undefined)
    this.#screen = control.screen
    notify(session, 'screen', screenFor(settings, session, control.screen, this.number))
    const question = nextQuestion()
    return new Promise((resolve) => {
      const accept = (answer: Answer): void => {
        if (this.#question !== open) {
          if (answer !== undefined && 'pin' in answer) answer.pin.wipe()
          return
        }
        this.#question = undefined
        notify(session, 'answered', { visit: this.number, question })
        resolve(answer)
      }
      const { screen } = control
      const active = (): void => control.active()
      const own = page && {
        ...page,
        screen,
        session,
        active,
        answer: (pin: Pin | undefined) => accept(pin && { pin }),
      }
      const open: OpenQuestion = { asked: { visit: this.number, question, ...asked }, page: own, accept, control }
      this.#question = open
      control.signal.addEventListener('abort', () => accept(undefined), { once: true })
      notify(session, 'question', open.asked)
    })
  }

  #requireOwner(session: Session): void {
    if (this.owner !== session) throw new BridgeError('ERR_BRIDGE_VISIT', 'the visit belongs to another session')
  }

  #requireQuestion(question: number): OpenQuestion {
    const open = this.#question
    if (open === undefined || open.asked.question !== question) throw noQuestion()
    return open
  }

  #outcomeOf(outcome: VisitOutcome): BridgeOutcome {
    const base = { visit: this.number, pinError: pinErrorOf(outcome.pinError) }
    if (outcome.kind === 'refused') {
      return { ...base, kind: 'refused', situation: outcome.situation, code: outcome.error?.code }
    }
    if (outcome.kind === 'accepted') {
      const { holder, at, userVerification } = outcome.acceptance
      return { ...base, kind: 'accepted', service: outcome.plan.method, holder, at, userVerification }
    }
    if (outcome.kind === 'issued') {
      const { case: id, pageCount, state } = outcome.issued
      return { ...base, kind: 'issued', service: outcome.plan.method, case: id, pageCount, state }
    }
    if (outcome.kind !== 'performed') return { ...base, kind: outcome.kind }
    const { result } = outcome
    if (result.kind === 'attributes') {
      const { name, address, birthDate, sex } = result.attributes
      return { ...base, kind: 'attributes', attributes: { name, address, birthDate, sex } }
    }
    if (result.kind === 'pin-verified') return { ...base, kind: 'pin-verified' }
    return { ...base, kind: 'user-id', userId: result.userId.reveal(), pinChecked: result.pinChecked }
  }

  async #faceOf(outcome: CardFaceOutcome): Promise<BridgeOutcome> {
    const base = { visit: this.number, pinError: pinErrorOf(outcome.pinError) }
    if (outcome.kind === 'refused') {
      return { ...base, kind: 'refused', situation: outcome.situation, code: outcome.error?.code }
    }
    if (outcome.kind !== 'card-face') return { ...base, kind: outcome.kind }
    const { birthDate, sex, nameImage, addressImage, photo, unsigned } = outcome.cardFace
    const [name, address, face] = await Promise.all([nameImage, addressImage, photo].map(imageOf))
    return {
      ...base,
      kind: 'card-face',
      cardFace: { birthDate, sex, expiry: unsigned.expiry, name, address, photo: face },
    }
  }
}

type Unnumbered = BridgeQuestion extends infer Q
  ? Q extends BridgeQuestion
    ? Omit<Q, 'visit' | 'question'>
    : never
  : never

const unsuccessful: ReadonlySet<string> = new Set(['refused', 'cancelled', 'inactive'])

/** Services that a municipality offers at its counter. */
const atTheCounter: ReadonlySet<ServiceMethod> = new Set(
  findServices({ card: 'my-number', channel: 'counter' }).map(({ method }) => method),
)

/** Between reminders to take the card, milliseconds. */
const remindMs = 10_000

const noQuestion = (): BridgeError => new BridgeError('ERR_BRIDGE_VISIT', 'the question is not open')
const refusedService = (what: string): BridgeError =>
  new BridgeError('ERR_BRIDGE_REQUEST', `${what}: not offered by the settings`)

/** The service that was asked for, or those a customer chooses from: of the machine, or else of the counter. */
function methodsOf(service: BridgeService | undefined, offered: readonly BridgeService[]): readonly ServiceMethod[] {
  const wanted = serviceMethods.filter((one) =>
    service === undefined ? offered.some((name) => name === one) : service === one,
  )
  const atMachine = wanted.filter((one) => !atTheCounter.has(one))
  return atMachine.length > 0 ? atMachine : wanted
}

function requireOffered(documents: readonly BridgeDocument[] | 'choose', offered: readonly string[]): void {
  const isOffered = documents === 'choose' || areAmong(documents, offered)
  if (!isOffered || offered.length === 0) throw refusedService('documents')
}

function areAmong(documents: readonly BridgeDocument[], offered: readonly string[]): boolean {
  return documents.every(({ document }) => offered.includes(document))
}

function lookOf(visit: number, { kind, services, reason }: CardLook): BridgeLook {
  const one = ({ plan, reason, entriesLeft }: ServiceLook) => ({ service: plan.method, reason, entriesLeft })
  return { visit, kind, services: services.map(one), reason }
}

function pinErrorOf(error: PinError | undefined) {
  return error && { code: error.code, pin: error.pin, triesLeft: error.triesLeft, entriesLeft: error.entriesLeft }
}

/** As PNG where the decoder of JPEG 2000 is installed. */
async function imageOf(image: CardImage | undefined): Promise<{ format: 'png' | 'jp2'; content: string } | undefined> {
  if (image === undefined) return undefined
  const content = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
  if (image.format === 'png') return { format: 'png', content: content(image.bytes) }
  try {
    return { format: 'png', content: content((await photoToPng(image)).png) }
  } catch (error) {
    if (error instanceof DependencyError) return { format: 'jp2', content: content(image.bytes) }
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
