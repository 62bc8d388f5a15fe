import { context, type DerReader, readGeneralizedTime, tags } from '../../../der/index.ts'
import { DecodeError } from '../../../errors.ts'
import { readRawExtensions } from '../../x509/extensions.ts'
import { type RevocationReason, readReason } from '../reason.ts'
import { CertId } from './cert-id.ts'

/** Problems with the times of a response. */
export type FreshnessProblem =
  /** thisUpdate or producedAt lies in the future. */
  | 'from-the-future'
  /** nextUpdate has passed, or thisUpdate is older than allowed. */
  | 'stale'
  /** nextUpdate before thisUpdate, or producedAt before thisUpdate. */
  | 'times-inconsistent'

/** Limits for the times, milliseconds. */
export interface FreshnessLimits {
  readonly atMs: number
  readonly skewMs: number
  /** `undefined`: 24 hours for a response without nextUpdate, no limit for one with it. */
  readonly maxAgeMs: number | undefined
}

const day = 24 * 60 * 60 * 1000

/** Checks the times of a response. RFC 6960 3.2 (5), (6) and 4.2.2.1. */
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

/** Revocation reason reported by the responder. */
export type OcspReason = RevocationReason

/** CertStatus. Times are milliseconds UTC. */
export type OcspCertStatus =
  | { readonly kind: 'good' }
  | { readonly kind: 'revoked'; readonly revokedAtMs: number; readonly reason: OcspReason | undefined }
  | { readonly kind: 'unknown' }

/** SingleResponse: the status of one certificate. Times are milliseconds UTC. RFC 6960 4.2.1. */
export interface OcspSingleResponse {
  readonly certId: CertId
  readonly certStatus: OcspCertStatus
  readonly thisUpdateMs: number
  readonly nextUpdateMs: number | undefined
  /** Critical extensions of this response: all are unknown, so a response with any is not used. */
  readonly unknownCritical: readonly string[]
}

/** Reads a SingleResponse. @throws DecodeError `ERR_DER`. */
export function readSingleResponse(reader: DerReader): OcspSingleResponse {
  const sequence = reader.enter(tags.sequence)
  const certId = CertId.read(sequence)
  const certStatus = readCertStatus(sequence)
  const thisUpdateMs = readGeneralizedTime(sequence)
  const nextUpdateMs = explicit(sequence, 0, readGeneralizedTime)
  const extensions = explicit(sequence, 1, readRawExtensions) ?? []
  sequence.finish()
  const unknownCritical = extensions.filter(({ critical }) => critical).map(({ id }) => id)
  return { certId, certStatus, thisUpdateMs, nextUpdateMs, unknownCritical }
}

function readCertStatus(reader: DerReader): OcspCertStatus {
  const at = reader.offset
  const choice = reader.read()
  if (choice.tag === context(1)) {
    const info = reader.into(choice)
    const revokedAtMs = readGeneralizedTime(info)
    const reason = explicit(info, 0, readReason)
    info.finish()
    return { kind: 'revoked', revokedAtMs, reason }
  }
  const kind = choice.tag === context(0, false) ? 'good' : choice.tag === context(2, false) ? 'unknown' : undefined
  if (kind === undefined) throw new DecodeError('ERR_DER', 'a certificate status is good, revoked or unknown', at)
  reader.into(choice).finish()
  return { kind }
}

/** An optional element in an explicit tag of its own. */
export function explicit<T>(reader: DerReader, number: number, read: (inner: DerReader) => T): T | undefined {
  if (reader.nextTag !== context(number)) return undefined
  const wrapped = reader.enter(context(number))
  const value = read(wrapped)
  wrapped.finish()
  return value
}
