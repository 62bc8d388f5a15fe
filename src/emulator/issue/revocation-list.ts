/** Revocation lists of the virtual CAs. */

import type { RevokedCertificate } from 'pkijs'
import type { IssuedCertificate } from '../rsa.ts'
import { type Asn1, encodeName, encodeTime, loadAsn1, signingKey, wholeSecond } from './asn1.ts'
import { readAuthority } from './certificate.ts'
import { crlName } from './distinguished-name.ts'
import { ExtensionWriter } from './extensions.ts'

/** An entry of a revocation list. */
export interface RevocationListEntry {
  /** Hexadecimal of any length, either case. */
  readonly serialNumber: string
  /** Instant of revocation, to the second. */
  readonly at: Date
  /** Omitted: absent. */
  readonly reason?:
    | 'unspecified'
    | 'keyCompromise'
    | 'cACompromise'
    | 'affiliationChanged'
    | 'superseded'
    | 'cessationOfOperation'
    | 'certificateHold'
    | 'privilegeWithdrawn'
    | undefined
}

/** CRLReason, RFC 5280 5.3.1. */
const reasonCodes: Readonly<Record<NonNullable<RevocationListEntry['reason']>, number>> = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
}

/** Options of {@link issueRevocationList}. */
export interface RevocationListOptions {
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** cRLNumber, not negative. Default 1. */
  readonly number?: number | bigint | undefined
  /** In the order of the list. Default: none. */
  readonly revoked?: readonly RevocationListEntry[] | undefined
  /**
   * Whether the list is for the distribution point in user certificates of the CA (issuingDistributionPoint
   * with its directory name, critical). Default true; `false` makes a list of all certificates of the CA.
   */
  readonly distributionPoint?: boolean | undefined
}

/**
 * A complete revocation list of a CA: version 2, authority key identifier, cRLNumber, SHA-256 with RSA. Source: RFC
 * 5280 5. Dates are written as given, to the second, whatever their order, so that stale lists can be made. A list of
 * 20 000 entries takes about two seconds, during which the event loop is blocked.
 *
 * @returns DER.
 * @throws TypeError for a CA that is not of `createAuthorities`, an invalid date, or a serial number that is not
 * hexadecimal. RangeError if `number` is negative or not an integer.
 */
export async function issueRevocationList(ca: IssuedCertificate, options: RevocationListOptions): Promise<Uint8Array> {
  const { number = 1, revoked = [], distributionPoint = true } = options
  const crlNumber = BigInt(number)
  if (crlNumber < 0n) throw new RangeError('number must not be negative')
  const asn1 = await loadAsn1()
  const { asn1js, pkijs } = asn1
  const authority = readAuthority(ca, 'ca', asn1)
  const write = new ExtensionWriter(asn1)
  const extensions = [
    write.authorityKey(authority),
    write.extension('2.5.29.20', false, asn1js.Integer.fromBigInt(crlNumber)),
  ]
  if (distributionPoint) {
    const name = write.directoryName(crlName(authority.use, authority.organization))
    const point = new pkijs.IssuingDistributionPoint({ distributionPoint: [name] })
    extensions.push(write.extension('2.5.29.28', true, point.toSchema()))
  }
  const list = new pkijs.CertificateRevocationList({
    version: 1,
    issuer: encodeName(authority.name, asn1),
    thisUpdate: encodeTime(wholeSecond(options.thisUpdate, 'thisUpdate'), asn1),
    nextUpdate: encodeTime(wholeSecond(options.nextUpdate, 'nextUpdate'), asn1),
    // RFC 5280 5.1.2.6: absent when empty.
    ...(revoked.length > 0 && { revokedCertificates: revoked.map((entry) => encodeEntry(entry, write, asn1)) }),
    crlExtensions: new pkijs.Extensions({ extensions }),
  })
  const { key, engine } = await signingKey(authority.privateKey, asn1)
  await list.sign(key, 'SHA-256', engine)
  return new Uint8Array(list.toSchema(true).toBER())
}

function encodeEntry(
  { serialNumber, at, reason }: RevocationListEntry,
  write: ExtensionWriter,
  asn1: Asn1,
): RevokedCertificate {
  const { asn1js, pkijs } = asn1
  if (!/^[0-9A-Fa-f]+$/.test(serialNumber)) throw new TypeError('revoked: serialNumber must be hexadecimal')
  const entry = new pkijs.RevokedCertificate({
    userCertificate: asn1js.Integer.fromBigInt(BigInt(`0x${serialNumber}`)),
    revocationDate: encodeTime(wholeSecond(at, 'revoked: at'), asn1),
  })
  if (reason !== undefined) {
    const code = new asn1js.Enumerated({ value: reasonCodes[reason] })
    entry.crlEntryExtensions = new pkijs.Extensions({ extensions: [write.extension('2.5.29.21', false, code)] })
  }
  return entry
}
