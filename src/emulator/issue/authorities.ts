/** The two CAs of one generation. */

import { generateKeys, type IssuedCertificate } from '../rsa.ts'
import { type Asn1, loadAsn1, wholeSecond } from './asn1.ts'
import { dayInJapan, endOfDayInJapan } from './calendar.ts'
import { signCertificate } from './certificate.ts'
import { type AuthorityOrganization, type CertificateUse, issuerName, serviceName } from './distinguished-name.ts'
import { ExtensionWriter } from './extensions.ts'
import { type NumberSource, randomNumbers } from './number-source.ts'

/** Both CAs of one generation, each with its private key. */
export interface Authorities {
  /** 利用者証明用 CA, self-signed. */
  readonly authCa: IssuedCertificate
  /** 署名用 CA, self-signed. */
  readonly signCa: IssuedCertificate
}

/** Options of {@link createAuthorities}. */
export interface AuthorityOptions {
  /** Instant the CAs have been in use for a year at: they are valid from 365 days before. Default: now. */
  readonly now?: Date | undefined
  /** Hierarchy: O of their names and of all names derived from it. Default `JPKI-VIRTUAL`. */
  readonly organization?: AuthorityOrganization | undefined
  /** Years from the start of validity to its end, 2 to 99. Default 10. */
  readonly validYears?: number | undefined
}

/**
 * Makes two self-signed CAs with fresh RSA-2048 keys, in the profile of card-facts section 6.1. CAs of one use and
 * organization have the same name whenever they were made, as the generations of the real ones have: they differ only in
 * the key and its identifier.
 *
 * @throws TypeError for an invalid date. RangeError if `validYears` is not 2 to 99.
 */
export function createAuthorities(options: AuthorityOptions = {}): Promise<Authorities> {
  return makeAuthorities(options, randomNumbers)
}

/** The same with serial numbers of a source. */
export async function makeAuthorities(options: AuthorityOptions, numbers: NumberSource): Promise<Authorities> {
  const { organization = 'JPKI-VIRTUAL', validYears = 10 } = options
  if (!Number.isInteger(validYears) || validYears < 2 || validYears > 99) {
    throw new RangeError('validYears must be 2 to 99')
  }
  const now = wholeSecond(options.now ?? new Date(), 'now')
  const asn1 = await loadAsn1()
  const make = (use: CertificateUse) =>
    createAuthority(use, organization, { now, validYears, serial: numbers.serial() }, asn1)
  const [authCa, signCa] = await Promise.all([make('authentication'), make('signature')])
  return { authCa, signCa }
}

async function createAuthority(
  use: CertificateUse,
  organization: AuthorityOrganization,
  { now, validYears, serial }: { readonly now: Date; readonly validYears: number; readonly serial: Uint8Array },
  asn1: Asn1,
): Promise<IssuedCertificate> {
  const { privateKey, publicKey } = await generateKeys()
  const write = new ExtensionWriter(asn1)
  const name = issuerName(use, organization)
  const notBefore = new Date(now.getTime() - 365 * 86_400_000)
  const endYear = notBefore.getUTCFullYear() + validYears
  const lastDay = new Date(Date.UTC(endYear, notBefore.getUTCMonth(), notBefore.getUTCDate() - 1))
  const draft = {
    serial,
    issuer: name,
    subject: name,
    notBefore,
    notAfter: endOfDayInJapan(dayInJapan(lastDay)),
    publicKey,
    extensions: [
      write.keyUsage(5, 6),
      write.directoryAltName('2.5.29.17', serviceName),
      write.certificateAuthority(),
      write.crlDistributionPoint(name),
      write.subjectKey(publicKey),
    ],
  }
  return { certificate: await signCertificate(draft, privateKey, asn1), privateKey }
}
