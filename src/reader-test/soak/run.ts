import { type Capabilities, CardSession, type Pin } from '../../card/index.ts'
import { TransportError } from '../../errors.ts'
import type { CardConnection, CardTransport } from '../../transport/index.ts'
import { RepeatedPin } from '../repeated-pin.ts'
import { isReset, watchResets } from '../watched-connection.ts'
import { SoakRecorder } from './recorder.ts'
import type { ProcessSample, SoakProgress, SoakReport } from './report.ts'
import { isFinalForPin, soakSession } from './session.ts'
import { soakChecks } from './verdict.ts'

/**
 * Inserts and removes a virtual card, session by session. Not needed when a person handles the card: the soak waits for
 * it.
 */
export interface SoakHands {
  /**
   * Before a session: inserts the card. Its errors are counted as `internal`.
   *
   * @returns whether a fault is injected into the session: its errors are then expected.
   */
  before(session: number): Promise<{ readonly faulty: boolean }>
  /** After a session: removes the card. */
  after(session: number): Promise<void>
}

/** Options of `runSoak`. At least one of `sessions` and `durationMs` is given; the first one reached ends the run. */
export interface SoakOptions {
  /** Now; for the report. */
  readonly at: Date
  readonly sessions?: number | undefined
  readonly durationMs?: number | undefined
  /** Only this reader. Default: any that has a card. */
  readonly reader?: string | undefined
  readonly hands?: SoakHands | undefined
  /** Known capabilities of card and reader. Default: probed by each session. */
  readonly capabilities?: Partial<Capabilities> | undefined
  /** PIN of user authentication, consumed; sent only while its counter is full, and never again once refused. */
  readonly pin?: Pin | undefined
  /** Longest wait for a card, or for the service, before a run by number of sessions is aborted. Default 600 000. */
  readonly longestWaitMs?: number | undefined
  /** Measures the process: called at the end of each tenth, while no session is open. */
  readonly sample: () => Promise<ProcessSample>
  /** Resolves after that many milliseconds, of 0 on the next turn of the event loop, or when the signal is aborted. */
  readonly pause: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>
  /** Called after each session and while waiting. Must not throw. */
  readonly onProgress?: ((progress: SoakProgress) => void) | undefined
  /** Aborted: the running session is closed properly, and the sessions so far are evaluated. */
  readonly signal?: AbortSignal | undefined
}

/** Milliseconds between two polls for a card. */
const lookMs = 1000
const longestPauseMs = 2000
const defaultWaitMs = 600_000
/** Codes caused by a person removing the card. */
const removals = new Set(['ERR_CARD_REMOVED', 'ERR_NO_CARD'])

/**
 * Runs session after session until the time or number is reached, and evaluates the result. Every error is counted and
 * none ends the run: the run waits for a stopped service and for a missing card. Spends no PIN try unless a PIN is
 * given.
 *
 * @throws TypeError, RangeError if `at` is an invalid date, `sessions` is not an integer of at least 1, `durationMs` is
 *   not above 0, or neither is given.
 */
export async function runSoak(transport: CardTransport, options: SoakOptions): Promise<SoakReport> {
  checkOptions(options)
  const pin = options.pin && new RepeatedPin(options.pin, isFinalForPin)
  try {
    return await new Soak(transport, options, pin).run()
  } finally {
    pin?.wipe()
  }
}

function checkOptions({ at, sessions, durationMs, pin }: SoakOptions): void {
  if (Number.isNaN(at.getTime())) throw new RangeError('at must be a valid date')
  if (sessions === undefined && durationMs === undefined) throw new TypeError('sessions or durationMs must be given')
  if (sessions !== undefined && !(Number.isSafeInteger(sessions) && sessions > 0)) {
    throw new RangeError('sessions must be 1 or more')
  }
  if (durationMs !== undefined && !(durationMs > 0 && Number.isFinite(durationMs))) {
    throw new RangeError('durationMs must be more than 0')
  }
  if (pin?.length === 0) throw new TypeError('the PIN is empty or was already used')
}

/** One run. */
class Soak {
  readonly #transport: CardTransport
  readonly #options: SoakOptions
  readonly #pin: RepeatedPin | undefined
  readonly #recorder = new SoakRecorder()
  readonly #started = performance.now()
  /** Consecutive failed sessions. */
  #inARow = 0
  #givenUp = false

  constructor(transport: CardTransport, options: SoakOptions, pin: RepeatedPin | undefined) {
    this.#transport = transport
    this.#options = options
    this.#pin = pin
  }

  async run(): Promise<SoakReport> {
    const { at, sample, pause, signal, hands } = this.#options
    const recorder = this.#recorder
    while (!this.#isOver()) {
      const faulty = await this.#hand('before', hands)
      const isByHand = (code: string): boolean => hands === undefined && removals.has(code)
      await this.#session((code) => faulty || isByHand(code) || (signal?.aborted ?? false), faulty)
      await this.#hand('after', hands)
      // A turn of the event loop, for signals; an increasing pause while sessions fail.
      await pause(this.#inARow === 0 ? 0 : Math.min(longestPauseMs, 10 * 2 ** Math.min(this.#inARow, 8)), signal)
      await recorder.advance(this.#fraction(), sample)
      this.#report()
    }
    const { sessions, failed, faulty, outages, waitedMs } = recorder
    const tenths = await recorder.finish(sample)
    const errors = recorder.errors()
    const checks = soakChecks({ succeeded: sessions - failed, errors, tenths, pinRefused: this.#pin?.refused })
    return {
      startedAt: at,
      durationMs: performance.now() - this.#started,
      sessions,
      failed,
      faulty,
      outages,
      waitedMs,
      errors,
      tenths,
      checks,
      verdict: this.#givenUp || checks.some(({ status }) => status === 'failed') ? 'failed' : 'passed',
      ended: this.#givenUp ? 'given-up' : signal?.aborted ? 'interrupted' : 'done',
    }
  }

  /** One session, as soon as a card is present; none if the run ends before. */
  async #session(isExpected: (code: string) => boolean, faulty: boolean): Promise<void> {
    const recorder = this.#recorder
    const reader = await this.#waitForCard(isExpected)
    if (reader === undefined) return
    recorder.sessions++
    if (faulty) recorder.faulty++
    const begun = performance.now()
    let connection: CardConnection
    try {
      connection = await this.#transport.connect(reader, { signal: this.#options.signal })
    } catch (error) {
      recorder.error(error, 'connect', isExpected)
      this.#finished(false, begun)
      return
    }
    // Counted also when the session recovers: another program on this computer uses the card.
    const watched = watchResets(connection, (error) => recorder.error(error, 'session', isExpected))
    const { capabilities = {} } = this.#options
    const session = new CardSession(watched, { onExchange: recorder.exchange, capabilities })
    let ok = true
    try {
      await soakSession(session, this.#pin)
    } catch (error) {
      ok = false
      // A reset was counted where it happened.
      if (!isReset(error)) recorder.error(error, 'session', isExpected)
    }
    const { cleared } = await session.close()
    if (!cleared) recorder.errorCode('ERR_STATE_NOT_CLEARED', 'close', isExpected)
    this.#finished(ok && cleared, begun)
  }

  #finished(ok: boolean, begun: number): void {
    this.#recorder.session(ok, performance.now() - begun)
    this.#inARow = ok ? 0 : this.#inARow + 1
  }

  /** Waits for a reader with a card; `undefined` if the run ends before. Counts each outage once. */
  async #waitForCard(isExpected: (code: string) => boolean): Promise<string | undefined> {
    const { reader, signal, pause, longestWaitMs = defaultWaitMs, durationMs } = this.#options
    const begun = performance.now()
    let trouble: string | undefined
    try {
      while (!this.#isOver()) {
        try {
          return (await this.#transport.waitForCard({ reader, timeoutMs: lookMs, signal })).name
        } catch (error) {
          const code = error instanceof TransportError ? error.code : 'internal'
          if (code === 'ERR_ABORTED') return undefined
          if (code === 'ERR_TIMEOUT') {
            trouble = undefined
          } else {
            if (code !== trouble) {
              this.#recorder.outages++
              this.#recorder.error(error, 'wait', isExpected)
            }
            trouble = code
            await pause(200, signal)
          }
          if (durationMs === undefined && performance.now() - begun > longestWaitMs) this.#givenUp = true
          this.#report(trouble === undefined ? 'card' : 'service')
        }
      }
      return undefined
    } finally {
      this.#recorder.waitedMs += performance.now() - begun
    }
  }

  /** Whether a fault is injected into the session. */
  async #hand(moment: keyof SoakHands, hands: SoakHands | undefined): Promise<boolean> {
    try {
      const answer = await hands?.[moment](this.#recorder.sessions + 1)
      return answer?.faulty ?? false
    } catch {
      this.#recorder.errorCode('internal', 'wait', () => false)
      return false
    }
  }

  #isOver(): boolean {
    return this.#givenUp || (this.#options.signal?.aborted ?? false) || this.#fraction() >= 1
  }

  #fraction(): number {
    const { sessions, durationMs } = this.#options
    const byCount = sessions === undefined ? 0 : this.#recorder.sessions / sessions
    const byTime = durationMs === undefined ? 0 : (performance.now() - this.#started) / durationMs
    return Math.min(1, Math.max(byCount, byTime))
  }

  #report(waitingFor?: SoakProgress['waitingFor']): void {
    const { sessions, failed, outages } = this.#recorder
    const waiting = waitingFor === undefined ? {} : { waitingFor }
    this.#options.onProgress?.({ sessions, failed, outages, fraction: this.#fraction(), ...waiting })
  }
}
