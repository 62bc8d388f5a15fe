/** Types of `api-report.mjs` for the tests. */
export function apiReport(): string
