import { toHex } from '../../../bytes.ts'
import { DecodeError } from '../../../errors.ts'
import { type DerReader, readInteger } from '../../x509/der.ts'
import {
  type DistributionPoint,
  decodeExtensions,
  type RawExtension,
  readRawExtensions,
} from '../../x509/extensions.ts'
import { type IssuingDistributionPoint, readIssuingDistributionPoint } from './issuing-distribution-point.ts'

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
