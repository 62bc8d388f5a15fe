import type { ErrorCode } from '../../errors.ts'
import type { CardKind } from '../../identify/index.ts'
import type { FailureReason, SkipReason } from '../smoke/finding.ts'
import type { SmokeReport, SmokeStatus, TestMachine } from '../smoke/report.ts'
import type { SmokeGroup, SmokeStepId } from '../smoke/step-ids.ts'

/** A report as plain data, for `JSON.stringify`. Times: ISO 8601 UTC and milliseconds. */
export function smokeToJson(report: SmokeReport): { readonly [name: string]: unknown } {
  const { startedAt, ...rest } = report
  return { format: 'jpki-card-smoke-report:1', startedAt: startedAt.toISOString(), ...rest }
}

/** Texts of one language. */
export interface SmokeTable {
  readonly title: string
  readonly reader: string
  readonly card: string
  readonly atr: string
  readonly startedAt: string
  /** Labels of the machine's facts. */
  readonly machine: Readonly<Record<keyof TestMachine, string>>
  readonly duration: string
  readonly rounds: string
  readonly exchanges: string
  readonly resets: string
  readonly notCleared: string
  readonly masked: string
  readonly verdicts: Readonly<Record<SmokeStatus, string>>
  readonly sums: (passed: number, failed: number, skipped: number) => string
  readonly timings: string
  readonly chartLegend: string
  readonly command: string
  readonly times: string
  readonly median: string
  readonly p95: string
  readonly max: string
  readonly stepsHeading: string
  readonly step: string
  readonly result: string
  readonly finding: string
  readonly time: string
  readonly exchangesOfStep: string
  readonly results: Readonly<Record<SmokeStatus, string>>
  readonly kinds: Readonly<Record<CardKind, string>>
  readonly groups: Readonly<Record<SmokeGroup, string>>
  readonly steps: Readonly<Record<SmokeStepId, string>>
  readonly skips: Readonly<Record<SkipReason, string>>
  /** Failures without a code; those with a code use its title. */
  readonly failures: Readonly<Record<Exclude<FailureReason, ErrorCode>, string>>
  readonly tries: (left: number, most: number) => string
  readonly states: Readonly<Record<string, string>>
  readonly until: (year: string) => string
  readonly holds: (auth: boolean, sign: boolean) => string
  readonly check: (name: string) => string
  /** Between two findings. */
  readonly separator: string
  readonly someRuns: (failed: number, all: number) => string
}
