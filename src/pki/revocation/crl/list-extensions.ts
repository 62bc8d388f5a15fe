import { toHex } from '../../../bytes.ts'
import { context, type DerReader, readBoolean, readInteger, readNamedBits, tags } from '../../../der/index.ts'
import { DecodeError } from '../../../errors.ts'
import {
  type DistributionPoint,
  type DistributionPointName,
  decodeExtensions,
  type RawExtension,
  readDistributionPointName,
  readRawExtensions,
} from '../../x509/extensions.ts'

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
function readIssuingDistributionPoint(reader: DerReader): IssuingDistributionPoint {
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

/** Extensions of a revocation list, decoded. RFC 5280 5.2. */
export interface ListExtensions {
  /** DER of the authorityKeyIdentifier's value. */
  readonly authorityKeyId: Uint8Array | undefined
  /** Its keyIdentifier, when it has one. */
  readonly keyId: Uint8Array | undefined
  readonly crlNumber: bigint | undefined
  /** BaseCRLNumber: the list is a delta on lists from that number on. RFC 5280 5.2.4. */
  readonly baseCrlNumber: bigint | undefined
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined
  readonly freshestCrl: readonly DistributionPoint[] | undefined
  /** Unknown critical extensions: the list must not be used. */
  readonly unknownCritical: readonly string[]
}

const ids = {
  issuerAltName: '2.5.29.18',
  crlNumber: '2.5.29.20',
  deltaCrlIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  authorityKeyId: '2.5.29.35',
  freshestCrl: '2.5.29.46',
}
const shared: ReadonlySet<string> = new Set([ids.issuerAltName, ids.authorityKeyId, ids.freshestCrl])
const own: ReadonlySet<string> = new Set([ids.crlNumber, ids.deltaCrlIndicator, ids.issuingDistributionPoint])

/** A CRLNumber: not negative, at most 20 bytes. RFC 5280 5.2.3. */
function readNumber(reader: DerReader): bigint {
  const at = reader.offset
  const value = readInteger(reader)
  if (value[0]! >= 0x80 || value.length > 21) throw new DecodeError('ERR_DER', 'invalid CRL number', at)
  return BigInt(`0x${toHex(value)}`)
}

/** Decodes the extensions of a list; without a reader there are none. @throws DecodeError `ERR_DER`. */
export function readListExtensions(reader: DerReader | undefined): ListExtensions {
  const raw = reader ? readRawExtensions(reader) : []
  const authorityKeyId = raw.find(({ id }) => id === ids.authorityKeyId)?.reader
  const keyIdDer = authorityKeyId?.bytes.subarray(authorityKeyId.offset, authorityKeyId.end)
  const one = <T>(id: string, read: (inner: DerReader) => T): T | undefined => {
    const found: RawExtension | undefined = raw.find((extension) => extension.id === id)
    if (found === undefined) return undefined
    const value = read(found.reader)
    found.reader.finish()
    return value
  }
  const { extensions } = decodeExtensions(raw.filter(({ id }) => shared.has(id)))
  return {
    authorityKeyId: keyIdDer,
    keyId: extensions.authorityKeyId?.keyId,
    crlNumber: one(ids.crlNumber, readNumber),
    baseCrlNumber: one(ids.deltaCrlIndicator, readNumber),
    issuingDistributionPoint: one(ids.issuingDistributionPoint, readIssuingDistributionPoint),
    freshestCrl: extensions.freshestCrl,
    unknownCritical: raw.filter(({ id, critical }) => critical && !shared.has(id) && !own.has(id)).map(({ id }) => id),
  }
}
