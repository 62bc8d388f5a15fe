/** An identity: an invented holder with all keys and certificates of any kind of card. */

import { generateKeys, type IssuedCertificate, type KeyPair } from '../rsa.ts'
import { type Authorities, createAuthorities } from './authorities.ts'
import { ageOn, birthdayAfter, dayInJapan, isDay } from './calendar.ts'
import { type CardVerifiableKey, type CvcChain, certify, cvcKeyId } from './cvc.ts'
import { type Holder, makeHolder, municipalityCode, withCheckDigit } from './holder.ts'
import { type NumberSource, randomNumbers } from './number-source.ts'
import { makeUserCertificates, type UserCertificateOptions } from './user-certificates.ts'

/**
 * Everything that differs between the cards of two persons. Plain data: invented secrets, made at run time, without any
 * value.
 */
export interface Identity {
  readonly holder: Holder
  /** Instant of issue, ISO 8601. */
  readonly issuedAt: string
  /** 全国地方公共団体コード, 5 digits, that no municipality has. */
  readonly municipalityCode: string
  /** Day the card expires, `YYYY-MM-DD`: the tenth birthday after issue, the fifth below 18. */
  readonly cardExpiry: string
  /** 個人番号, 12 digits. */
  readonly individualNumber: string
  /** セキュリティコード, 4 digits, the end of 照合番号B. */
  readonly securityCode: string
  /** 製造番号 field of the common AP, 15 characters. */
  readonly serialNumber: string
  /** 利用者証明用 CA, self-signed. */
  readonly authCa: IssuedCertificate
  /** 署名用 CA, self-signed. */
  readonly signCa: IssuedCertificate
  /** 利用者証明用電子証明書. */
  readonly auth: IssuedCertificate
  /** 署名用電子証明書. */
  readonly sign: IssuedCertificate
  /** Throw-away roots, issuer keys and card-verifiable certificates: card manager, text AP, visual AP. */
  readonly cvc: { readonly manager: CvcChain; readonly text: CvcChain; readonly visual: CvcChain }
  /** Key 0013 of the text AP, whose public key is EF 0007. */
  readonly textKey: KeyPair
  /** Key 001A of the visual AP, whose public key is in its records. */
  readonly visualKey: KeyPair
  /** Key 0019 of the common AP. */
  readonly commonKey: KeyPair
  /** Secure-messaging key of the text AP, public key in EF 0006. */
  readonly sessionKey: KeyPair
}

/** Options of {@link createIdentity}. */
export interface IdentityOptions {
  /**
   * Another identity, whose authorities, card-verifiable certificates and key pairs are used, so that none is generated:
   * the certificates of the new one have their own subjects and serial numbers, but the same public keys. A server that
   * distinguishes persons by key needs `keys` as well; a card with files of the other one answers its challenges.
   */
  readonly like?: Identity | undefined
  /** CAs that issue the certificates. Default: those of `like`, else fresh ones. */
  readonly authorities?: Authorities | undefined
  /** Key pairs of the user certificates. Default: those of `like`, else fresh ones. */
  readonly keys?: UserCertificateOptions['keys']
  /** Instant of issue. Default: now. */
  readonly now?: Date | undefined
  /** Last instant of the user certificates. Default: the end, in Japan, of the fifth birthday after issue. */
  readonly notAfter?: Date | undefined
  /** Last day of the card, `YYYY-MM-DD`. Default: the tenth birthday after issue, the fifth below 18 years. */
  readonly cardExpiry?: string | undefined
  /** Replaces parts of the invented person. */
  readonly holder?: Partial<Holder> | undefined
  /**
   * 個人番号, 12 digits; its check digit is not looked at. Default: `123456789018`, with `like` random with its check
   * digit.
   */
  readonly individualNumber?: string | undefined
  /** Policy OIDs of the user certificates, as dotted text. Default: the test policy for sign, 1.3.30 for auth. */
  readonly policies?: { readonly auth?: string | undefined; readonly sign?: string | undefined } | undefined
}

/**
 * Creates an identity. With new keys, 14 RSA-2048 key pairs or two fewer with `authorities`, it takes seconds; with
 * `like`, some milliseconds. Serial number, security code and the numbers in its certificates are random.
 *
 * Certificate profile: card-facts section 6, three sources; CVC layout: section 5.6, three sources.
 *
 * @throws TypeError for an invalid date or number, a holder with missing or invalid fields, or authorities not of
 * `createAuthorities`.
 */
export function createIdentity(options: IdentityOptions = {}): Promise<Identity> {
  return makeIdentity(options, randomNumbers)
}

/** The same with numbers of a source. */
export async function makeIdentity(options: IdentityOptions, numbers: NumberSource): Promise<Identity> {
  const { like, policies, notAfter } = options
  const now = options.now ?? new Date()
  if (Number.isNaN(now.getTime())) throw new TypeError('now must be a valid date')
  const holder = makeHolder(options.holder)
  const individualNumber =
    options.individualNumber ?? withCheckDigit(like === undefined ? '12345678901' : numbers.digits(11))
  if (!individualNumberFormat.test(individualNumber)) throw new TypeError('individualNumber must be 12 digits')
  const cardExpiry = options.cardExpiry ?? lastDayOfCard(dayInJapan(now), holder.birthDate)
  if (!isDay(cardExpiry)) throw new TypeError('cardExpiry must be a date YYYY-MM-DD')
  const authorities = options.authorities ?? like ?? (await createAuthorities({ now }))
  const keys = options.keys ?? like
  const { auth, sign } = await makeUserCertificates(authorities, { now, notAfter, holder, policies, keys }, numbers)
  return {
    holder,
    issuedAt: now.toISOString(),
    municipalityCode,
    cardExpiry,
    individualNumber,
    securityCode: numbers.digits(4),
    serialNumber: `9${numbers.digits(9)}00000`,
    authCa: authorities.authCa,
    signCa: authorities.signCa,
    auth,
    sign,
    ...(like === undefined ? await makeCardKeys() : cardKeysOf(like)),
  }
}

/** Format of an individual number. */
export const individualNumberFormat: RegExp = /^[0-9]{12}$/

/** 18 years and older: the tenth birthday after issue, else the fifth (official, since 2022-04-01). */
function lastDayOfCard(issued: string, birthDate: string): string {
  return birthdayAfter(issued, birthDate, ageOn(issued, birthDate) >= 18 ? 10 : 5)
}

/** Keys that do not name the holder. */
type CardKeys = Pick<Identity, 'cvc' | 'textKey' | 'visualKey' | 'commonKey' | 'sessionKey'>

function cardKeysOf({ cvc, textKey, visualKey, commonKey, sessionKey }: Identity): CardKeys {
  return { cvc, textKey, visualKey, commonKey, sessionKey }
}

async function makeCardKeys(): Promise<CardKeys> {
  const keys = await Promise.all(Array.from({ length: 10 }, generateKeys))
  const take = (): KeyPair => keys.pop()!
  const chain = (root: string, pad: number): CvcChain => {
    const rootKey: CardVerifiableKey = { keyId: cvcKeyId(root, '000', pad), ...take() }
    const issuer: CardVerifiableKey = { keyId: cvcKeyId(`${municipalityCode}21`, '000', pad), ...take() }
    return { root: rootKey, issuer, certificate: certify(rootKey, issuer) }
  }
  return {
    cvc: { manager: chain('9000020', 0xa8), text: chain('9000033', 0), visual: chain('9000023', 0) },
    textKey: take(),
    visualKey: take(),
    commonKey: take(),
    sessionKey: take(),
  }
}
