/** 券面事項確認AP (visual AP), card-facts section 3.3. */

import { fromHex } from '../../bytes.ts'
import { eraDigits } from '../issue/calendar.ts'
import { privateKeyOf } from '../issue/keys.ts'
import { sw } from '../status.ts'
import { type Application, type CardFile, internalKey, transparent } from '../table.ts'
import { cardFaceFile } from './card-face.ts'
import type { CardContent } from './content.ts'
import { cardOr, chipOf, contactAtrObject } from './other-card.ts'
import { issuerCertificate } from './text-files.ts'
import { printedCode, verificationCodeB } from './verification-codes.ts'
import { birthRecord, numberImage, visualInformation } from './visual-files.ts'

/**
 * A Juki card has the application, but which files is not public: here it has none. It was issued before 個人番号
 * existed.
 */
export function visualApplication(content: CardContent): Application {
  const common = {
    name: 'visual',
    aid: fromHex('D3921000310001010402'),
    sessionKeyRefusal: sw.sessionKeyUnsupported,
    dataObjects: contactAtrObject(content, 'applications'),
  }
  return content.kind === 'juki' ? { ...common, files: [] } : { ...common, defaultKey: 0x001a, files: files(content) }
}

function files(content: CardContent): CardFile[] {
  const { identity, secrets } = content
  return [
    transparent(0x0001, ['visual-birth'], () => birthRecord(cardOr(content, 'visual-birth-of-other-card').identity)),
    transparent(0x0002, ['visual-code-a', 'visual-code-b'], () =>
      cardFaceFile(cardOr(content, 'visual-face-of-other-card')),
    ),
    transparent(0x0003, 'free', () => visualInformation(identity)),
    transparent(0x0004, 'free', () => issuerCertificate(content, 'visual')),
    transparent(0x0005, ['visual-code-a'], () => numberImage(cardOr(content, 'visual-number-of-other-card').identity)),
    transparent(0x0006, ['visual-code-a', 'visual-code-b'], () => new Uint8Array(16).fill(0xff)),
    printedCode(0x0011, 'visual-birth', eraDigits(identity.holder.birthDate)),
    printedCode(0x0012, 'visual-code-b', verificationCodeB(identity)),
    printedCode(0x0013, 'visual-code-a', secrets.individualNumber),
    internalKey(0x0014),
    internalKey(0x0015),
    {
      structure: 'key',
      fid: 0x001a,
      purpose: 'sign',
      use: 'free',
      privateKey: () => privateKeyOf(chipOf(content, 'visual-key-copied').visualKey.privateKey),
    },
    internalKey(0x001c),
    internalKey(0x001e),
  ]
}
