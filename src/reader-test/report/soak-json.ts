import type { SoakReport } from '../soak/report.ts'

/** A report as plain data, for `JSON.stringify`. Times: ISO 8601 UTC and milliseconds. */
export function soakToJson(report: SoakReport): { readonly [name: string]: unknown } {
  const { startedAt, ...rest } = report
  return { format: 'jpki-card-soak-report:1', startedAt: startedAt.toISOString(), ...rest }
}
