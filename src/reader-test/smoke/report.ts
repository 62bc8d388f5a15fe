import type { CardKind } from '../../identify/index.ts'
import type { CommandTiming } from '../timing.ts'
import type { FailureReason, SkipReason, SmokeFacts } from './finding.ts'
import type { SmokeGroup, SmokeStepId } from './step-ids.ts'

/** How a step, or one run of it, ended. */
export type SmokeStatus = 'passed' | 'failed' | 'skipped'

/** One run of a step. */
export interface SmokeRun {
  /** Round, from 1. */
  readonly round: number
  readonly status: SmokeStatus
  /** Absent when it passed. */
  readonly reason?: FailureReason | SkipReason
  readonly durationMs: number
  /** Commands sent, GET RESPONSE included. */
  readonly exchanges: number
}

/** A step over all rounds: failed when one run failed, skipped when every run was. */
export interface SmokeStepReport {
  readonly id: SmokeStepId
  readonly group: SmokeGroup
  readonly status: SmokeStatus
  /** Reason of the first run that failed, or of the first when all were skipped. */
  readonly reason?: FailureReason | SkipReason
  readonly facts: SmokeFacts
  readonly runs: readonly SmokeRun[]
}

/** The machine a test ran on, with the versions relevant to a fault analysis. What is unknown is absent. */
export interface TestMachine {
  /** Version of this package. */
  readonly package: string
  /** Version of Node.js. */
  readonly node: string
  /** The PC/SC binding, and its version. */
  readonly binding?: string | undefined
  /** Operating system, its release and processor. */
  readonly system: string
  /** Version of pcscd. */
  readonly pcscd?: string | undefined
  /** Reader drivers and their versions. */
  readonly driver?: string | undefined
  /** Name of the machine in its network. */
  readonly host: string
}

/** The result of a smoke test. Contains no personal data and no serial number of card or reader. */
export interface SmokeReport {
  readonly startedAt: Date
  /** Absent when the caller did not name it. */
  readonly machine?: TestMachine
  readonly durationMs: number
  /** Name of the reader, serial number masked; absent when no connection was made. */
  readonly reader?: string
  /** Answer to reset, upper-case hexadecimal. */
  readonly atr?: string
  readonly kind?: CardKind
  readonly rounds: number
  readonly steps: readonly SmokeStepReport[]
  readonly counts: Readonly<Record<SmokeStatus, number>>
  /** Exchanges of all rounds, and how long each command took. */
  readonly exchanges: number
  readonly timings: readonly CommandTiming[]
  /** Resets by other programs; from most of them a session recovers by itself. */
  readonly resets: number
  /** Whether every session cleared its verified PINs. False: remove the card from the reader now. */
  readonly cleared: boolean
  /** The signal was aborted: the remaining steps were skipped. */
  readonly interrupted: boolean
}
