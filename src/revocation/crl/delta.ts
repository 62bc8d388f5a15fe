import { equalBytes } from '../../bytes.ts'
import type { RevocationList } from './revocation-list.ts'

/** Both lists are of one issuer, key and scope. RFC 5280 6.3.3 (c) (1) to (3). */
export function sameScope(a: RevocationList, b: RevocationList): boolean {
  return (
    a.issuerName.equals(b.issuerName) &&
    a.extensions.issuingDistributionPoint?.scope === b.extensions.issuingDistributionPoint?.scope &&
    same(a.extensions.authorityKeyId, b.extensions.authorityKeyId)
  )
}

/** Whether the delta may be put on the base: same scope, and the numbers meet without a gap. RFC 5280 5.2.4. */
export function fitsBase(delta: RevocationList, base: RevocationList): boolean {
  const { baseCrlNumber, crlNumber } = delta.extensions
  const number = base.extensions.crlNumber
  if (baseCrlNumber === undefined || crlNumber === undefined || number === undefined) return false
  return sameScope(delta, base) && baseCrlNumber <= number && number < crlNumber
}

/** Positive when `a` was issued after `b`. */
export function compareAge(a: RevocationList, b: RevocationList): number {
  const time = a.thisUpdate.getTime() - b.thisUpdate.getTime()
  if (time !== 0) return time
  const [x, y] = [a.extensions.crlNumber ?? -1n, b.extensions.crlNumber ?? -1n]
  return x === y ? 0 : x > y ? 1 : -1
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b)
}
