import type { Capabilities, Pin } from '../../card/index.ts'
import type { ProcessSample, SoakProgress } from './report.ts'

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
