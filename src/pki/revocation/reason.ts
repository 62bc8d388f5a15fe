import { DecodeError } from '../../errors.ts'
import { type DerReader, readInteger, tags } from '../x509/der.ts'

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
  if (name === undefined) throw new DecodeError('ERR_DER', 'no reason of a revocation', at)
  return name
}
