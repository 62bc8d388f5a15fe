import { toHex } from '../../../bytes.ts'
import { DecodeError } from '../../../errors.ts'
import { context, type DerReader, readBoolean, readNamedBits, tags } from '../../x509/der.ts'
import { type DistributionPointName, readDistributionPointName } from '../../x509/extensions.ts'

/** The scope of a revocation list. RFC 5280 5.2.5. */
export interface IssuingDistributionPoint {
  readonly name: DistributionPointName | undefined
  readonly onlyUserCerts: boolean
  readonly onlyCaCerts: boolean
  readonly onlyAttributeCerts: boolean
  /** Numbers of ReasonFlags bits; absent: all reasons. */
  readonly onlySomeReasons: ReadonlySet<number> | undefined
  readonly indirect: boolean
  /** DER of the extension's value. */
  readonly der: Uint8Array
  /** Its content as text: two lists have the same scope when these are equal, whatever their encoding. */
  readonly scope: string
}

/** Reads an issuingDistributionPoint. @throws DecodeError `ERR_DER`. */
export function readIssuingDistributionPoint(reader: DerReader): IssuingDistributionPoint {
  const element = reader.read(tags.sequence)
  const fields = reader.into(element)
  const flag = (number: number): boolean => {
    const at = fields.offset
    if (fields.nextTag !== context(number, false)) return false
    const set = readBoolean(fields, context(number, false))
    if (!set) fields.tolerate('default-written-out', 'a default value is written out', at)
    return set
  }
  const nameAt = fields.offset
  const name = fields.nextTag === context(0) ? readDistributionPointName(fields) : undefined
  const nameDer = fields.bytes.subarray(nameAt, fields.offset)
  const onlyUserCerts = flag(1)
  const onlyCaCerts = flag(2)
  const onlySomeReasons =
    fields.nextTag === context(3, false) ? new Set(readNamedBits(fields, context(3, false))) : undefined
  const indirect = flag(4)
  const onlyAttributeCerts = flag(5)
  fields.finish()
  if (Number(onlyUserCerts) + Number(onlyCaCerts) + Number(onlyAttributeCerts) > 1) {
    throw new DecodeError('ERR_DER', 'more than one of the only… flags is set', element.start)
  }
  // Flags written out as FALSE are the same as absent ones.
  const flags = [onlyUserCerts, onlyCaCerts, onlyAttributeCerts, indirect]
  if (name === undefined && onlySomeReasons === undefined && !flags.includes(true)) {
    throw new DecodeError('ERR_DER', 'an empty issuing distribution point', element.start)
  }
  const der = reader.raw(element)
  const reasons = onlySomeReasons && [...onlySomeReasons]
  const scope = JSON.stringify([toHex(nameDer), flags, reasons ?? null])
  return { name, onlyUserCerts, onlyCaCerts, onlyAttributeCerts, onlySomeReasons, indirect, der, scope }
}
