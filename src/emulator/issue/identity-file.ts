/** Identities as JSON text, so that one can be made once and shared between runs and processes. */

import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { equalBytes } from '../../bytes.ts'
import type { IssuanceOptions } from '../applications/issuance-options.ts'
import { createVirtualCard } from '../create-virtual-card.ts'
import { isRecord } from '../faults.ts'
import type { VirtualCardOptions } from '../options.ts'
import { privateKeyOf, publicHalf } from '../rsa.ts'
import { isDay } from './calendar.ts'
import { checkHolder, withCheckDigit } from './holder.ts'
import type { Identity } from './identity.ts'

/** Options of a virtual card that a file may hold beside the identity; all are JSON. */
export const cardFields = [
  'kind',
  'signCertificate',
  'faceAuthentication',
  'residence',
  'deviceVerified',
  'triesLeft',
  'authPin',
  'signPassword',
  'textPin',
  'jukiPin',
] as const

/** What a card is besides its identity: kind, PINs and their tries, and the values of the invented municipal application. */
export interface IdentityCard extends Pick<VirtualCardOptions, (typeof cardFields)[number]> {
  readonly issuance?: Pick<IssuanceOptions, 'userId' | 'obfuscation' | 'pin'> | undefined
}

const format = 'jpki-card-virtual-identity-1'

/** Longest text, in UTF-16 units. An identity takes about 40 000, with the largest photo 70 000. */
export const maxIdentityLength = 262_144

/**
 * JSON text with all data, private keys included; bytes as `{ "base64": "…" }`.
 *
 * @param card - what the card of the identity is, for {@link importCard}.
 */
export function exportIdentity(identity: Identity, card?: IdentityCard): string {
  return JSON.stringify({ format, identity, card }, (_key, value: unknown) =>
    value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
  )
}

/**
 * The identity of {@link exportIdentity}'s text. Every field is checked. A text of an earlier version, without individual
 * number, has the number that was the default.
 *
 * @throws TypeError for other text, with the name of the first wrong field and never its value.
 */
export async function importIdentity(json: string): Promise<Identity> {
  return parse(json).identity
}

/**
 * Options of the card of {@link exportIdentity}'s text, with its identity: for `createVirtualCard`.
 *
 * @throws TypeError as {@link importIdentity}; also for options that do not go together.
 */
export async function importCard(json: string): Promise<IdentityCard & { readonly identity: Identity }> {
  const { identity, card } = parse(json)
  const options = { ...card, identity }
  try {
    await createVirtualCard({ ...options, keepLog: false })
  } catch (cause) {
    // Messages about options name them, and never a value that is a secret.
    throw new TypeError(`card: ${(cause as Error).message}`, { cause })
  }
  return options
}

function parse(json: string): { readonly identity: Identity; readonly card: IdentityCard } {
  if (json.length > maxIdentityLength) throw new TypeError(`identity: longer than ${maxIdentityLength} characters`)
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    // The cause would quote the text, which holds private keys.
    throw new TypeError('identity: not JSON')
  }
  if (!isRecord(parsed) || parsed['format'] !== format) throw new TypeError(`identity: not of the format ${format}`)
  const { identity, card = {} } = fieldsOf(parsed, '', { format: text, identity: any }, { card: any })
  return { identity: identityOf(identity), card: cardOf(card) }
}

/** Reads one value. @throws TypeError `<where>: must be …`. */
type Reader<T> = (value: unknown, where: string) => T
type Readers = Readonly<Record<string, Reader<unknown>>>
type Values<R extends Readers> = { readonly [name in keyof R]: ReturnType<R[name]> }

function must(where: string, what: string): never {
  throw new TypeError(`${where}: must be ${what}`)
}

/** The fields of an object, and no others. */
function fieldsOf<R extends Readers, O extends Readers = Record<never, never>>(
  value: unknown,
  where: string,
  required: R,
  optional?: O,
): Values<R> & Partial<Values<O>> {
  if (!isRecord(value)) return must(where, 'an object')
  const inside = (name: string): string => (where === '' ? name : `${where}.${name}`)
  const all: Readers = { ...required, ...optional }
  if (Object.keys(value).some((name) => !Object.hasOwn(all, name))) must(where || 'file', 'without other fields')
  const read: Record<string, unknown> = {}
  for (const [name, reader] of Object.entries(all)) {
    if (Object.hasOwn(value, name)) read[name] = reader(value[name], inside(name))
    else if (Object.hasOwn(required, name)) must(inside(name), 'there')
  }
  return read as Values<R> & Partial<Values<O>>
}

const any: Reader<unknown> = (value) => value
const text: Reader<string> = (value, where) => (typeof value === 'string' ? value : must(where, 'text'))

const matching =
  (format: RegExp, what: string): Reader<string> =>
  (value, where) =>
    typeof value === 'string' && format.test(value) ? value : must(where, what)

const day: Reader<string> = (value, where) =>
  typeof value === 'string' && isDay(value) ? value : must(where, 'a date YYYY-MM-DD')

const instant: Reader<string> = (value, where) => {
  const date = new Date(typeof value === 'string' ? value : Number.NaN)
  if (Number.isNaN(date.getTime()) || date.toISOString() !== value) must(where, 'an instant YYYY-MM-DDThh:mm:ss.sssZ')
  return value as string
}

/** `{ "base64": "…" }` of `least` to `most` bytes. */
const bytes =
  (least: number, most: number): Reader<Uint8Array> =>
  (value, where) => {
    const { base64 } = fieldsOf(value, where, { base64: text })
    const decoded = Buffer.from(base64, 'base64')
    if (decoded.toString('base64') !== base64) return must(where, 'base64')
    const { length } = decoded
    return length >= least && length <= most ? new Uint8Array(decoded) : must(where, `${least} to ${most} bytes`)
  }

/** PKCS#8 or SubjectPublicKeyInfo DER of an RSA key of 2048 bits. */
const key =
  (make: (key: Buffer) => KeyObject): Reader<Uint8Array> =>
  (value, where) => {
    const der = bytes(1, 4096)(value, where)
    try {
      const { asymmetricKeyType, asymmetricKeyDetails } = make(Buffer.from(der))
      if (asymmetricKeyType === 'rsa' && asymmetricKeyDetails?.modulusLength === 2048) return der
    } catch {
      // Falls through to the refusal.
    }
    return must(where, 'an RSA key of 2048 bits in DER')
  }

const privateKey = key((der) => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
const publicKey = key((der) => createPublicKey({ key: der, format: 'der', type: 'spki' }))

const keyPair = <R extends Readers>(value: unknown, where: string, more: R) => {
  const pair = fieldsOf(value, where, { privateKey, publicKey, ...more })
  if (!equalBytes(publicHalf(pair.privateKey as Uint8Array), pair.publicKey as Uint8Array)) must(where, 'one key pair')
  return pair
}

const plainPair = (value: unknown, where: string) => keyPair(value, where, {})
const namedPair = (value: unknown, where: string) => keyPair(value, where, { keyId: bytes(16, 16) })

const issued = (value: unknown, where: string) => {
  const found = fieldsOf(value, where, { certificate: bytes(1, 4096), privateKey })
  try {
    const certificate = new X509Certificate(found.certificate)
    const isWhole = certificate.raw.length === found.certificate.length
    if (isWhole && certificate.checkPrivateKey(privateKeyOf(found.privateKey))) return found
  } catch {
    // Falls through to the refusal.
  }
  return must(where, 'a certificate in DER and its key')
}

const chain = (value: unknown, where: string) =>
  fieldsOf(value, where, { root: namedPair, issuer: namedPair, certificate: bytes(568, 568) })

const holder = (value: unknown, where: string) => {
  const found = fieldsOf(
    value,
    where,
    {
      name: text,
      nameSubstitutes: text,
      address: text,
      addressSubstitutes: text,
      birthDate: day,
      sex: matching(/^[129]$/, '1, 2 or 9') as Reader<'1' | '2' | '9'>,
    },
    { photo: bytes(1, 20_000) },
  )
  checkHolder(found, where)
  return found
}

function identityOf(value: unknown): Identity {
  const fields = {
    holder,
    issuedAt: instant,
    municipalityCode: matching(/^[0-9]{5}$/, '5 digits'),
    cardExpiry: day,
    securityCode: matching(/^[0-9]{4}$/, '4 digits'),
    serialNumber: matching(/^[0-9A-Z]{15}$/, '15 digits or letters'),
    authCa: issued,
    signCa: issued,
    auth: issued,
    sign: issued,
    cvc: (cvc: unknown, where: string) => fieldsOf(cvc, where, { manager: chain, text: chain, visual: chain }),
    textKey: plainPair,
    visualKey: plainPair,
    commonKey: plainPair,
    sessionKey: plainPair,
  }
  const optional = { individualNumber: matching(/^[0-9]{12}$/, '12 digits') }
  const found = fieldsOf(value, 'identity', fields, optional)
  return { ...found, individualNumber: found.individualNumber ?? withCheckDigit('12345678901') }
}

/** Syntax only; values are checked by `createVirtualCard`. */
function cardOf(value: unknown): IdentityCard {
  const scalar: Reader<unknown> = (one, where) =>
    typeof one === 'string' || typeof one === 'boolean' ? one : must(where, 'text, true or false')
  const tries: Reader<unknown> = (one, where) => (isRecord(one) ? one : must(where, 'an object'))
  const readers = Object.fromEntries(cardFields.map((name) => [name, name === 'triesLeft' ? tries : scalar]))
  const issuance = (one: unknown, where: string) =>
    fieldsOf(one, where, {}, { userId: text, obfuscation: any, pin: text })
  return fieldsOf(value, 'card', {}, { ...readers, issuance }) as IdentityCard
}
