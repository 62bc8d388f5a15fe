import type { Acceptance } from '../token-service.ts'

/**
 * An acceptance as it is sent to terminals, field by field: without the problems of revocation sources, and without
 * fields added later.
 */
export function acceptanceBody(acceptance: Acceptance): object {
  const { holder, terminal, purpose, at, validUntil, checks, revocation, serialNumber, challengeDigest, holderDigest } =
    acceptance
  const { claimed, byPolicy } = acceptance.userVerification
  return {
    ok: true,
    holder,
    terminal,
    purpose,
    at,
    validUntil,
    userVerification: { claimed, byPolicy },
    checks: checks.map(({ check, depth, result }) => ({ check, depth, result })),
    revocation: revocation.map(({ status, evidence }) => ({
      status,
      evidence: evidence.map(({ kind, issuer, thisUpdate, nextUpdate, sha256 }) => ({
        kind,
        issuer,
        thisUpdate,
        nextUpdate,
        sha256,
      })),
    })),
    serialNumber,
    challengeDigest,
    holderDigest,
  }
}
