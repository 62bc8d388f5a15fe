/** An identity: an invented holder with all keys and certificates of any kind of card. */

import { randomInt } from 'node:crypto'
import { isRecord } from '../faults.ts'
import { generateKeys, type IssuedCertificate, type KeyPair } from '../rsa.ts'
import { type Authorities, createAuthorities } from './authorities.ts'
import { birthdayAfter, dayInJapan } from './calendar.ts'
import { type CardVerifiableKey, type CvcChain, certify, cvcKeyId } from './cvc.ts'
import { type Holder, makeHolder, municipalityCode } from './holder.ts'
import { issueUserCertificates } from './user-certificates.ts'

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
  /** Day the card expires, `YYYY-MM-DD`: the tenth birthday after issue. */
  readonly cardExpiry: string
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
  /** CAs that issue the certificates. Default: fresh ones. */
  readonly authorities?: Authorities | undefined
  /** Instant of issue. Default: now. */
  readonly now?: Date | undefined
  /** Last instant of the user certificates. Default: the end, in Japan, of the fifth birthday after issue. */
  readonly notAfter?: Date | undefined
  /** Replaces parts of the invented person. */
  readonly holder?: Partial<Holder> | undefined
  /** Policy OIDs of the user certificates, as dotted text. Default: the test policy for sign, 1.3.30 for auth. */
  readonly policies?: { readonly auth?: string | undefined; readonly sign?: string | undefined } | undefined
}

/**
 * Creates an identity with new keys: 14 RSA-2048 key pairs, two fewer with `authorities`; takes some seconds. Share
 * one between cards.
 *
 * Certificate profile: card-facts section 6, three sources; CVC layout: section 5.6, three sources.
 *
 * @throws TypeError for an invalid date, a holder with missing or invalid fields, or authorities not of
 * `createAuthorities`.
 */
export async function createIdentity(options: IdentityOptions = {}): Promise<Identity> {
  const { policies, notAfter } = options
  const now = options.now ?? new Date()
  if (Number.isNaN(now.getTime())) throw new TypeError('now must be a valid date')
  const holder = makeHolder(options.holder)
  const authorities = options.authorities ?? (await createAuthorities({ now }))
  const { auth, sign } = await issueUserCertificates(authorities, { now, notAfter, holder, policies })
  const keys = await Promise.all(Array.from({ length: 10 }, generateKeys))
  const take = (): KeyPair => keys.pop()!
  const chain = (root: string, pad: number): CvcChain => {
    const rootKey: CardVerifiableKey = { keyId: cvcKeyId(root, '000', pad), ...take() }
    const issuer: CardVerifiableKey = { keyId: cvcKeyId(`${municipalityCode}21`, '000', pad), ...take() }
    return { root: rootKey, issuer, certificate: certify(rootKey, issuer) }
  }
  return {
    holder,
    issuedAt: now.toISOString(),
    municipalityCode,
    cardExpiry: birthdayAfter(dayInJapan(now), holder.birthDate, 10),
    securityCode: String(randomInt(10_000)).padStart(4, '0'),
    serialNumber: `9${String(randomInt(1e9)).padStart(9, '0')}00000`,
    authCa: authorities.authCa,
    signCa: authorities.signCa,
    auth,
    sign,
    cvc: { manager: chain('9000020', 0xa8), text: chain('9000033', 0), visual: chain('9000023', 0) },
    textKey: take(),
    visualKey: take(),
    commonKey: take(),
    sessionKey: take(),
  }
}

// Identities as JSON text, so that one can be made per run and shared between processes.

const parts = ['holder', 'authCa', 'signCa', 'auth', 'sign', 'cvc', 'textKey', 'visualKey', 'commonKey', 'sessionKey']

const format = 'jpki-card-virtual-identity-1'

/** JSON text with all data, private keys included; bytes as `{ "base64": "…" }`. */
export function exportIdentity(identity: Identity): string {
  return JSON.stringify({ format, identity }, (_key, value: unknown) =>
    value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
  )
}

/**
 * The identity of {@link exportIdentity}'s text.
 *
 * @throws TypeError for other text.
 */
export async function importIdentity(json: string): Promise<Identity> {
  let parsed: unknown
  try {
    parsed = JSON.parse(json, (_key, value: unknown) => (isEncoded(value) ? decode(value.base64) : value))
  } catch (cause) {
    throw new TypeError('identity: not JSON', { cause })
  }
  const { format: found, identity } = isRecord(parsed) ? parsed : {}
  if (found !== format || !isRecord(identity)) throw new TypeError(`identity: not of the format ${format}`)
  for (const field of parts) {
    if (!isRecord(identity[field])) throw new TypeError(`identity.${field}: is missing`)
  }
  return identity as unknown as Identity
}

function decode(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}

function isEncoded(value: unknown): value is { base64: string } {
  if (!isRecord(value)) return false
  const { base64, ...others } = value
  return typeof base64 === 'string' && Object.keys(others).length === 0
}
