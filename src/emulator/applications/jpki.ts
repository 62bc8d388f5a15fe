/** 公的個人認証AP (JPKI-AP), card-facts section 3.1. */

import { asciiBytes, fromHex } from '../../bytes.ts'
import { privateKeyOf } from '../issue/keys.ts'
import { fourDigits, signPasswordFormat } from '../options.ts'
import { sw } from '../status.ts'
import { type Application, type CardFile, internalKey, transparent } from '../table.ts'
import type { CardContent } from './content.ts'
import { contactAtrObject } from './other-card.ts'
import { tokenInfo } from './token-info.ts'

/** Size of the four certificate files; six clients read certificates from padded files. */
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
  const file = new Uint8Array(certificateFileSize)
  file.set(certificate)
  return file
}
