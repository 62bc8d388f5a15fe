import { AuditError, type ErrorCode, RefusalError } from '../../errors.ts'
import {
  areDocuments,
  type CaseOutcome,
  type CaseState,
  type CaseView,
  caseEnds,
  caseOutcomes,
  caseStates,
  type DocumentRequest,
  isCaseId,
  isFinal,
  type SealedDocument,
} from '../../issuance/index.ts'
import { isIdentifier } from '../../token/index.ts'
import { type AuditEvent, writeAudit } from '../audit/line.ts'
import type { Condition, HealthSource } from '../health.ts'
import type { TextChange } from '../stores/store.ts'
import { Breaker, breakerKey, type ReportedStop, reportedStop, type Stop, type StoredBreaker } from './breaker.ts'
import {
  type CaseRecord,
  caseIdIn,
  caseKey,
  documentKey,
  documentsText,
  readCase,
  readToken,
  type StoredCase,
  tokenKey,
  viewOf,
  writeCase,
} from './case-record.ts'
import { composeDocuments } from './composition.ts'
import { type DeskSettings, type IssuanceDeskOptions, settingsOf } from './options.ts'
import { askRegisters } from './registers.ts'

/** What a desk needs of an `Acceptance` of the token service. */
export interface AcceptedToken {
  /** Pseudonym of the holder. */
  readonly holder: string
  readonly terminal: string
  readonly purpose: string
  readonly challengeDigest: string
  /** X25519 public key of the visit, 32 bytes; a token of format 1 has none. */
  readonly visitKey?: Uint8Array | undefined
  /** Hexadecimal. */
  readonly serialNumber?: string | undefined
  /** Binds `holder` to the certificate of the token, for a terminal that got no answer: see {@link TokenOutcome}. */
  readonly holderDigest?: string | undefined
}

/** Who asks about a case: a terminal, as authenticated by the server. */
export interface CaseCaller {
  readonly terminal: string
}

/** A released document. */
export interface Release {
  readonly case: CaseView
  readonly sealed: SealedDocument
}

/**
 * What became of a token. `unknown`: it was not received, or its case is long over. `holderDigest` is that of the
 * acceptance, as given to {@link IssuanceDesk.open}.
 */
export type TokenOutcome =
  | { readonly state: 'unknown' }
  | { readonly state: 'refused'; readonly code: string }
  | { readonly state: 'case'; readonly case: CaseView; readonly holderDigest?: string | undefined }

/** A case as the issuing system sees it. */
export interface IssuingCase extends CaseView {
  /** Hexadecimal; only with `includeSerialNumber`. */
  readonly serialNumber?: string | undefined
  /** Why it ended: for `ERR_NOT_ISSUABLE` the register's reason. */
  readonly reason?: string | undefined
}

/**
 * How many cases this process has moved to each state, and how many results came too late, since it started. A step is
 * counted once, when it is in the store, however often its line in the audit log is tried.
 */
export interface DeskCounts {
  readonly states: Readonly<Record<CaseState, number>>
  readonly late: number
}

/** Cases ended per sweep, at most; the next sweep continues. */
const mostPerSweep = 500
/** How long a final case is due until its end is in the audit log, milliseconds. */
const auditGraceMs = 30_000
/** How long the outcome of a token can be asked for, milliseconds. */
const tokenLifetimeMs = 900_000
/** Longest pause between sweeps, milliseconds. */
const sweepEveryMs = 5_000

/** States a terminal may report from, by outcome. */
const reportedFrom: Readonly<Record<CaseOutcome, readonly CaseState[]>> = {
  printed: ['released'],
  collected: ['printed'],
  abandoned: ['opened', 'composing', 'sealed', 'released', 'printed'],
  mismatch: ['released'],
}

/** What a step towards a final state records. */
interface Ending {
  readonly state: 'collected' | (typeof caseEnds)[number]
  readonly code?: ErrorCode | undefined
  readonly reason?: string | undefined
}

/** Reasons of refusals that stop issuing: nothing that works as intended causes them. */
const mismatches: ReadonlySet<string> = new Set(['register-contradiction', 'case', 'page-count', 'subject'])

/** A step was not done: the case is not, or no longer, what the step follows. */
class CaseMoved extends Error {}

/**
 * Issues documents: from an accepted token to the paper in the tray.
 *
 * A case exists under an unguessable id only. Every change of its state is a compare-and-set in the store that all
 * instances share, with a fencing number; what comes late changes nothing. The document is encrypted to the visit key the
 * card signed, so that only that visit can open it. A mismatch that must not occur stops issuing on all instances until a
 * clerk resumes it. Times that are over end a case in every instance; what still runs for it is aborted.
 */
export class IssuanceDesk implements HealthSource {
  readonly #settings: DeskSettings
  readonly #breaker: Breaker
  /** What runs in this process, by case. */
  readonly #running = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>()
  readonly #counts: Record<CaseState, number>
  #lateCount = 0
  #since: Date | undefined
  readonly #closing = new AbortController()
  #sweeping: Promise<void> | undefined

  /**
   * @throws TypeError, RangeError naming the option that is not as described; RangeError for a store of one process, or of
   *   one machine, where more are configured.
   */
  constructor(options: IssuanceDeskOptions) {
    this.#settings = settingsOf(options)
    this.#breaker = new Breaker(this.#settings.store)
    const states = [...caseStates, ...caseEnds].map((state) => [state, 0] as const)
    this.#counts = Object.fromEntries(states) as Record<CaseState, number>
  }

  /** Ends cases whose time is over, every few seconds, until the desk is closed. */
  start(): void {
    this.#sweeping ??= this.#sweepForever()
  }

  /**
   * Opens a case for an accepted token, and has its documents composed.
   *
   * @param acceptance - of this server, for a token of format 2.
   * @throws RefusalError `ERR_TOKEN` without a visit key, `ERR_DOCUMENT` for documents that are not as described or not
   *   issued here, `ERR_CASE_STATE` for a token that has a case, `ERR_ISSUING_STOPPED`, `ERR_STORE_UNAVAILABLE`.
   * @throws AuditError `ERR_AUDIT`; the case is then refused.
   */
  async open(acceptance: AcceptedToken, documents: readonly DocumentRequest[]): Promise<CaseView> {
    const { store, clock, lifetimeMs, newId, origin, includeSerialNumber } = this.#settings
    const { visitKey, challengeDigest, holder, terminal, purpose, serialNumber, holderDigest } = acceptance
    if (visitKey === undefined) throw new RefusalError('ERR_TOKEN', 'a token without a visit key cannot have a case')
    this.#requireDocuments(documents)
    const breaker = await this.#breaker.read()
    if (breaker.state.stop !== undefined) throw stopped()
    const openedAt = clock.now()
    const deadline = openedAt + lifetimeMs
    const record: CaseRecord = {
      id: newId(),
      fence: 1,
      state: 'opened',
      terminal,
      purpose,
      holder,
      documents: documents.map(({ document, copies }) => ({ document, copies })),
      openedAt,
      deadline,
      origin,
      challengeDigest,
      visitKey: Buffer.from(visitKey).toString('base64url'),
      epoch: breaker.state.epoch,
      due: deadline,
      ...(includeSerialNumber && { serialNumber }),
    }
    const text = writeCase(record)
    const changes: readonly TextChange[] = [
      unchanged(breaker),
      { key: caseKey(record.id), expected: undefined, next: text, dueAt: deadline },
      {
        key: tokenKey(challengeDigest),
        expected: undefined,
        next: JSON.stringify({ terminal, case: record.id, holderDigest }),
        lifetimeMs: tokenLifetimeMs,
      },
    ]
    if (!(await store.compareAndSet(changes))) {
      if ((await this.#breaker.read()).text !== breaker.text) throw stopped()
      throw new RefusalError('ERR_CASE_STATE', 'the token has a case already')
    }
    this.#counts.opened += 1
    const stored = { record, text }
    try {
      await this.#auditCase(record)
    } catch (error) {
      await this.#end(stored, { state: 'refused', code: 'ERR_AUDIT' }).catch(() => {})
      throw error
    }
    this.#run(stored)
    return viewOf(record)
  }

  /**
   * Records that a token for a case was refused, for {@link find}.
   *
   * @throws RefusalError `ERR_STORE_UNAVAILABLE`.
   */
  async recordRefusal(challengeDigest: string, { terminal }: CaseCaller, code: string): Promise<void> {
    const change = { key: tokenKey(challengeDigest), expected: undefined, next: JSON.stringify({ terminal, code }) }
    await this.#settings.store.compareAndSet([{ ...change, lifetimeMs: tokenLifetimeMs }])
  }

  /**
   * Writes a request to the audit log that was refused before it was one about a case: a malformed body, another terminal
   * than the authenticated one. Nothing is written about a case that does not exist, or when neither case nor terminal is
   * known: such requests are without number.
   *
   * @throws RefusalError `ERR_STORE_UNAVAILABLE`, AuditError `ERR_AUDIT`.
   */
  async recordRejected(
    action: string,
    about: { readonly case?: string | undefined; readonly terminal?: string | undefined; readonly code: string },
  ): Promise<void> {
    const { case: id, terminal, code } = about
    if (id === undefined && terminal === undefined) return
    if (id !== undefined && (await this.#settings.store.read(caseKey(id))) === undefined) return
    await this.#write({ type: 'case-refused', case: id, terminal, action, code })
  }

  /**
   * What became of a token, for a terminal that got no answer.
   *
   * @param challengeDigest - see `challengeDigest` of `jpki-card/token`.
   * @throws RefusalError `ERR_STORE_UNAVAILABLE`.
   */
  async find(challengeDigest: string, { terminal }: CaseCaller): Promise<TokenOutcome> {
    const text = await this.#settings.store.read(tokenKey(challengeDigest))
    const found = text === undefined ? undefined : readToken(text)
    if (found?.terminal !== terminal) return { state: 'unknown' }
    if (found.code !== undefined) return { state: 'refused', code: found.code }
    try {
      const { case: id = '', holderDigest } = found
      return { state: 'case', case: await this.state(id, { terminal }), holderDigest }
    } catch (error) {
      if (error instanceof RefusalError && error.code === 'ERR_CASE_UNKNOWN') return { state: 'unknown' }
      throw error
    }
  }

  /**
   * The present state of a case.
   *
   * @throws RefusalError `ERR_CASE_UNKNOWN`, also for a case of another terminal; `ERR_STORE_UNAVAILABLE`.
   */
  async state(id: string, caller: CaseCaller): Promise<CaseView> {
    const found = await this.#ofTerminal(id, caller, 'state')
    const { record } = found
    if (isFinal(record.state)) return viewOf(record)
    const isDue = this.#settings.clock.now() >= record.due
    const wasReleased = record.state === 'released' || record.state === 'printed'
    if (!isDue && (wasReleased || continues(record, await this.#breaker.read()))) return viewOf(record)
    try {
      return viewOf((isDue ? await this.#endDue(found) : await this.#endStopped(found)).record)
    } catch (error) {
      if (!(error instanceof CaseMoved)) throw error
      return viewOf((await this.#read(id)).record)
    }
  }

  /**
   * Hands a sealed document to its terminal, once.
   *
   * @param fence - of the case in the state `sealed`.
   * @throws RefusalError `ERR_CASE_UNKNOWN`; `ERR_CASE_STATE` when it is not sealed, or was released; `ERR_CASE_EXPIRED`;
   *   `ERR_ISSUING_STOPPED`; `ERR_STORE_UNAVAILABLE`. @throws AuditError `ERR_AUDIT`: the document is not handed out.
   */
  async release(id: string, { terminal, fence }: CaseCaller & { readonly fence: number }): Promise<Release> {
    const { store, clock, outcomeMs } = this.#settings
    const found = await this.#ofTerminal(id, { terminal }, 'release')
    const { record } = found
    return this.#audited(record, 'release', async () => {
      if (record.state === 'expired') throw expired()
      if (record.state === 'stopped') throw stopped()
      if (record.state !== 'sealed' || record.fence !== fence) throw wrongState(record)
      const document = await store.read(documentKey(id))
      if (document === undefined || clock.now() >= record.deadline) {
        await this.#end(found, { state: 'expired', code: 'ERR_CASE_EXPIRED' })
        throw expired()
      }
      const next = { state: 'released', due: record.deadline + outcomeMs } as const
      const removed = { key: documentKey(id), expected: document, next: undefined }
      const released = await this.#step(found, next, [removed])
      return { case: viewOf(released.record), sealed: JSON.parse(document) as SealedDocument }
    })
  }

  /**
   * Records what a terminal reports: `printed` when the paper is out, `collected` when the holder has it, `abandoned` when
   * the visit ended before, `mismatch` when what it received is not what was sealed for it; that stops issuing, also when the
   * case has ended meanwhile. The same report again, after a lost answer, is answered as the first one.
   *
   * @param fence - of the case as the terminal knows it; not needed for `abandoned` and `mismatch`.
   * @throws RefusalError `ERR_CASE_UNKNOWN`; `ERR_CASE_STATE` for a report that does not follow the present state, such as
   *   one of a case that was not released; `ERR_STORE_UNAVAILABLE`. @throws AuditError `ERR_AUDIT`.
   */
  async report(
    id: string,
    { terminal, fence, outcome }: CaseCaller & { readonly fence?: number | undefined; readonly outcome: CaseOutcome },
  ): Promise<CaseView> {
    if (!caseOutcomes.includes(outcome)) throw new TypeError(`outcome must be one of ${caseOutcomes.join(', ')}`)
    const found = await this.#ofTerminal(id, { terminal }, outcome)
    const { record } = found
    const reported = outcome === 'mismatch' ? 'stopped' : outcome
    if (record.state === reported && (fence === undefined || fence + 1 === record.fence)) return viewOf(record)
    return this.#audited(record, outcome, async () => {
      const isFenceless = outcome === 'abandoned' || outcome === 'mismatch'
      if (outcome === 'mismatch' && record.from === 'released' && (fence === undefined || fence + 1 === record.fence)) {
        await this.#stop({ reason: 'terminal-mismatch', case: id })
        return viewOf(record)
      }
      const isFenced = fence === record.fence || (fence === undefined && isFenceless)
      if (!isFenced || !reportedFrom[outcome].includes(record.state)) throw wrongState(record)
      if (outcome === 'printed') return viewOf((await this.#step(found, { state: 'printed' })).record)
      if (outcome === 'abandoned' && fence === undefined) return viewOf((await this.#abandon(found)).record)
      if (outcome !== 'mismatch') return viewOf((await this.#end(found, { state: outcome })).record)
      await this.#stop({ reason: 'terminal-mismatch', case: id })
      return viewOf((await this.#endStopped(found)).record)
    })
  }

  /**
   * A case as the issuing system sees it, which is authenticated apart from the terminals.
   *
   * @throws RefusalError `ERR_CASE_UNKNOWN`, `ERR_STORE_UNAVAILABLE`.
   */
  async issuingCase(id: string): Promise<IssuingCase> {
    const { record } = await this.#read(id)
    const { serialNumber, reason } = record
    return { ...viewOf(record), serialNumber, reason }
  }

  /**
   * Stops issuing on all instances. Open cases end; documents that were not released stay sealed.
   *
   * `clerk` is 1 to 64 of `A-Z a-z 0-9 . _ -`; `note` the clerk's reason, 1 to 500 characters; audited, so without personal
   * data.
   *
   * @throws TypeError for another clerk or note. @throws RefusalError `ERR_STORE_UNAVAILABLE`, AuditError `ERR_AUDIT`:
   *   this process has stopped all the same.
   */
  async stop({ clerk, note }: { readonly clerk: string; readonly note: string }): Promise<void> {
    requireClerk(clerk, note)
    await this.#stop({ reason: 'clerk', clerk, note })
  }

  /**
   * Resumes issuing after a stop. Cases opened before do not continue.
   *
   * @param stop - its `id` as {@link stopped} returned it: a cause that the clerk has not seen is not resumed from.
   * @throws TypeError as {@link stop}. @throws RefusalError `ERR_CASE_STATE` when it is not stopped, or a further cause was
   *   found meanwhile; `ERR_STORE_UNAVAILABLE`. @throws AuditError `ERR_AUDIT`: issuing stays stopped.
   */
  async resume({
    clerk,
    note,
    stop,
  }: {
    readonly clerk: string
    readonly note: string
    readonly stop: string
  }): Promise<void> {
    requireClerk(clerk, note)
    if (typeof stop !== 'string') throw new TypeError('stop must be the id of a stop')
    await this.#breaker.flush()
    const breaker = await this.#breaker.read()
    const { state } = breaker
    if (state.stop === undefined) throw new RefusalError('ERR_CASE_STATE', 'issuing is not stopped')
    if (reportedStop(state)!.id !== stop) {
      throw new RefusalError('ERR_CASE_STATE', 'issuing is stopped for another cause, or a further one: look again')
    }
    await this.#write({ type: 'issuing-resumed', clerk, note, epoch: state.epoch + 1, stopReason: state.stop.reason })
    await this.#breaker.resume(breaker)
    this.#since = new Date(this.#settings.clock.now())
  }

  /** Why and since when issuing is stopped; `undefined` while it is not. @throws RefusalError `ERR_STORE_UNAVAILABLE`. */
  async stopped(): Promise<ReportedStop | undefined> {
    return reportedStop((await this.#breaker.read()).state)
  }

  /**
   * Ends cases whose time is over, writes ends to the audit log that are not in it, and reads whether issuing is stopped.
   * `start` does so every few seconds. Never rejects.
   *
   * @returns cases dealt with.
   */
  async sweep(): Promise<number> {
    const { store, clock } = this.#settings
    let count = 0
    try {
      await this.#breaker.flush()
      await this.#breaker.read()
      for (const key of await store.due(clock.now(), mostPerSweep)) {
        const id = caseIdIn(key)
        if (id !== undefined && (await this.#sweepCase(id).catch(() => false))) count += 1
      }
    } catch {
      // A failing store is reported by its own conditions; the next sweep continues.
    }
    return count
  }

  /** Whether a case needs the serial number of the certificate: `IssuanceDeskOptions.includeSerialNumber`. */
  get includesSerialNumber(): boolean {
    return this.#settings.includeSerialNumber
  }

  /** Counts since this process started. */
  get counts(): DeskCounts {
    return { states: { ...this.#counts }, late: this.#lateCount }
  }

  /** Part `issuing`: failed while issuing is stopped. */
  conditions(): readonly Condition[] {
    const { stop } = this.#breaker.known
    if (stop === undefined) return [{ part: 'issuing', state: 'ok', since: this.#since }]
    const detail = `issuing is stopped (${stop.reason}); a clerk has to find the cause and resume it`
    return [{ part: 'issuing', state: 'failed', reason: stop.reason, detail, since: new Date(stop.at) }]
  }

  /** Aborts what runs for cases of this process, and waits for it. The cases end when their time is over. */
  async close(): Promise<void> {
    this.#closing.abort()
    const running = [...this.#running.values()]
    for (const { abort } of running) abort.abort()
    await Promise.all(running.map(({ done }) => done))
    await this.#sweeping
  }

  async #sweepForever(): Promise<void> {
    const { clock } = this.#settings
    const { signal } = this.#closing
    while (!signal.aborted) {
      await this.sweep()
      await clock.sleep(sweepEveryMs, signal)
    }
  }

  #requireDocuments(documents: readonly DocumentRequest[]): void {
    const { documents: offered } = this.#settings
    if (!areDocuments(documents)) throw new RefusalError('ERR_DOCUMENT', 'documents: not 1 to 16 of 1 to 99 copies')
    if (offered !== undefined && !documents.every(({ document }) => offered.includes(document))) {
      throw new RefusalError('ERR_DOCUMENT', 'documents: not issued here')
    }
  }

  /** Composes and seals in the background, until the deadline. */
  #run(stored: StoredCase): void {
    // Opened while the desk was closed: the case ends when its time is over.
    if (this.#closing.signal.aborted) return
    const { clock } = this.#settings
    const { id, deadline } = stored.record
    const abort = new AbortController()
    const aborted = new Promise<void>((resolve) => {
      abort.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    const work = this.#compose(stored, abort.signal)
    const timeUp = async (): Promise<void> => {
      await clock.sleep(Math.max(0, deadline - clock.now()), abort.signal)
      if (abort.signal.aborted) return
      abort.abort()
      await this.#sweepCase(id).catch(() => false)
    }
    // A port that ignores its signal is not waited for.
    const done = Promise.race([work, Promise.all([aborted, timeUp()])]).then(() => {
      // Also ends the timer.
      abort.abort()
      this.#running.delete(id)
    })
    this.#running.set(id, { abort, done })
  }

  /** Never rejects: what fails is recorded with the case, or ends with its time. */
  async #compose(opened: StoredCase, signal: AbortSignal): Promise<void> {
    const { clock, seal } = this.#settings
    let stored = opened
    try {
      stored = await this.#step(opened, { state: 'composing' })
      const { record } = stored
      const { id, deadline, origin, terminal, challengeDigest, holder } = record
      const subject = await askRegisters(record, this.#settings, signal)
      if (signal.aborted) return
      const pages = await composeDocuments(record, subject, this.#settings, signal)
      if (signal.aborted) return await this.#late(record)
      const fence = record.fence + 1
      const context = { origin, case: id, fence, terminal, challengeDigest, holder, deadline }
      const visitKey = new Uint8Array(Buffer.from(record.visitKey, 'base64url'))
      const sealed = await seal(visitKey, context, subject, pages)
      for (const { content } of pages) content.fill(0)
      const lifetimeMs = Math.max(1, deadline - clock.now())
      // Volatile: a release that the store has lost cannot be repeated.
      const kept = {
        key: documentKey(id),
        expected: undefined,
        next: JSON.stringify(sealed),
        lifetimeMs,
        volatile: true,
      }
      await this.#step(stored, { state: 'sealed', pageCount: pages.length }, [kept])
    } catch (error) {
      await this.#failed(stored, error, signal).catch(() => {})
    }
  }

  /** A case that could not be composed: refused, unless it has ended. */
  async #failed(stored: StoredCase, error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof CaseMoved || error instanceof AuditError) return
    const { code = 'ERR_DOCUMENT', reason = 'unexpected' } = error instanceof RefusalError ? error : {}
    const isMismatch = mismatches.has(reason)
    if (isMismatch) await this.#stop({ reason, case: stored.record.id }).catch(() => {})
    if (signal.aborted && !isMismatch) return
    await this.#end(stored, { state: 'refused', code, reason })
  }

  /** A composer finished for a case whose time was over. Within the grace time it was on its way. */
  async #late({ id, deadline }: CaseRecord): Promise<void> {
    const { clock, abortGraceMs } = this.#settings
    this.#lateCount += 1
    if (this.#closing.signal.aborted || clock.now() <= deadline + abortGraceMs) return
    await this.#stop({ reason: 'late-answer', case: id }).catch(() => {})
  }

  /**
   * One step that does not end the case. @throws CaseMoved; RefusalError `ERR_ISSUING_STOPPED` and the case is stopped,
   * `ERR_STORE_UNAVAILABLE`; AuditError.
   */
  async #step(
    found: StoredCase,
    change: Pick<CaseRecord, 'state'> & Partial<CaseRecord>,
    more: readonly TextChange[] = [],
  ): Promise<StoredCase> {
    const { store } = this.#settings
    const { record } = found
    const next: CaseRecord = { ...record, ...change, fence: record.fence + 1 }
    const stored = { record: next, text: writeCase(next) }
    const own = { key: caseKey(next.id), expected: found.text, next: stored.text, dueAt: next.due }
    // What is printed is printed: only steps towards a released document need a desk that is not stopped.
    if (next.state !== 'printed') {
      const breaker = await this.#breaker.read()
      if (!continues(record, breaker)) {
        await this.#endStopped(found)
        throw stopped()
      }
      more = [unchanged(breaker), ...more]
    }
    if (!(await store.compareAndSet([own, ...more]))) {
      if (next.state !== 'printed' && !continues(record, await this.#breaker.read())) {
        await this.#endStopped(found)
        throw stopped()
      }
      throw new CaseMoved()
    }
    this.#counts[next.state] += 1
    await this.#auditCase(next, record.state)
    return stored
  }

  /**
   * Ends a case. What still runs for it here is aborted. Its end is written to the audit log, by a later sweep when it
   * cannot be now.
   *
   * @throws CaseMoved; RefusalError `ERR_STORE_UNAVAILABLE`; AuditError.
   */
  async #end(found: StoredCase, ending: Ending): Promise<StoredCase> {
    const { store, clock } = this.#settings
    const { record } = found
    const { id, fence, state } = record
    const due = clock.now() + auditGraceMs
    const next: CaseRecord = { ...record, ...ending, fence: fence + 1, from: state, due, audited: false }
    const stored = { record: next, text: writeCase(next) }
    const own = { key: caseKey(id), expected: found.text, next: stored.text, dueAt: due }
    if (!(await store.compareAndSet([own]))) throw new CaseMoved()
    this.#counts[next.state] += 1
    this.#running.get(id)?.abort.abort()
    if (state === 'sealed') await store.remove(documentKey(id)).catch(() => {})
    return this.#auditEnd(stored)
  }

  /** Ends a case from whatever state it has: what composes it may move it on at the same moment. A state never comes back. */
  async #abandon(found: StoredCase): Promise<StoredCase> {
    const { id } = found.record
    for (let present = found; ; present = await this.#read(id)) {
      const { record } = present
      if (record.state === 'abandoned') return present
      if (!reportedFrom.abandoned.includes(record.state)) throw wrongState(record)
      try {
        return await this.#end(present, { state: 'abandoned' })
      } catch (error) {
        if (!(error instanceof CaseMoved)) throw error
      }
    }
  }

  async #endStopped(found: StoredCase): Promise<StoredCase> {
    return this.#end(found, { state: 'stopped', code: 'ERR_ISSUING_STOPPED' })
  }

  /** Writes the end of a case to the audit log, and notes that it is there. It may be written twice, never not at all. */
  async #auditEnd(found: StoredCase): Promise<StoredCase> {
    const { store, retentionMs } = this.#settings
    const { record } = found
    await this.#auditCase(record, record.from)
    const noted: CaseRecord = { ...record, audited: true }
    const text = writeCase(noted)
    const own = { key: caseKey(record.id), expected: found.text, next: text, lifetimeMs: Math.max(1, retentionMs) }
    await store.compareAndSet([own])
    return { record: noted, text }
  }

  /** Ends a case whose time is over; one that has ended is written to the audit log. */
  async #endDue(found: StoredCase): Promise<StoredCase> {
    const { record } = found
    if (isFinal(record.state)) return this.#auditEnd(found)
    return this.#end(found, { state: 'expired', code: 'ERR_CASE_EXPIRED' })
  }

  /** @returns whether there was anything to do. */
  async #sweepCase(id: string): Promise<boolean> {
    const { store, clock } = this.#settings
    const text = await store.read(caseKey(id))
    if (text === undefined) return false
    const record = readCase(text)
    if (record.audited === true || record.due > clock.now()) return false
    await this.#endDue({ record, text })
    return true
  }

  async #read(id: string): Promise<StoredCase> {
    const text = isCaseId(id) ? await this.#settings.store.read(caseKey(id)) : undefined
    if (text === undefined) throw unknown()
    return { record: readCase(text), text }
  }

  /** A case of this terminal; the attempt with another one's is audited, and answered like one that does not exist. */
  async #ofTerminal(id: string, { terminal }: CaseCaller, action: string): Promise<StoredCase> {
    const found = await this.#read(id)
    if (found.record.terminal === terminal) return found
    await this.#write({ type: 'case-refused', case: id, terminal, action, code: 'ERR_CASE_UNKNOWN' })
    throw unknown()
  }

  /** Writes the refusal of a step to the audit log. @throws what the step throws, as a RefusalError; AuditError. */
  async #audited<T>({ id, terminal, state }: CaseRecord, action: string, step: () => Promise<T>): Promise<T> {
    try {
      return await step()
    } catch (error) {
      const refused = error instanceof CaseMoved ? moved() : error
      if (refused instanceof RefusalError) {
        await this.#write({ type: 'case-refused', case: id, terminal, action, state, code: refused.code })
      }
      throw refused
    }
  }

  /** @throws RefusalError `ERR_STORE_UNAVAILABLE`, AuditError: this process has stopped all the same. */
  async #stop(stop: Omit<Stop, 'at'>): Promise<void> {
    const at = this.#settings.clock.now()
    const { reason, case: id, clerk, note } = stop
    try {
      await this.#breaker.stop({ ...stop, at })
    } finally {
      await this.#write({ type: 'issuing-stopped', reason, case: id, clerk, note })
    }
  }

  async #auditCase(record: CaseRecord, from?: CaseState): Promise<void> {
    const { id, fence, state, terminal, purpose, holder, documents, pageCount, code, reason } = record
    const about = { documents: documentsText(documents), pages: pageCount, code, reason }
    await this.#write({ type: 'case', case: id, state, from, fence, terminal, purpose, holder, ...about })
  }

  #write(event: AuditEvent): Promise<void> {
    return writeAudit(this.#settings.audit, event)
  }
}

/** The breaker must be as it was read when a step is written. */
function unchanged({ text }: StoredBreaker): TextChange {
  return { key: breakerKey, expected: text, next: text }
}

/** Whether issuing runs, and has run since the case was opened. */
function continues({ epoch }: CaseRecord, { state }: StoredBreaker): boolean {
  return state.stop === undefined && state.epoch === epoch
}

function unknown(): RefusalError {
  return new RefusalError('ERR_CASE_UNKNOWN', 'unknown case, or one of another terminal')
}

function stopped(): RefusalError {
  return new RefusalError('ERR_ISSUING_STOPPED', 'issuing is stopped')
}

function expired(): RefusalError {
  return new RefusalError('ERR_CASE_EXPIRED', 'the time of the case is over')
}

function moved(): RefusalError {
  return new RefusalError('ERR_CASE_STATE', 'the case has changed meanwhile')
}

function wrongState({ state }: CaseRecord): RefusalError {
  return new RefusalError('ERR_CASE_STATE', `not possible in the state ${state}, or with this fencing number`)
}

/** Whether a text may be a clerk's reason: 1 to 500 characters, not blank only. */
export function isClerkNote(note: unknown): note is string {
  return typeof note === 'string' && note.trim() !== '' && note.length <= 500
}

function requireClerk(clerk: unknown, note: unknown): void {
  if (!isIdentifier(clerk)) throw new TypeError('clerk must be 1 to 64 of A-Z a-z 0-9 . _ -')
  if (!isClerkNote(note)) throw new TypeError('note must be 1 to 500 characters')
}
