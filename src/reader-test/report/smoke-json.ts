import type { SmokeReport } from '../smoke/report.ts'

/** A report as plain data, for `JSON.stringify`. Times: ISO 8601 UTC and milliseconds. */
export function smokeToJson(report: SmokeReport): { readonly [name: string]: unknown } {
  const { startedAt, ...rest } = report
  return { format: 'jpki-card-smoke-report:1', startedAt: startedAt.toISOString(), ...rest }
}
