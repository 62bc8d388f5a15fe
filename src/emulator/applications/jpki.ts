/** 公的個人認証AP (JPKI-AP), card-facts section 3.1. */

import { asciiBytes, concat, fromHex } from '../../bytes.ts'
import { sw } from '../apdu.ts'
import { uint32 } from '../images.ts'
import { fourDigits, signPasswordFormat, type VirtualCardKind } from '../options.ts'
import { privateKeyOf } from '../rsa.ts'
import { type Application, type CardFile, internalKey, transparent } from '../table.ts'
import { type CardContent, contactAtrObject } from './content.ts'

/** The first 32 bytes identify the kind. Card labels: two to five sources; iPhone: one. */
const labels: Readonly<Record<VirtualCardKind, string>> = {
  'my-number': 'JPKIAPICCTOKEN2',
  juki: 'JPKIAPICCTOKEN',
  'phone-android': 'JPKIAPGPSETOKEN',
  'phone-iphone': 'JPKIAPIOSTOKEN',
}

/** JPKI EF 0006: a CK_TOKEN_INFO of 160 bytes with 32-bit big-endian integers, card-facts section 2 (one source). */
function tokenInfo(kind: VirtualCardKind): Uint8Array {
  return concat(
    text(labels[kind], 32),
    text('VIRTUAL CARD', 32), // manufacturerID
    text('VIRTUAL1', 16), // model
    text('0000000000000001', 16), // serialNumber
    uint32(0x0000_040d), // flags
    uint32(1), // ulMaxSessionCount
    uint32(0), // ulSessionCount
    uint32(1), // ulMaxRwSessionCount
    uint32(0), // ulRwSessionCount
    uint32(16), // ulMaxPinLen
    uint32(6), // ulMinPinLen
    new Uint8Array(16).fill(0xff), // four memory sizes, unknown
    text('03', 2), // hardwareVersion
    text('01', 2), // firmwareVersion
    text('9999999999999999', 16), // utcTime
  )
}

function text(value: string, length: number): Uint8Array {
  return asciiBytes(value.padEnd(length, ' '))
}

/** Size of the four certificate files, larger for a larger certificate; six clients read certificates from padded files. */
const certificateFileSize = 1900

export function jpkiApplication(content: CardContent): Application {
  return {
    name: 'jpki',
    aid: fromHex('D392F000260100000001'),
    files:
      content.kind === 'juki' ? signatureFiles(content) : [...signatureFiles(content), ...authenticationFiles(content)],
    sessionKeyRefusal: sw.securityStatus,
    dataObjects: contactAtrObject(content, 'applications'),
  }
}

/** 署名用 and what both halves share. */
function signatureFiles({ kind, identity, secrets, signCertificate }: CardContent): CardFile[] {
  const filler = new Uint8Array(certificateFileSize).fill(0xff)
  return [
    transparent(0x0001, ['sign'], () => (signCertificate ? padded(identity.sign.certificate) : filler)),
    transparent(0x0002, 'free', () => padded(identity.signCa.certificate)),
    transparent(0x0005, 'never', () => new Uint8Array(16).fill(0xff)),
    transparent(0x0006, 'free', () => tokenInfo(kind)),
    transparent(0x0008, 'free', () => Uint8Array.of(signCertificate ? 0x8f : 0, kind === 'juki' ? 0 : 0x8f, 0)),
    transparent(0x0009, 'never', () => new Uint8Array(16).fill(0xff)),
    internalKey(0x0010),
    internalKey(0x0016),
    internalKey(0x0019),
    {
      structure: 'key',
      fid: 0x001a,
      purpose: 'sign',
      use: ['sign'],
      ...(signCertificate && { privateKey: () => privateKeyOf(identity.sign.privateKey) }),
    },
    {
      structure: 'pin',
      fid: 0x001b,
      name: 'sign',
      issued: asciiBytes(secrets.signPassword),
      tries: 5,
      format: signPasswordFormat,
      change: 'change-reference-data',
    },
    internalKey(0x001c),
    internalKey(0x001e),
  ]
}

/** 利用者証明用. On an Android phone the certificate requires the PIN (one source). */
function authenticationFiles({ kind, identity, secrets }: CardContent): CardFile[] {
  return [
    transparent(0x000a, kind === 'phone-android' ? ['auth'] : 'free', () => padded(identity.auth.certificate)),
    transparent(0x000b, 'free', () => padded(identity.authCa.certificate)),
    {
      structure: 'key',
      fid: 0x0017,
      purpose: 'sign',
      use: ['auth'],
      privateKey: () => privateKeyOf(identity.auth.privateKey),
    },
    {
      structure: 'pin',
      fid: 0x0018,
      name: 'auth',
      issued: asciiBytes(secrets.authPin),
      tries: 3,
      format: fourDigits,
      change: 'change-reference-data',
    },
  ]
}

function padded(certificate: Uint8Array): Uint8Array {
  const file = new Uint8Array(Math.max(certificateFileSize, certificate.length))
  file.set(certificate)
  return file
}
