/** 券面事項確認AP (visual AP), card-facts section 3.3. The card-face images, EF 0002 and 0005, are not made yet. */

import { fromHex } from '../../bytes.ts'
import { eraDigits } from '../issue/calendar.ts'
import { privateKeyOf } from '../issue/keys.ts'
import { sw } from '../status.ts'
import { type Application, internalKey, transparent } from '../table.ts'
import type { CardContent } from './content.ts'
import { printedCode, verificationCodeB } from './verification-codes.ts'
import { birthRecord, visualInformation } from './visual-files.ts'

export function visualApplication({ identity, secrets }: CardContent): Application {
  return {
    name: 'visual',
    aid: fromHex('D3921000310001010402'),
    sessionKeyRefusal: sw.sessionKeyUnsupported,
    defaultKey: 0x001a,
    files: [
      transparent(0x0001, ['visual-birth'], () => birthRecord(identity)),
      transparent(0x0003, 'free', () => visualInformation(identity)),
      transparent(0x0004, 'free', () => identity.cvc.visual.certificate),
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
        privateKey: () => privateKeyOf(identity.visualKey.privateKey),
      },
      internalKey(0x001c),
      internalKey(0x001e),
    ],
  }
}
