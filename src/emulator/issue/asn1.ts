/** pkijs and asn1js, loaded on first use so that importing the emulator stays fast; DER through asn1js. */

import { createHash } from 'node:crypto'
import type * as asn1js from 'asn1js'
import type * as pkijs from 'pkijs'
import type { CryptoEngine, RelativeDistinguishedNames, Time } from 'pkijs'
import { copyBytes } from '../../bytes.ts'
import type { NameParts } from './distinguished-name.ts'

/** The second an instant lies in. @throws TypeError for an invalid date, naming the option. */
export function wholeSecond(instant: Date, option: string): Date {
  if (Number.isNaN(instant.getTime())) throw new TypeError(`${option} must be a valid date`)
  return new Date(Math.floor(instant.getTime() / 1000) * 1000)
}

/** UTCTime from 1950 through 2049, else GeneralizedTime (RFC 5280, 4.1.2.5). */
export function encodeTime(instant: Date, { pkijs }: Asn1): Time {
  const year = instant.getUTCFullYear()
  return new pkijs.Time({ type: year >= 1950 && year < 2050 ? 0 : 1, value: instant })
}

/** Both libraries. */
export interface Asn1 {
  readonly asn1js: typeof asn1js
  readonly pkijs: typeof pkijs
}

let loading: Promise<Asn1> | undefined

export function loadAsn1(): Promise<Asn1> {
  loading ??= Promise.all([import('asn1js'), import('pkijs')]).then(([asn1js, pkijs]) => ({ asn1js, pkijs }))
  return loading
}

/** A copy whose buffer is exactly these bytes, which is what both libraries take. */
export function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return copyBytes(bytes).buffer as ArrayBuffer
}

/** A WebCrypto key for RSASSA-PKCS1-v1_5 with SHA-256, and the engine that signs with it. */
export interface SigningKey {
  readonly key: CryptoKey
  readonly engine: CryptoEngine
}

const signingKeys = new WeakMap<Uint8Array, Promise<SigningKey>>()

/** The key of a PKCS#8 DER; imported once per array. */
export function signingKey(pkcs8: Uint8Array, asn1: Asn1): Promise<SigningKey> {
  let key = signingKeys.get(pkcs8)
  if (key === undefined) {
    key = importKey(pkcs8, asn1)
    signingKeys.set(pkcs8, key)
  }
  return key
}

async function importKey(pkcs8: Uint8Array, { pkijs }: Asn1): Promise<SigningKey> {
  const { Crypto } = await import('@peculiar/webcrypto')
  const crypto = new Crypto()
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('pkcs8', exactBuffer(pkcs8), algorithm, false, ['sign'])
  return { key, engine: new pkijs.CryptoEngine({ name: 'peculiar', crypto }) }
}

/** SHA-1 of the BIT STRING contents of a SubjectPublicKeyInfo (RFC 5280, 4.2.1.2, method 1). */
export function keyIdentifier(spki: Uint8Array, { pkijs }: Asn1): Uint8Array {
  const info = pkijs.PublicKeyInfo.fromBER(exactBuffer(spki))
  return new Uint8Array(createHash('sha1').update(info.subjectPublicKey.valueBlock.valueHexView).digest())
}

const attributeTypes = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', L: '2.5.4.7', CN: '2.5.4.3' } as const

/**
 * PrintableString for the country, UTF8String for the rest, one attribute per RDN.
 *
 * NOTE: encoded here and handed over as DER, because pkijs 4.0.0 writes all attributes it is given into one RDN.
 */
export function encodeName(parts: NameParts, { asn1js, pkijs }: Asn1): RelativeDistinguishedNames {
  const { ObjectIdentifier, PrintableString, Sequence, Set: Asn1Set, Utf8String } = asn1js
  const rdns = parts.map(([type, value]) => {
    const text = type === 'C' ? new PrintableString({ value }) : new Utf8String({ value })
    return new Asn1Set({
      value: [new Sequence({ value: [new ObjectIdentifier({ value: attributeTypes[type] }), text] })],
    })
  })
  return pkijs.RelativeDistinguishedNames.fromBER(new Sequence({ value: rdns }).toBER())
}
