import type { Acceptance } from '../server/index.ts'

type Evidence = Acceptance['revocation'][number]['evidence'][number]

/** Most lists whose text is kept. */
const mostKept = 64

/** Texts of the lists and answers met last, by hash: one list is good for many certificates. */
const kept = new Map<string, string>()

/**
 * An acceptance as terminals are told it, field by field: neither the problems of sources nor what may be added one day.
 *
 * @returns JSON.
 */
export function acceptanceJson(acceptance: Acceptance): string {
  const { ok, holder, terminal, purpose, at, validUntil, checks, revocation, serialNumber } = acceptance
  const times = { at: at.toISOString(), validUntil: validUntil.toISOString() }
  const first = JSON.stringify({ ok, holder, terminal, purpose, ...times, serialNumber })
  const told = JSON.stringify(checks.map(({ check, depth, result }) => ({ check, depth, result })))
  const answers = revocation.map(({ status, evidence }) => {
    return `{"status":"${status}","evidence":[${evidence.map(evidenceJson).join(',')}]}`
  })
  return `${first.slice(0, -1)},"checks":${told},"revocation":[${answers.join(',')}]}`
}

function evidenceJson({ kind, issuer, thisUpdate, nextUpdate, sha256 }: Evidence): string {
  const known = kept.get(sha256)
  if (known !== undefined) return known
  const text = JSON.stringify({ kind, issuer, thisUpdate, nextUpdate, sha256 })
  if (kept.size >= mostKept) kept.clear()
  kept.set(sha256, text)
  return text
}
