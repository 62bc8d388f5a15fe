/** 券面事項入力補助AP (text AP), card-facts section 3.2. */

import { asciiBytes, fromHex } from '../../bytes.ts'
import { privateKeyOf } from '../issue/keys.ts'
import { fourDigits } from '../options.ts'
import { sw } from '../status.ts'
import { type AccessRule, type Application, internalKey, transparent } from '../table.ts'
import type { CardContent } from './content.ts'
import { cardOr, chipOf, contactAtrObject } from './other-card.ts'
import {
  attributesFile,
  cardKeyFile,
  digestsFile,
  individualNumberFile,
  issuerCertificate,
  sessionKeyFile,
  textInformationFile,
} from './text-files.ts'
import { printedCode, verificationCodeB } from './verification-codes.ts'

const pinOrCodes: AccessRule = ['text', 'text-code-a', 'text-code-b']

export function textApplication(content: CardContent): Application {
  const { identity, secrets } = content
  return {
    name: 'text',
    aid: fromHex('D3921000310001010408'),
    sessionKeyRefusal: sw.securityStatus,
    defaultKey: 0x0013,
    sessionKey: () => privateKeyOf(identity.sessionKey.privateKey),
    dataObjects: contactAtrObject(content, 'applications'),
    files: [
      transparent(0x0001, ['text', 'text-code-a'], () =>
        individualNumberFile(cardOr(content, 'text-number-of-other-card')),
      ),
      transparent(0x0002, ['text', 'text-code-b'], () =>
        attributesFile(cardOr(content, 'text-attributes-of-other-card')),
      ),
      transparent(0x0003, pinOrCodes, () => digestsFile(cardOr(content, 'text-digests-of-other-card'))),
      transparent(0x0004, 'free', () => issuerCertificate(content, 'text')),
      transparent(0x0005, 'free', textInformationFile),
      transparent(0x0006, pinOrCodes, () => sessionKeyFile(identity)),
      transparent(0x0007, pinOrCodes, () => cardKeyFile(identity)),
      transparent(0x0008, 'never', () => new Uint8Array(16).fill(0xff)),
      internalKey(0x0010),
      {
        structure: 'pin',
        fid: 0x0011,
        name: 'text',
        issued: asciiBytes(secrets.textPin),
        tries: 3,
        format: fourDigits,
        change: 'change-reference-data',
      },
      { ...printedCode(0x0012, 'text-reserved', ''), issuedTriesLeft: 0 },
      {
        structure: 'key',
        fid: 0x0013,
        purpose: 'sign',
        use: 'free',
        privateKey: () => privateKeyOf(chipOf(content, 'text-key-copied').textKey.privateKey),
      },
      printedCode(0x0014, 'text-code-a', secrets.individualNumber),
      printedCode(0x0015, 'text-code-b', verificationCodeB(identity)),
      internalKey(0x001c),
      internalKey(0x001e),
    ],
  }
}
