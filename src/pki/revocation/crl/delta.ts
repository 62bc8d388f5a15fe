import { equalBytes } from '../../../bytes.ts'
import type { RevocationList } from './revocation-list.ts'

/** Both lists are of one issuer, key and scope. RFC 5280 6.3.3 (c) (1) to (3). */
export function sameScope(a: RevocationList, b: RevocationList): boolean {
  return (
    a.issuerName.equals(b.issuerName) &&
    a.extensions.issuingDistributionPoint?.scope === b.extensions.issuingDistributionPoint?.scope &&
    same(a.extensions.authorityKeyId, b.extensions.authorityKeyId)
  )
}

/** Whether the delta applies to the base: same scope, and no gap between the CRL numbers. RFC 5280 5.2.4. */
export function fitsBase(delta: RevocationList, base: RevocationList): boolean {
  const { baseCrlNumber, crlNumber } = delta.extensions
  const number = base.extensions.crlNumber
  if (baseCrlNumber === undefined || crlNumber === undefined || number === undefined) return false
  return sameScope(delta, base) && baseCrlNumber <= number && number < crlNumber
}

/**
 * Whether `a` replaces `b` of the same scope: it is later, and its number is not smaller where both have one. Of two
 * lists whose times and numbers contradict each other neither does. RFC 5280 5.2.3.
 */
export function supersedes(a: RevocationList, b: RevocationList): boolean {
  const later = a.thisUpdate.getTime() - b.thisUpdate.getTime()
  const [x, y] = [a.extensions.crlNumber, b.extensions.crlNumber]
  if (x === undefined || y === undefined) return later > 0
  return later >= 0 && x >= y && (later > 0 || x > y)
}

/** Whether the list may be used at that time. RFC 5280 5.1.2.4, 5.1.2.5, 5.2, 5.3. */
export function isInForce(list: RevocationList, at: Date): boolean {
  const { thisUpdate, nextUpdate, unknownCritical } = list
  return unknownCritical.length === 0 && thisUpdate <= at && nextUpdate !== undefined && nextUpdate >= at
}

/** Whether `b` is redundant given `a`: `a` is in force and supersedes it, as a delta for every base of it. */
export function replaces(a: RevocationList, b: RevocationList, at: Date): boolean {
  if (a.isDelta !== b.isDelta || !isInForce(a, at) || !sameScope(a, b) || !supersedes(a, b)) return false
  return !a.isDelta || a.extensions.baseCrlNumber! <= b.extensions.baseCrlNumber!
}

/** Positive when `a` was issued after `b`: sort order for lists. */
export function compareAge(a: RevocationList, b: RevocationList): number {
  const time = a.thisUpdate.getTime() - b.thisUpdate.getTime()
  if (time !== 0) return time
  const [x, y] = [a.extensions.crlNumber ?? -1n, b.extensions.crlNumber ?? -1n]
  return x === y ? 0 : x > y ? 1 : -1
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b)
}
