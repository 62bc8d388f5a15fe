import { type DerReader, readGeneralizedTime, readInteger, readTime, tags } from '../../../der/index.ts'
import { DecodeError } from '../../../errors.ts'
import { readRawExtensions } from '../../x509/extensions.ts'
import { readGeneralNames } from '../../x509/general-name.ts'
import type { Name } from '../../x509/name.ts'
import { type RevocationReason, readReason } from '../reason.ts'

/** One entry of a revocation list. RFC 5280 5.1.2.6, 5.3. */
export interface RevokedEntry {
  readonly revocationDate: Date
  /** Absent without a reason in the list. */
  readonly reason: RevocationReason | undefined
  /** Since when the key is suspected to be compromised. RFC 5280 5.3.2. */
  readonly invalidityDate: Date | undefined
}

/** An entry with fields for the index. */
export interface RawEntry extends RevokedEntry {
  /** Content of the serial number INTEGER: a view. */
  readonly serial: Uint8Array
  /** From here on, entries are of certificates of this issuer. RFC 5280 5.3.3. */
  readonly certificateIssuer: Name | undefined
  /** Where its extensions begin; its end when it has none. */
  readonly extensionsAt: number
  /** An unknown critical extension, if there is one. */
  readonly unknownCritical: string | undefined
}

/** Usual entries have tens of bytes; a longer one is refused, so that it cannot block the event loop. */
const maxEntry = 16_384

/** Reads one entry. @param extensible - whether the list is of version 2. @throws DecodeError `ERR_DER`. */
export function readEntry(reader: DerReader, extensible: boolean): RawEntry {
  const element = reader.read(tags.sequence)
  if (element.end - element.start > maxEntry) throw new DecodeError('ERR_DER', 'an entry too long', element.start)
  const fields = reader.into(element)
  const serial = readInteger(fields)
  const revocationDate = new Date(readTime(fields))
  const extensionsAt = fields.offset
  let reason: RevocationReason | undefined
  let invalidityDate: Date | undefined
  let certificateIssuer: Name | undefined
  let unknownCritical: string | undefined
  if (fields.more) {
    if (!extensible) throw new DecodeError('ERR_DER', 'an entry with extensions in version 1', fields.offset)
    for (const { id, critical, reader: value } of readRawExtensions(fields)) {
      if (id === '2.5.29.21') reason = readReason(value)
      else if (id === '2.5.29.24') invalidityDate = new Date(readGeneralizedTime(value))
      else if (id === '2.5.29.29') certificateIssuer = readIssuer(value)
      else {
        if (critical) unknownCritical ??= id
        continue
      }
      value.finish()
    }
    fields.finish()
  }
  return { serial, revocationDate, reason, invalidityDate, certificateIssuer, extensionsAt, unknownCritical }
}

/** Exactly one directory name, besides which other forms may occur; with several the issuer would be ambiguous. */
function readIssuer(reader: DerReader): Name {
  const at = reader.offset
  const found = readGeneralNames(reader, tags.sequence).filter(({ kind }) => kind === 'directory')
  const [first] = found
  if (first?.kind !== 'directory' || found.length !== 1 || first.value.empty) {
    throw new DecodeError('ERR_DER', 'a certificate issuer is one directory name', at)
  }
  return first.value
}
