import type { SoakCheck, SoakCheckId, SoakReport, SoakStage } from '../soak/report.ts'

/** A report as plain data, for `JSON.stringify`. Times: ISO 8601 UTC and milliseconds. */
export function soakToJson(report: SoakReport): { readonly [name: string]: unknown } {
  const { startedAt, ...rest } = report
  return { format: 'jpki-card-soak-report:1', startedAt: startedAt.toISOString(), ...rest }
}

/** Texts of the reports of soak tests in one language. */
export interface SoakTable {
  readonly verdicts: Readonly<Record<SoakReport['verdict'], string>>
  readonly ends: Readonly<Record<SoakReport['ended'], string>>
  readonly results: Readonly<Record<SoakCheck['status'], string>>
  readonly checks: Readonly<Record<SoakCheckId, string>>
  /** What a check measured, against its limit. */
  readonly measured: (check: SoakCheck) => string
  readonly stages: Readonly<Record<SoakStage, string>>
  readonly counted: (count: number, unexpected: number) => string
  readonly sums: (report: SoakReport) => string
  readonly outages: (count: number, seconds: number) => string
  readonly headings: Readonly<Record<'errors' | 'verdict' | 'tenths', string>>
  /** Columns of the table of tenths: tenth, sessions, failed, medians, heap, resources, descriptors. */
  readonly columns: readonly [string, string, string, string, string, string, string, string]
  readonly progress: (percent: number, sessions: number, failed: number) => string
  readonly waitingFor: Readonly<Record<'card' | 'service', string>>
}
