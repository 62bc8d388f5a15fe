import type { Acceptance } from '../token-service.ts'

type Evidence = Acceptance['revocation'][number]['evidence'][number]

/** Most lists whose text is kept. */
const mostKept = 64

/** Texts of the lists and answers met last, by hash: one list is good for many certificates. */
const kept = new Map<string, string>()

/**
 * An acceptance as terminals are told it, field by field: neither the problems of sources nor what may be added one day.
 * Written out, as it is most of what answering costs; its texts are words of this package, identifiers, base64url and
 * hexadecimal, in which nothing has to be escaped.
 *
 * @returns JSON.
 */
export function acceptanceJson(acceptance: Acceptance): string {
  const { holder, terminal, purpose, at, validUntil, checks, revocation, serialNumber, challengeDigest, holderDigest } =
    acceptance
  const told = checks.map(({ check, depth, result }) => `{"check":"${check}","depth":${depth},"result":"${result}"}`)
  const answers = revocation.map(({ status, evidence }) => {
    return `{"status":"${status}","evidence":[${evidence.map(evidenceJson).join(',')}]}`
  })
  const who = `"holder":"${holder}","terminal":"${terminal}","purpose":"${purpose}"`
  const when = `"at":"${at.toISOString()}","validUntil":"${validUntil.toISOString()}"`
  const why = `"checks":[${told.join(',')}],"revocation":[${answers.join(',')}]`
  const serial = serialNumber === undefined ? '' : `,"serialNumber":"${serialNumber}"`
  const which = `"challengeDigest":"${challengeDigest}","holderDigest":"${holderDigest}"`
  return `{"ok":true,${who},${when},${which},${why}${serial}}`
}

function evidenceJson({ kind, issuer, thisUpdate, nextUpdate, sha256 }: Evidence): string {
  const known = kept.get(sha256)
  if (known !== undefined) return known
  const text = JSON.stringify({ kind, issuer, thisUpdate, nextUpdate, sha256 })
  if (kept.size >= mostKept) kept.clear()
  kept.set(sha256, text)
  return text
}
