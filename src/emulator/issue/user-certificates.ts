/** Issues the two user certificates on a card, in the profile of card-facts section 6. */

import { generateKeys, type IssuedCertificate, type KeyPair, publicHalf } from '../rsa.ts'
import { type Asn1, loadAsn1, wholeSecond } from './asn1.ts'
import type { Authorities } from './authorities.ts'
import { birthdayAfter, compactDate, dayInJapan, endOfDayInJapan } from './calendar.ts'
import { type Authority, type CertificateDraft, readAuthority, signCertificate } from './certificate.ts'
import { crlName, serviceName } from './distinguished-name.ts'
import { ExtensionWriter } from './extensions.ts'
import { type Holder, makeHolder, municipalityCode } from './holder.ts'
import { type NumberSource, randomNumbers } from './number-source.ts'

/** Names that resolve nowhere (RFC 2606), where real certificates name J-LIS services. */
const cps = 'http://www.jpki-virtual.invalid/cps.html'
const ocsp = 'http://ocsp.jpki-virtual.invalid'

/** Test policy of 署名用 (two sources); 利用者証明用 as on cards, no test value is public. */
const defaultPolicies = { sign: '1.2.392.200149.8.5.1.0.20', auth: '1.2.392.200149.8.5.1.3.30' }

/** The certificates of one card. */
export interface UserCertificates {
  /** 利用者証明用電子証明書. */
  readonly auth: IssuedCertificate
  /** 署名用電子証明書. */
  readonly sign: IssuedCertificate
}

/** Options of {@link issueUserCertificates}. */
export interface UserCertificateOptions {
  /** Instant of issue, which is in the subject of the signature certificate. Default: now. */
  readonly now?: Date | undefined
  /** Replaces parts of the invented person. */
  readonly holder?: Partial<Holder> | undefined
  /** Policy OIDs, as dotted text. Default: the test policy for sign, 1.3.30 for auth. */
  readonly policies?: { readonly auth?: string | undefined; readonly sign?: string | undefined } | undefined
  /** First instant of validity, to the second. Default: the instant of issue. */
  readonly notBefore?: Date | undefined
  /** Last instant of validity, to the second. Default: the end, in Japan, of the fifth birthday after issue. */
  readonly notAfter?: Date | undefined
  /** Private keys (PKCS#8 DER) to issue for, such as from a former call. Default: fresh RSA-2048 keys. */
  readonly keys?: Readonly<Record<keyof UserCertificates, Pick<KeyPair, 'privateKey'>>> | undefined
}

/**
 * Issues user certificates only, without the rest of a card: some milliseconds with `keys`, which saves generating RSA
 * keys. Serial numbers are unique within a process. The validity of the authorities is not checked.
 *
 * @throws TypeError for authorities that are not those of `createAuthorities`, an invalid date, or a holder with
 * missing or invalid fields.
 */
export function issueUserCertificates(
  authorities: Authorities,
  options: UserCertificateOptions = {},
): Promise<UserCertificates> {
  return makeUserCertificates(authorities, options, randomNumbers)
}

/** The same with the serial numbers and the unique parts of subjects of a source. */
export async function makeUserCertificates(
  authorities: Authorities,
  options: UserCertificateOptions,
  numbers: NumberSource,
): Promise<UserCertificates> {
  const now = wholeSecond(options.now ?? new Date(), 'now')
  const holder = makeHolder(options.holder)
  const lastDay = birthdayAfter(dayInJapan(now), holder.birthDate, 5)
  const validity = {
    notBefore: wholeSecond(options.notBefore ?? now, 'notBefore'),
    notAfter: wholeSecond(options.notAfter ?? endOfDayInJapan(lastDay), 'notAfter'),
  }
  const asn1 = await loadAsn1()
  const authCa = readAuthority(authorities.authCa, 'authCa', asn1, 'authentication')
  const signCa = readAuthority(authorities.signCa, 'signCa', asn1, 'signature')
  const issue = async (
    ca: Authority,
    given: Pick<KeyPair, 'privateKey'> | undefined,
    draftOf: (publicKey: Uint8Array) => OwnPart,
  ): Promise<IssuedCertificate> => {
    // Before the first wait, so that both certificates take their serial numbers in order.
    const serial = numbers.serial()
    const { privateKey } = given ?? (await generateKeys())
    const draft = { ...validity, serial, issuer: ca.name, ...draftOf(publicHalf(privateKey)) }
    return { certificate: await signCertificate(draft, ca.privateKey, asn1), privateKey }
  }
  const { keys, policies } = options
  const unique = { auth: numbers.hex(14), sign: numbers.digits(14) }
  const [auth, sign] = await Promise.all([
    issue(authCa, keys?.auth, (key) => authenticationPart(authCa, key, policies?.auth, unique.auth, asn1)),
    issue(signCa, keys?.sign, (key) =>
      signaturePart(signCa, key, policies?.sign, { holder, now, unique: unique.sign }, asn1),
    ),
  ])
  return { auth, sign }
}

/** The parts that differ between the two. */
type OwnPart = Pick<CertificateDraft, 'subject' | 'publicKey' | 'extensions'>

/** 利用者証明用: CN = 14 characters, municipality, 003A. */
function authenticationPart(
  ca: Authority,
  publicKey: Uint8Array,
  policy: string = defaultPolicies.auth,
  unique: string,
  asn1: Asn1,
): OwnPart {
  const write = new ExtensionWriter(asn1)
  return {
    subject: [
      ['C', 'JP'],
      ['CN', `${unique}${municipalityCode}003A`],
    ],
    publicKey,
    extensions: [
      write.keyUsage(0),
      write.extendedKeyUsage('clientAuth'),
      write.policy(policy, cps),
      write.directoryAltName('2.5.29.18', serviceName),
      write.crlDistributionPoint(crlName(ca.use, ca.organization)),
      write.ocspResponder(ocsp),
      write.authorityKey(ca),
      write.subjectKey(publicKey),
    ],
  }
}

/** 署名用: CN = 28 digits beginning with the time of issue; the holder's data in subjectAltName. */
function signaturePart(
  ca: Authority,
  publicKey: Uint8Array,
  policy: string = defaultPolicies.sign,
  { holder, now, unique }: { readonly holder: Holder; readonly now: Date; readonly unique: string },
  asn1: Asn1,
): OwnPart {
  const write = new ExtensionWriter(asn1)
  const time = now.toISOString().slice(11, 19).replaceAll(':', '')
  return {
    subject: [
      ['C', 'JP'],
      ['L', 'Kaku-ken'],
      ['L', 'Kaku-shi'],
      ['CN', compactDate(dayInJapan(now)) + time + unique],
    ],
    publicKey,
    extensions: [
      write.keyUsage(0, 1),
      write.holderAltName(holder),
      write.policy(policy, cps),
      write.directoryAltName('2.5.29.18', serviceName),
      write.crlDistributionPoint(crlName(ca.use, ca.organization)),
      write.authorityKey(ca),
      write.subjectKey(publicKey),
    ],
  }
}
