/** Resources of the process while no session is open. */
export interface ProcessSample {
  /** Bytes of the JavaScript heap in use, after garbage collection if available. */
  readonly heapBytes: number
  /** The heap was collected before it was measured; else it is not comparable. */
  readonly collected: boolean
  /** Active resources, by kind, from `process.getActiveResourcesInfo()`. */
  readonly resources: Readonly<Record<string, number>>
  /** Open file descriptors, where the system reports them. */
  readonly descriptors?: number | undefined
}

/** One tenth of the run, by time or by number of sessions. */
export interface SoakTenth {
  readonly sessions: number
  readonly failed: number
  /** Medians, within 2 %; absent when no session was finished. */
  readonly sessionMs?: number
  readonly exchangeMs?: number
  /** At its end. */
  readonly sample: ProcessSample
}

/** Where an error occurred. */
export type SoakStage = 'wait' | 'connect' | 'session' | 'close'

/** Errors of one code at one stage. */
export interface SoakError {
  /** Code of this package, or `internal`. */
  readonly code: string
  readonly stage: SoakStage
  readonly count: number
  /** Unexplained ones: no fault was injected, no person removed the card. */
  readonly unexpected: number
  /** Sessions it was first and last seen in, from 1. */
  readonly firstSession: number
  readonly lastSession: number
}

/** The checks of a soak test. */
export const soakCheckIds = ['sessions', 'errors', 'internal', 'pin', 'heap', 'handles', 'latency'] as const

/** One of {@link soakCheckIds}. */
export type SoakCheckId = (typeof soakCheckIds)[number]

/** One check of the verdict. */
export interface SoakCheck {
  readonly id: SoakCheckId
  /** `skipped`: not measured, or too few sessions in the first or last tenth. */
  readonly status: 'passed' | 'failed' | 'skipped'
  /** Measured value and its limit; heap and latency as a factor of the first tenth. */
  readonly value: number
  readonly limit: number
}

/** Result of a soak test. Contains no data of the card or its holder. */
export interface SoakReport {
  readonly startedAt: Date
  readonly durationMs: number
  /** Sessions started, and those among them that failed. */
  readonly sessions: number
  readonly failed: number
  /** Sessions into which a fault was injected. */
  readonly faulty: number
  /** Times the service was unavailable, or returned an error during the wait for a card. */
  readonly outages: number
  /** Milliseconds without a card or without the service. */
  readonly waitedMs: number
  readonly errors: readonly SoakError[]
  readonly tenths: readonly SoakTenth[]
  readonly checks: readonly SoakCheck[]
  readonly verdict: 'passed' | 'failed'
  readonly ended: 'done' | 'interrupted' | 'given-up'
}

/** Progress of a soak test. */
export interface SoakProgress {
  readonly sessions: number
  readonly failed: number
  readonly outages: number
  /** 0 to 1. */
  readonly fraction: number
  /** What it is waiting for, if anything. */
  readonly waitingFor?: 'card' | 'service'
}
