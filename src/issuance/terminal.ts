import { RefusalError, refusalCodes, ServerError } from '../errors.ts'
import type { VisitKey } from '../token/index.ts'
import { Backoff } from '../waiting.ts'
import { type CaseOutcome, type CaseState, type CaseView, isFinal } from './case.ts'
import { type Clock, monotonicClock } from './clock.ts'
import { type OpenedDocument, openDocument, type Page, type SealContext } from './seal.ts'

/** Options of a call that may take long. */
export interface CallOptions {
  readonly signal: AbortSignal
}

/** The case routes of a server, as a terminal needs them: an `IssuanceServer`, or anything that behaves like one. */
export interface CaseConnection {
  /** The present state. */
  state(id: string, options: CallOptions): Promise<CaseView>
  /** Fetches the sealed document, once. `sealed` is verified by the terminal. */
  release(
    id: string,
    fence: number,
    options: CallOptions,
  ): Promise<{ readonly case: CaseView; readonly sealed: unknown }>
  /** Reports what became of it. */
  report(
    id: string,
    report: { readonly outcome: CaseOutcome; readonly fence?: number | undefined },
    options: CallOptions,
  ): Promise<CaseView>
}

/**
 * A printer. It must not keep pages longer than it prints them, and must not print a page after `print` has failed or its
 * signal was aborted.
 */
export interface Printer {
  /**
   * Prints all pages, in order. Resolves when the paper is in the tray. Its signal is aborted when the visit ends, and at the
   * deadline of the case. `pages` are wiped afterwards: copy what is needed longer.
   */
  print(pages: readonly Page[], options: PrintOptions): Promise<void>
  /**
   * Resolves when the paper was taken from the tray (`true`), or was not within the printer's own time (`false`). Without
   * it, printed counts as collected: the printer hands out the paper.
   */
  collected?(options: PrintOptions): Promise<boolean>
  /** Removes what an interrupted print has left in the printer or its spool. Called before the first and after each visit. */
  clear(): Promise<void>
}

/** Options of {@link Printer}. */
export interface PrintOptions extends CallOptions {
  /** Id of the case. */
  readonly case: string
}

/** An opened case, and the visit it belongs to. */
export interface IssuanceVisit {
  /** As the server answered when it opened the case. */
  readonly case: CaseView
  /** Origin of the server. */
  readonly origin: string
  readonly terminal: string
  /** Of the challenge the card signed in this visit. */
  readonly challengeDigest: string
  /** The holder of the acceptance, which was verified to belong to the card. */
  readonly holder: string
  /** Key pair whose public key the card signed. */
  readonly key: VisitKey
  /**
   * When the token was first sent to the server, by the clock of {@link CollectOptions}, milliseconds since 1970. The case is
   * not older, however long its answer took, so that nothing is printed after its deadline.
   */
  readonly sentAt: number
}

/** Options of {@link collectDocument}. */
export interface CollectOptions {
  readonly connection: CaseConnection
  readonly printer: Printer
  /** Ends the visit: the holder cancels, or leaves. */
  readonly signal?: AbortSignal | undefined
  /** Called with each new state, for the screen. Its errors are ignored. */
  readonly onState?: ((state: CaseState) => void) | undefined
  /** Default: one that is not set back or forward while the visit lasts. */
  readonly clock?: Clock | undefined
  /** Pause between questions for the state, milliseconds, 50 to 10 000. Default 300. */
  readonly pollMs?: number | undefined
  /** How long the paper is waited for when the printer can see it, milliseconds, 0 to 600 000. Default 120 000. */
  readonly collectMs?: number | undefined
  /** Attempts to report an outcome while the server does not answer, 1 to 100. Default 10. */
  readonly reportAttempts?: number | undefined
  /** For simulations only. Default: {@link openDocument}. */
  readonly open?: typeof openDocument | undefined
}

/** How a visit ended in which the document was printed. */
export interface Collected {
  /**
   * The last state the server has answered: `collected`; `abandoned` when the paper was not taken; `released` or `printed`
   * when it does not answer any more. Such a case expires, which the audit log shows.
   */
  readonly state: CaseState
  /** Pages printed. */
  readonly pageCount: number
}

/** Longest pause between attempts to report, milliseconds. */
const longestPauseMs = 10_000
/** How long a printer may take to end after its signal was aborted, milliseconds. */
const printerGraceMs = 5_000

/**
 * From an opened case to the paper in the tray: waits until the document is sealed, fetches, opens and verifies it, prints
 * it, and reports what became of it. Nothing is printed unless all of it was sealed for this visit. A visit that does not
 * reach the printer is reported as abandoned; what was printed in part is not reported as printed.
 *
 * @throws RefusalError with the code of a case that was refused, has expired or was stopped; `ERR_SEAL` or
 *   `ERR_ANSWER_MISMATCH` when what was received is not the document of this visit (reported as a mismatch, which stops
 *   issuing); `ERR_PRINTER` with the printer's error as its cause. @throws ServerError `ERR_SERVER` when the server does not answer. @throws the reason of
 *   `signal`, when it is aborted.
 */
export async function collectDocument(visit: IssuanceVisit, options: CollectOptions): Promise<Collected> {
  const { connection, printer, clock = monotonicClock, open = openDocument } = options
  // The server's clock, by the age of the case: the time its token was on the way makes it later, never earlier.
  const serverNow = (): number => visit.case.openedAt + Math.max(0, clock.now() - visit.sentAt)
  const signal = options.signal ?? new AbortController().signal
  let document: OpenedDocument | undefined
  let known = visit.case
  let isReleasing = false
  let isPrinted = false
  let shown: CaseState | undefined
  const show = (view: CaseView): void => {
    known = view
    if (view.state === shown) return
    shown = view.state
    try {
      options.onState?.(view.state)
    } catch {}
  }
  const report = async (outcome: CaseOutcome): Promise<void> => {
    // The fencing number that the lost, or another's, answer to a release had is not known.
    const fence = outcome === 'abandoned' || known.state === 'sealed' ? undefined : known.fence
    const view = await reportUntilAnswered(known.id, { outcome, fence }, options)
    if (view !== undefined) show(view)
  }
  try {
    show(known)
    await waitForSealed(visit, options, serverNow, signal, show)
    const { pageCount = 0, fence } = known
    signal.throwIfAborted()
    isReleasing = true
    const released = await connection.release(known.id, fence, { signal })
    requireCase(released.case, visit)
    show(released.case)
    document = open(visit.key, contextOf(visit, fence), released.sealed, { pageCount, now: serverNow() })
    signal.throwIfAborted()
    await print(printer, document, { case: known.id, signal }, clock, visit.case.deadline - serverNow())
    isPrinted = true
    await report('printed')
    const wasCollected = await isCollected(printer, { case: known.id, signal }, options)
    await report(wasCollected ? 'collected' : 'abandoned')
    return { state: known.state, pageCount }
  } catch (error) {
    if (!isPrinted && !isFinal(known.state)) {
      await report(isReleasing && isMismatch(error) ? 'mismatch' : 'abandoned').catch(() => {})
    }
    // A request that was ended with the visit.
    if (signal.aborted && error instanceof ServerError) throw signal.reason
    throw error
  } finally {
    for (const { content } of document?.pages ?? []) content.fill(0)
    await printer.clear().catch(() => {})
  }
}

/** Whether what was received is not the document of the visit. */
function isMismatch(error: unknown): boolean {
  if (!(error instanceof RefusalError)) return false
  return error.code === 'ERR_ANSWER_MISMATCH' || (error.code === 'ERR_SEAL' && error.reason !== 'deadline')
}

/**
 * Reports an outcome until the server answers. @returns `undefined` when it does not, or refuses the report: the case has
 * ended otherwise, or ends with its time.
 */
async function reportUntilAnswered(
  id: string,
  report: { readonly outcome: CaseOutcome; readonly fence: number | undefined },
  { connection, clock = monotonicClock, reportAttempts = 10 }: CollectOptions,
): Promise<CaseView | undefined> {
  const pauses = new Backoff(200, longestPauseMs)
  // Not that of the visit: its end is what is reported.
  const { signal } = new AbortController()
  for (let attempt = 1; attempt <= reportAttempts; attempt++) {
    try {
      return await connection.report(id, report, { signal })
    } catch (error) {
      if (!isLost(error)) return undefined
      if (attempt < reportAttempts) await clock.sleep(pauses.next(), signal)
    }
  }
  return undefined
}

/** Refusals of a server whose store does not answer now. */
const passing: ReadonlySet<string> = new Set(['ERR_STORE_UNAVAILABLE', 'ERR_STORE_FULL'])

/** Whether a call has no answer, or only that of a server whose store does not answer: it is made again. */
export function isLost(error: unknown): boolean {
  return error instanceof ServerError || (error instanceof RefusalError && passing.has(error.code))
}

function contextOf(
  { origin, terminal, challengeDigest, holder, case: view }: IssuanceVisit,
  fence: number,
): SealContext {
  const { id, deadline } = view
  return { origin, case: id, fence, terminal, challengeDigest, holder, deadline }
}

async function waitForSealed(
  visit: IssuanceVisit,
  { connection, clock = monotonicClock, pollMs = 300 }: CollectOptions,
  serverNow: () => number,
  signal: AbortSignal,
  show: (view: CaseView) => void,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    const view = await connection.state(visit.case.id, { signal }).catch((error: unknown) => {
      // A lost answer is no end: the case is asked for again until its time is over.
      if (!isLost(error) || serverNow() >= visit.case.deadline) throw error
    })
    if (view !== undefined) {
      requireCase(view, visit)
      show(view)
      if (view.state === 'sealed') return
      if (view.state !== 'opened' && view.state !== 'composing') throw endOf(view)
    }
    if (serverNow() >= visit.case.deadline) throw expired()
    await clock.sleep(pollMs, signal)
  }
}

/** An answer about another case is not used. */
function requireCase({ id, terminal, holder, deadline }: CaseView, visit: IssuanceVisit): void {
  const { case: opened } = visit
  const same =
    id === opened.id && terminal === visit.terminal && holder === visit.holder && deadline === opened.deadline
  if (!same) throw new RefusalError('ERR_ANSWER_MISMATCH', 'the answer is about another case')
}

/** The error for a case that ended without a document. */
function endOf({ state, code }: CaseView): RefusalError {
  const known = refusalCodes.find((one) => one === code)
  return new RefusalError(known ?? 'ERR_CASE_STATE', `the case is ${state}`)
}

/** Prints until `signal` is aborted, or the deadline, `leftMs` from now. A printer that does not stop then is left. */
async function print(
  printer: Printer,
  { pages }: OpenedDocument,
  { case: id, signal }: PrintOptions,
  clock: Clock,
  leftMs: number,
): Promise<void> {
  const limit = new AbortController()
  const isOver = new AbortController()
  const onAbort = (): void => limit.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const late = async (): Promise<void> => {
    await clock.sleep(leftMs, isOver.signal)
    if (!isOver.signal.aborted) limit.abort(expired())
  }
  const left = new Promise<void>((resolve) => {
    const onLimit = (): void => void clock.sleep(printerGraceMs, isOver.signal).then(resolve)
    limit.signal.addEventListener('abort', onLimit, { once: true })
  })
  try {
    void late()
    const printed = printer.print(pages, { case: id, signal: limit.signal }).then(() => true)
    const hasSettled = await Promise.race([printed, left])
    if (hasSettled !== true) limit.signal.throwIfAborted()
  } catch (cause) {
    limit.signal.throwIfAborted()
    throw new RefusalError('ERR_PRINTER', 'the printer could not print the document', { cause })
  } finally {
    isOver.abort()
    signal.removeEventListener('abort', onAbort)
  }
}

/** Whether the paper was taken, within the time of the visit. */
async function isCollected(
  printer: Printer,
  print: PrintOptions,
  { clock = monotonicClock, collectMs = 120_000 }: CollectOptions,
): Promise<boolean> {
  if (printer.collected === undefined) return true
  const isOver = new AbortController()
  try {
    const late = clock.sleep(collectMs, isOver.signal).then(() => false)
    return await Promise.race([printer.collected(print), late])
  } catch {
    return false
  } finally {
    isOver.abort()
  }
}

function expired(): RefusalError {
  return new RefusalError('ERR_CASE_EXPIRED', 'the time of the case is over')
}
