import type { EvaluationReport } from '../run.ts'

/** A report as plain data, for `JSON.stringify`. Times: ISO 8601 UTC and milliseconds. */
export function reportToJson({ url, startedAt, durationMs, counts, outcomes }: EvaluationReport): {
  readonly [name: string]: unknown
} {
  return {
    format: 'jpki-card-evaluation-report:1',
    url,
    startedAt: startedAt.toISOString(),
    durationMs,
    counts,
    cases: outcomes.map(({ case: one, result, reason, came, excerpt, durationMs: took }) => ({
      id: one.id,
      family: one.family,
      title: one.title,
      why: one.why,
      expected: one.expected,
      codes: one.codes,
      result,
      reason,
      came,
      ...(excerpt !== undefined && { excerpt }),
      durationMs: took,
    })),
  }
}
