import type { OcspSingleResponse } from './single.ts'

/** What is wrong with the times of an answer. */
export type FreshnessProblem =
  /** thisUpdate or producedAt lies in the future. */
  | 'from-the-future'
  /** nextUpdate has passed, or thisUpdate is older than allowed. */
  | 'stale'
  /** nextUpdate before thisUpdate, or signed before its status was known. */
  | 'times-inconsistent'

/** What the times are judged by, milliseconds. */
export interface FreshnessLimits {
  readonly atMs: number
  readonly skewMs: number
  /** `undefined`: a day for an answer without nextUpdate, no limit for one with it. */
  readonly maxAgeMs: number | undefined
}

const day = 24 * 60 * 60 * 1000

/** Whether an answer speaks about that time. RFC 6960 3.2 (5), (6) and 4.2.2.1. */
export function freshnessProblem(
  producedAtMs: number,
  { thisUpdateMs, nextUpdateMs }: OcspSingleResponse,
  { atMs, skewMs, maxAgeMs }: FreshnessLimits,
): FreshnessProblem | undefined {
  const inOrder = producedAtMs >= thisUpdateMs - skewMs && (nextUpdateMs === undefined || nextUpdateMs >= thisUpdateMs)
  if (!inOrder) return 'times-inconsistent'
  if (thisUpdateMs > atMs + skewMs || producedAtMs > atMs + skewMs) return 'from-the-future'
  if (nextUpdateMs !== undefined && nextUpdateMs < atMs - skewMs) return 'stale'
  const limit = maxAgeMs ?? (nextUpdateMs === undefined ? day : Number.POSITIVE_INFINITY)
  return atMs - thisUpdateMs > limit + skewMs ? 'stale' : undefined
}
