/** Issues the four X.509 certificates on a card, in the profile of card-facts section 6. */

import { randomBytes, randomInt } from 'node:crypto'
import type { Extension } from 'pkijs'
import { type Asn1, exactBuffer, loadAsn1 } from './asn1.ts'
import { birthdayAfter, compactDate, dayInJapan, endOfDayInJapan } from './calendar.ts'
import {
  type CertificateUse,
  crlName,
  encodeName,
  issuerName,
  type NameParts,
  serviceName,
} from './distinguished-name.ts'
import { ExtensionWriter } from './extensions.ts'
import type { Holder } from './holder.ts'
import type { IssuedCertificate, KeyPair } from './keys.ts'

/** Names that resolve nowhere (RFC 2606), where real certificates name J-LIS services. */
const cps = 'http://www.jpki-virtual.invalid/cps.html'
const ocsp = 'http://ocsp.jpki-virtual.invalid'

/** Test policy of 署名用 (two sources); 利用者証明用 as on cards, no test value is public. */
const defaultPolicies = { sign: '1.2.392.200149.8.5.1.0.20', auth: '1.2.392.200149.8.5.1.3.30' }

export interface JpkiCertificates {
  readonly authCa: IssuedCertificate
  readonly signCa: IssuedCertificate
  readonly auth: IssuedCertificate
  readonly sign: IssuedCertificate
}

export interface JpkiRequest {
  readonly holder: Holder
  readonly now: Date
  readonly municipalityCode: string
  readonly policies: { readonly auth?: string | undefined; readonly sign?: string | undefined }
  readonly keys: Readonly<Record<keyof JpkiCertificates, KeyPair>>
}

interface Draft {
  readonly serial: Uint8Array
  readonly issuer: NameParts
  readonly subject: NameParts
  readonly notBefore: Date
  readonly notAfter: Date
  readonly publicKey: Uint8Array
  readonly extensions: readonly Extension[]
}

export async function issueJpki(request: JpkiRequest): Promise<JpkiCertificates> {
  const asn1 = await loadAsn1()
  const { keys } = request
  const authSerial = newSerial()
  const signSerial = newSerial()
  const [authCa, signCa, auth, sign] = await Promise.all([
    issue(authority('authentication', authSerial, keys.authCa, request, asn1), keys.authCa, asn1),
    issue(authority('signature', signSerial, keys.signCa, request, asn1), keys.signCa, asn1),
    issue(authenticationDraft(authSerial, request, asn1), keys.authCa, asn1),
    issue(signatureDraft(signSerial, request, asn1), keys.signCa, asn1),
  ])
  return {
    authCa: { certificate: authCa, privateKey: keys.authCa.privateKey },
    signCa: { certificate: signCa, privateKey: keys.signCa.privateKey },
    auth: { certificate: auth, privateKey: keys.auth.privateKey },
    sign: { certificate: sign, privateKey: keys.sign.privateKey },
  }
}

/** Self-signed, in use for a year already, valid for ten. */
function authority(use: CertificateUse, serial: Uint8Array, key: KeyPair, { now }: JpkiRequest, asn1: Asn1): Draft {
  const write = new ExtensionWriter(asn1)
  const name = issuerName(use)
  const notBefore = wholeSecond(new Date(now.getTime() - 365 * 86_400_000))
  const day = dayInJapan(
    new Date(Date.UTC(notBefore.getUTCFullYear() + 10, notBefore.getUTCMonth(), notBefore.getUTCDate() - 1)),
  )
  return {
    serial,
    issuer: name,
    subject: name,
    notBefore,
    notAfter: endOfDayInJapan(day),
    publicKey: key.publicKey,
    extensions: [
      write.keyUsage(5, 6),
      write.directoryAltName('2.5.29.17', serviceName),
      write.certificateAuthority(),
      write.crlDistributionPoint(name),
      write.subjectKey(key.publicKey),
    ],
  }
}

/** 利用者証明用: CN = 14 characters, municipality, 003A. */
function authenticationDraft(caSerial: Uint8Array, request: JpkiRequest, asn1: Asn1): Draft {
  const write = new ExtensionWriter(asn1)
  const { keys, municipalityCode } = request
  const unique = randomBytes(7).toString('hex').toUpperCase()
  return {
    ...holderValidity(request),
    serial: newSerial(),
    issuer: issuerName('authentication'),
    subject: [
      ['C', 'JP'],
      ['CN', `${unique}${municipalityCode}003A`],
    ],
    publicKey: keys.auth.publicKey,
    extensions: [
      write.keyUsage(0),
      write.clientAuthentication(),
      write.policy(request.policies.auth ?? defaultPolicies.auth, cps),
      write.directoryAltName('2.5.29.18', serviceName),
      write.crlDistributionPoint(crlName('authentication')),
      write.ocspResponder(ocsp),
      write.authorityKey(keys.authCa.publicKey, issuerName('authentication'), caSerial),
      write.subjectKey(keys.auth.publicKey),
    ],
  }
}

/** 署名用: CN = 28 digits beginning with the time of issue; the holder's data in subjectAltName. */
function signatureDraft(caSerial: Uint8Array, request: JpkiRequest, asn1: Asn1): Draft {
  const write = new ExtensionWriter(asn1)
  const { keys, holder, now } = request
  const time = now.toISOString().slice(11, 19).replaceAll(':', '')
  const unique = compactDate(dayInJapan(now)) + time + String(randomInt(1e14)).padStart(14, '0')
  return {
    ...holderValidity(request),
    serial: newSerial(),
    issuer: issuerName('signature'),
    subject: [
      ['C', 'JP'],
      ['L', 'Kaku-ken'],
      ['L', 'Kaku-shi'],
      ['CN', unique],
    ],
    publicKey: keys.sign.publicKey,
    extensions: [
      write.keyUsage(0, 1),
      write.holderAltName(holder),
      write.policy(request.policies.sign ?? defaultPolicies.sign, cps),
      write.directoryAltName('2.5.29.18', serviceName),
      write.crlDistributionPoint(crlName('signature')),
      write.authorityKey(keys.signCa.publicKey, issuerName('signature'), caSerial),
      write.subjectKey(keys.sign.publicKey),
    ],
  }
}

function holderValidity({ now, holder }: JpkiRequest): Pick<Draft, 'notBefore' | 'notAfter'> {
  const day = birthdayAfter(dayInJapan(now), holder.birthDate, 5)
  return { notBefore: wholeSecond(now), notAfter: endOfDayInJapan(day) }
}

async function issue(draft: Draft, ca: KeyPair, asn1: Asn1): Promise<Uint8Array> {
  const { asn1js, pkijs } = asn1
  const certificate = new pkijs.Certificate({
    version: 2,
    serialNumber: new asn1js.Integer({ valueHex: exactBuffer(draft.serial) }),
    issuer: encodeName(draft.issuer, asn1),
    subject: encodeName(draft.subject, asn1),
    notBefore: new pkijs.Time({ type: 0, value: draft.notBefore }),
    notAfter: new pkijs.Time({ type: 0, value: draft.notAfter }),
    subjectPublicKeyInfo: pkijs.PublicKeyInfo.fromBER(exactBuffer(draft.publicKey)),
    extensions: [...draft.extensions],
  })
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const { Crypto } = await import('@peculiar/webcrypto')
  const crypto = new Crypto()
  const key = await crypto.subtle.importKey('pkcs8', exactBuffer(ca.privateKey), algorithm, false, ['sign'])
  await certificate.sign(key, 'SHA-256', new pkijs.CryptoEngine({ name: 'peculiar', crypto }))
  return new Uint8Array(certificate.toSchema(true).toBER())
}

/** Four bytes, positive, no leading zero. */
function newSerial(): Uint8Array {
  const serial = new Uint8Array(randomBytes(4))
  serial[0] = 1 + (serial[0]! % 0x7f)
  return serial
}

function wholeSecond(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000)
}
