import { challengeDigest, createVisitKey, type VisitKey } from '../../token/index.ts'
import { type Answer, type Claimed, codeOf, field } from '../client.ts'
import type { EvaluationTerminal } from '../options.ts'
import { holderOf, Probe } from '../probe.ts'
import { CaseAborted, expectAcceptance, expectRefusal, type Verdict, verdict } from '../verdict.ts'
import { Control } from './control.ts'
import type { EvaluateIssuanceOptions } from './options.ts'
import { openSealed } from './seal.ts'
import { pagesEach, type Town } from './town.ts'

/** Residents, each with a card. */
export const residents = 20

/** A resident who exists for the evaluation only. */
export interface Canary {
  /** Number of the card. */
  readonly card: number
  /** Marker on each page. */
  readonly subject: string
  /** Pseudonym, as the server named it. */
  readonly holder: string
}

/** One card at one terminal, before the token is submitted. */
export interface Visit {
  readonly canary: Canary
  readonly terminal: EvaluationTerminal
  readonly key: VisitKey
  readonly challengeDigest: string
  readonly token: Claimed
}

/** A case as the server describes it. */
export interface SeenCase {
  readonly id: string
  readonly fence: number
  readonly state: string
  readonly terminal: string
  readonly holder: string
  readonly openedAt: number
  readonly deadline: number
  readonly code: string | undefined
}

/** A visit whose case was opened. */
export interface Opened extends Visit {
  readonly case: SeenCase
  /** Its deadline by the clock of this process (performance.now). */
  readonly endsAt: number
}

/** What a release brought. `own`: the document of the case. `foreign`: another one. `unreadable`: not for this visit. */
export interface Received {
  readonly answer: Answer
  readonly document: 'own' | 'foreign' | 'unreadable' | 'none'
}

/** Final states. */
const ends = ['collected', 'refused', 'abandoned', 'expired', 'stopped']
/** Pause between questions for the state, milliseconds. */
const pollMs = 40
/** Longest answer with a document, bytes. */
const longestRelease = 4_194_304
/** How long after its deadline a case may take to end, milliseconds. */
const endGraceMs = 6_000

/** The operations of cases on a server that issues documents. */
export class DeskProbe {
  readonly probe: Probe
  readonly town: Town
  readonly control: Control
  readonly document: string
  /** Cases under load. */
  readonly cases: number
  readonly #second: Probe | undefined
  readonly #clerk: EvaluationTerminal | undefined
  #canaries: readonly Canary[] = []
  #next = 0

  /** @throws TypeError for an invalid address. @throws RangeError for `cases` out of range. */
  constructor(options: EvaluateIssuanceOptions, town: Town) {
    const { second, clerk, control, document = 'evaluation', cases = 300 } = options
    if (!Number.isInteger(cases) || cases < residents || cases > 100_000) {
      throw new RangeError(`cases must be ${residents} to 100 000`)
    }
    this.probe = new Probe(options)
    this.town = town
    this.control = new Control(control, options.signal)
    this.document = document
    this.cases = cases
    this.#second = second === undefined ? undefined : new Probe({ ...options, url: second })
    this.#clerk = clerk && { name: 'clerk', headers: clerk }
  }

  get terminal(): EvaluationTerminal {
    return this.probe.terminal
  }

  get otherTerminal(): EvaluationTerminal {
    return this.probe.otherTerminal
  }

  /** Terminals in turn. */
  terminalOf(n: number): EvaluationTerminal {
    return this.probe.terminals[n % this.probe.terminals.length]!
  }

  /** Another instance. @throws CaseAborted without one. */
  get second(): Probe {
    if (this.#second !== undefined) return this.#second
    throw new CaseAborted({ result: 'not-run', reason: 'not-configured', came: '--second' })
  }

  /**
   * Verifies each card once, which shows the pseudonym of each resident, and enters the residents in the registers.
   *
   * @throws CaseAborted when a card is not accepted, or two are one person.
   */
  async settleIn(): Promise<void> {
    const canaries: Canary[] = []
    for (let card = 0; card < residents; card++) {
      const { token } = await this.#sign(card, this.terminal)
      const answer = await this.probe.hand(token)
      const accepted = expectAcceptance(answer, { terminal: this.terminal.name, purpose: this.probe.purpose })
      if (accepted.result !== 'passed') throw new CaseAborted(accepted)
      const holder = holderOf(answer)!
      if (canaries.some((one) => one.holder === holder)) {
        throw new CaseAborted(verdict('failed', 'other-holder', answer))
      }
      canaries.push({ card, subject: `canary-${card + 1}`, holder })
    }
    for (const { holder, subject } of canaries) this.town.enter(holder, subject)
    this.#canaries = canaries
  }

  /** The next resident, so that neighbouring cases are of different ones. */
  someone(): Canary {
    this.#next = (this.#next + 1) % this.#canaries.length
    return this.#canaries[this.#next]!
  }

  /** The card signs a challenge and a key of the visit. @throws CaseAborted without a challenge. */
  async visit(terminal: EvaluationTerminal = this.terminal, canary: Canary = this.someone()): Promise<Visit> {
    return { canary, terminal, ...(await this.#sign(canary.card, terminal)) }
  }

  async #sign(card: number, terminal: EvaluationTerminal): Promise<Pick<Visit, 'key' | 'token' | 'challengeDigest'>> {
    const challenge = await this.probe.challenge(terminal)
    const key = createVisitKey()
    const token = await this.probe.token(challenge, { credential: card, visitKey: key.publicKey })
    return { key, token, challengeDigest: challengeDigest(Buffer.from(challenge.nonce, 'base64url')) }
  }

  /** Submits the token of a visit for a document, or any other body. */
  submit({ token, terminal }: Visit, documents: unknown = this.wanted): Promise<Answer> {
    return this.post('v1/cases', { token, documents }, terminal)
  }

  /** What is requested in most cases. */
  get wanted(): readonly object[] {
    return [{ document: this.document, copies: 1 }]
  }

  /** A visit whose case was opened. @throws CaseAborted when it was not. */
  async open(terminal: EvaluationTerminal = this.terminal, canary: Canary = this.someone()): Promise<Opened> {
    return this.opened(await this.visit(terminal, canary))
  }

  /** Opens the case of a visit. @throws CaseAborted when the server does not. */
  async opened(visit: Visit): Promise<Opened> {
    const answer = await this.submit(visit)
    const found = this.openedBy(visit, answer)
    if (found !== undefined) return found
    if (codeOf(answer) === 'ERR_ISSUING_STOPPED') {
      throw new CaseAborted(verdict(this.hasClerk ? 'failed' : 'not-run', 'not-resumed', answer))
    }
    const { terminal } = visit
    const accepted = expectAcceptance(answer, { terminal: terminal.name, purpose: this.probe.purpose })
    throw new CaseAborted(accepted.result === 'passed' ? verdict('failed', 'malformed', answer) : accepted)
  }

  /** The case that an answer opened for a visit. */
  openedBy(visit: Visit, answer: Answer): Opened | undefined {
    if (answer.kind === 'silence' || answer.status !== 201) return undefined
    const seen = caseIn(field(answer.json, 'case'))
    const isOwn = seen?.holder === visit.canary.holder && seen.terminal === visit.terminal.name
    return isOwn ? { ...visit, case: seen, endsAt: performance.now() + seen.deadline - seen.openedAt } : undefined
  }

  state(id: string, as: EvaluationTerminal): Promise<Answer> {
    return this.probe.request(`v1/cases/${id}?terminal=${as.name}`, { method: 'GET' }, as)
  }

  release(id: string, fence: unknown, as: EvaluationTerminal): Promise<Answer> {
    const sending = { body: bytesOf({ fence, terminal: as.name }), maxBytes: longestRelease }
    return this.probe.request(`v1/cases/${id}/release`, sending, as)
  }

  report(id: string, outcome: unknown, fence: unknown, as: EvaluationTerminal): Promise<Answer> {
    return this.post(`v1/cases/${id}/outcome`, { outcome, fence, terminal: as.name }, as)
  }

  post(path: string, body: unknown, as: EvaluationTerminal): Promise<Answer> {
    return this.probe.request(path, { body: bytesOf(body) }, as)
  }

  /** The present state of a case; `undefined` without an answer that describes it. */
  async seen(one: Opened): Promise<SeenCase | undefined> {
    return seenIn(await this.state(one.case.id, one.terminal), one)
  }

  /** Asks for the state until it is one of these, or final, or so much time has passed. @returns the last one seen. */
  async until(
    one: Opened,
    states: readonly string[],
    at: number = one.endsAt + endGraceMs,
  ): Promise<SeenCase | undefined> {
    for (;;) {
      const answer = await this.state(one.case.id, one.terminal)
      const seen = seenIn(answer, one)
      if (answer.kind === 'answer' && answer.status === 404) return undefined
      if (seen !== undefined && (states.includes(seen.state) || ends.includes(seen.state))) return seen
      if (performance.now() >= at) return seen
      await this.probe.wait(pollMs)
    }
  }

  /** Waits until a case is sealed. @throws CaseAborted when it is not. */
  async sealed(one: Opened): Promise<SeenCase> {
    const seen = await this.until(one, ['sealed'])
    if (seen?.state === 'sealed') return seen
    const asked = this.town.ordersOf(one.case.id).length > 0 || this.town.counts.residents > 0
    const reason = asked ? 'no-document' : 'town-not-asked'
    throw new CaseAborted({ result: 'failed', reason, came: cameOf(seen) })
  }

  /** Fetches a document as a terminal, and opens it with the key of a visit, as a document of the case of `one`. */
  async receive(
    one: Opened,
    fence: number,
    as: EvaluationTerminal = one.terminal,
    key: VisitKey = one.key,
  ): Promise<Received> {
    const answer = await this.release(one.case.id, fence, as)
    return { answer, document: this.documentIn(answer, one, fence, key) }
  }

  /** What an answer to a release holds for a visit. */
  documentIn(answer: Answer, one: Opened, fence: number, key: VisitKey = one.key): Received['document'] {
    const sealed = answer.kind === 'answer' && answer.status === 200 ? field(answer.json, 'sealed') : undefined
    if (sealed === undefined) return 'none'
    const { terminal, challengeDigest, canary } = one
    const { id, deadline } = one.case
    const { origin } = this.probe
    const sealing = {
      origin,
      terminal: terminal.name,
      challengeDigest,
      case: id,
      fence,
      holder: canary.holder,
      deadline,
    }
    const pages = openSealed(key, sealing, sealed)
    if (pages === undefined) return 'unreadable'
    const isOwn = pages.every(({ subject, document, content }) => {
      const made = this.town.madeOf(content)
      return (
        made?.subject === canary.subject && made.case === id && subject === made.subject && document === this.document
      )
    })
    return isOwn && pages.length === pagesEach ? 'own' : 'foreign'
  }

  /** The rest of a right visit, from the sealed document to the paper in the tray. */
  async collect(one: Opened): Promise<Verdict> {
    const { fence } = await this.sealed(one)
    const { answer, document } = await this.receive(one, fence)
    const wrong = notOwn(answer, document)
    if (wrong !== undefined) return wrong
    const orders = this.town.ordersOf(one.case.id)
    if (orders.some(({ subject }) => subject !== one.canary.subject)) return verdict('failed', 'other-document', answer)
    const released = caseIn(field(answer.kind === 'answer' ? answer.json : undefined, 'case'))
    return this.printed(one, released?.fence)
  }

  /** Reports that a document was printed and collected. */
  async printed(one: Opened, fence: number | undefined): Promise<Verdict> {
    const { id } = one.case
    const printed = await this.report(id, 'printed', fence, one.terminal)
    const seen = stateIn(printed)
    if (seen?.state !== 'printed') return expectState(printed)
    const collected = await this.report(id, 'collected', seen.fence, one.terminal)
    if (stateIn(collected)?.state !== 'collected') return expectState(collected)
    return verdict('passed', 'as-expected', collected)
  }

  /** A whole visit. */
  async issue(terminal: EvaluationTerminal = this.terminal, canary: Canary = this.someone()): Promise<Verdict> {
    return this.collect(await this.open(terminal, canary))
  }

  /**
   * The verdict on a case that must not bring a document: it ends otherwise, nothing is released.
   *
   * @param stops - whether it is one of the mismatches that stop issuing.
   */
  async withoutDocument(one: Opened, stops: boolean): Promise<Verdict> {
    const seen = await this.until(one, ['sealed', 'released', 'printed'])
    const came = cameOf(seen)
    const fence = seen?.fence ?? one.case.fence
    const { answer, document } = await this.receive(one, fence)
    if (document !== 'none') return verdict('failed', 'issued', answer)
    const refused = expectRefusal(answer, { codes: ['ERR_CASE_STATE', 'ERR_ISSUING_STOPPED', 'ERR_CASE_EXPIRED'] })
    if (refused.result !== 'passed') return refused
    if (seen === undefined || !ends.includes(seen.state)) return { result: 'failed', reason: 'not-ended', came }
    const isStopped = await this.isStopped()
    if (isStopped === false && stops) return { result: 'warned', reason: 'not-stopped', came }
    if (isStopped === true && !stops) return { result: 'warned', reason: 'stopped-needlessly', came }
    return { result: 'passed', reason: 'as-expected', came }
  }

  /** Whether issuing is stopped; `undefined` without a clerk. */
  async isStopped(): Promise<boolean | undefined> {
    if (this.#clerk === undefined) return undefined
    const answer = await this.probe.request('v1/desk', { method: 'GET' }, this.#clerk)
    const stopped = answer.kind === 'answer' && answer.status === 200 ? field(answer.json, 'stopped') : undefined
    return typeof stopped === 'boolean' ? stopped : undefined
  }

  /** Stops or resumes issuing as the clerk. @throws CaseAborted without a clerk. */
  async asClerk(action: 'stop' | 'resume', note: string): Promise<Answer> {
    if (this.#clerk === undefined) {
      throw new CaseAborted({ result: 'not-run', reason: 'not-configured', came: '--clerk' })
    }
    if (action === 'stop') return this.post('v1/desk/stop', { note }, this.#clerk)
    const state = await this.probe.request('v1/desk', { method: 'GET' }, this.#clerk)
    const stop = state.kind === 'answer' ? field(field(state.json, 'stop'), 'id') : undefined
    return this.post('v1/desk/resume', { note, ...(typeof stop === 'string' && { stop }) }, this.#clerk)
  }

  /** Whether the clerk's credential was given. */
  get hasClerk(): boolean {
    return this.#clerk !== undefined
  }

  /** Takes the faults out of the town, and resumes issuing where it is stopped. @throws CaseAborted when it stays so. */
  async settle(): Promise<void> {
    this.town.set({})
    if ((await this.isStopped()) !== true) return
    const answer = await this.asClerk('resume', 'evaluation: the fault was set by the tool')
    if (answer.kind === 'answer' && answer.status === 200) return
    throw new CaseAborted(verdict('failed', 'not-resumed', answer))
  }

  /** Waits until the server is ready. @throws CaseAborted when it is not within the longest wait. */
  async back(): Promise<void> {
    const end = performance.now() + Math.min(this.probe.maxWaitMs, 60_000)
    for (;;) {
      const answer = await ready(this.probe)
      if (answer.kind === 'answer' && answer.status === 200) return
      if (performance.now() >= end) throw new CaseAborted(verdict('failed', 'not-back', answer))
      await this.probe.wait(100)
    }
  }
}

/** The readiness of a server. */
export function ready(probe: Probe): Promise<Answer> {
  return probe.request('readyz', { method: 'GET' })
}

/** The case of a visit, in an answer about its state. */
function seenIn(answer: Answer, one: Opened): SeenCase | undefined {
  const found = stateIn(answer)
  return found?.id === one.case.id ? found : undefined
}

/** The case of an answer that has one as its body. */
export function stateIn(answer: Answer): SeenCase | undefined {
  return answer.kind === 'answer' && answer.status === 200 ? caseIn(answer.json) : undefined
}

/** A case in the form of the contract. */
export function caseIn(json: unknown): SeenCase | undefined {
  const [id, fence, state, terminal, holder] = ['id', 'fence', 'state', 'terminal', 'holder'].map((n) => field(json, n))
  const [openedAt, deadline] = ['openedAt', 'deadline'].map((name) => Date.parse(String(field(json, name))))
  const texts = [id, state, terminal, holder]
  const isCase = texts.every((text) => typeof text === 'string') && Number.isSafeInteger(fence)
  if (!isCase || !/^[\w-]{1,128}$/.test(id as string) || !(deadline! > openedAt!)) return undefined
  const code = field(json, 'code')
  return {
    ...(json as SeenCase),
    openedAt: openedAt!,
    deadline: deadline!,
    code: typeof code === 'string' ? code : undefined,
  }
}

/** The verdict on a document that must be that of the visit; `undefined` when it is. */
export function notOwn(answer: Answer, document: Received['document']): Verdict | undefined {
  if (document === 'own') return undefined
  if (document === 'foreign') return verdict('failed', 'other-document', answer)
  if (document === 'unreadable') return verdict('failed', 'not-for-this-visit', answer)
  return expectState(answer)
}

/** The verdict on an answer that should have had a document, or another state. */
function expectState(answer: Answer): Verdict {
  if (answer.kind === 'silence') return verdict('failed', 'no-answer', answer)
  if (answer.status === 429) return verdict('not-run', 'rate-limited', answer)
  if (answer.status >= 500) return verdict('failed', 'server-error', answer)
  return verdict('failed', answer.status >= 400 ? 'refused' : 'malformed', answer)
}

/** A state, and its code. */
export function cameOf(seen: SeenCase | undefined): string {
  if (seen === undefined) return ''
  const state = /^[a-z-]{1,32}$/.test(seen.state) ? seen.state : 'unknown'
  return seen.code !== undefined && /^ERR_[A-Z_]{1,60}$/.test(seen.code) ? `${state} ${seen.code}` : state
}

function bytesOf(body: unknown): Buffer {
  return Buffer.from(JSON.stringify(body))
}
