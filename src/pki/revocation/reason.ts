import { type DerReader, readInteger, tags } from '../../der/index.ts'
import { DecodeError } from '../../errors.ts'

/** Bits 1 to 8 of ReasonFlags, every reason; bit 0 is not used. RFC 5280 4.2.1.13. */
export const allReasons = 0x1fe

/** ReasonFlags as a mask; absent flags mean every reason. */
export function reasonMask(bits: ReadonlySet<number> | undefined): number {
  if (bits === undefined) return allReasons
  let mask = 0
  for (const bit of bits) if (bit < 9) mask |= 1 << bit
  return mask & allReasons
}

/** Names of CRLReason by number; 7 is not used. RFC 5280 5.3.1. */
const names = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const

/** Why a certificate was revoked. RFC 5280 5.3.1. */
export type RevocationReason = NonNullable<(typeof names)[number]>

/** Reads a CRLReason. @throws DecodeError `ERR_DER` for a number without a meaning. */
export function readReason(reader: DerReader): RevocationReason {
  const at = reader.offset
  const value = readInteger(reader, tags.enumerated)
  const name = value.length === 1 ? names[value[0]!] : undefined
  if (name === undefined) throw new DecodeError('ERR_DER', 'unknown revocation reason', at)
  return name
}
