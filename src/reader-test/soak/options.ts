import type { Capabilities, Pin } from '../../card/index.ts'
import type { ProcessSample, SoakProgress } from './report.ts'

/** Inserts and removes a virtual card, session by session. With a person none is needed: the soak waits for the card. */
export interface SoakHands {
  /**
   * Before a session: puts the card in. Anything it throws is counted as `internal`.
   *
   * @returns whether the session is to suffer a fault: its errors are then expected.
   */
  before(session: number): Promise<{ readonly faulty: boolean }>
  /** After a session: takes the card out. */
  after(session: number): Promise<void>
}

/** Options of `runSoak`. At least one of `sessions` and `durationMs` is given; what is reached first ends the run. */
export interface SoakOptions {
  /** Now; for the report. */
  readonly at: Date
  readonly sessions?: number | undefined
  readonly durationMs?: number | undefined
  /** Only this reader. Default: any that has a card. */
  readonly reader?: string | undefined
  readonly hands?: SoakHands | undefined
  /** What card and reader are known to take. Default: each session finds out. */
  readonly capabilities?: Partial<Capabilities> | undefined
  /** PIN of user authentication, consumed; sent only while its counter is full, and never again once refused. */
  readonly pin?: Pin | undefined
  /** Longest wait for a card, or for the service, before a run by number of sessions is given up. Default 600 000. */
  readonly longestWaitMs?: number | undefined
  /** What the process holds now: asked for at the end of each tenth, when no session is open. */
  readonly sample: () => Promise<ProcessSample>
  /** Resolves after that many milliseconds, of 0 on the next turn of the event loop, or when the signal is aborted. */
  readonly pause: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>
  /** Called after each session and while waiting. Must not throw. */
  readonly onProgress?: ((progress: SoakProgress) => void) | undefined
  /** Aborted: the session under way is ended properly, and what was done is evaluated. */
  readonly signal?: AbortSignal | undefined
}
