/** 住基AP (Juki) and 共通カードAP (common), card-facts sections 3.4 and 3.5: two PINs that people think of as one. */

import { asciiBytes, fromHex } from '../../bytes.ts'
import { compactDate } from '../issue/calendar.ts'
import { privateKeyOf } from '../issue/keys.ts'
import { fourDigits } from '../options.ts'
import { sw } from '../status.ts'
import { type Application, internalKey, type PinFile, type PinName } from '../table.ts'
import { tlv } from '../tlv-writer.ts'
import type { CardContent } from './content.ts'

export function jukiApplication({ secrets }: CardContent): Application {
  return {
    name: 'juki',
    aid: fromHex('D3921000310001010401'),
    sessionKeyRefusal: sw.securityStatus,
    files: [internalKey(0x0002), changeablePin('juki', secrets.jukiPin)],
  }
}

export function commonApplication({ identity, secrets }: CardContent): Application {
  return {
    name: 'common',
    aid: fromHex('D3921000310001010100'),
    sessionKeyRefusal: sw.sessionKeyUnsupported,
    files: [
      { structure: 'record', fid: 0x0001, read: 'free', records: [cardRecord(identity)] },
      internalKey(0x0002),
      {
        structure: 'key',
        fid: 0x0019,
        purpose: 'authenticate',
        use: 'free',
        privateKey: () => privateKeyOf(identity.commonKey.privateKey),
      },
      changeablePin('common', secrets.jukiPin),
      internalKey(0x001e),
    ],
  }
}

/** Serial (15) ‖ municipality (5) ‖ expiry (8), in a simple TLV with tag 01 (two sources). */
function cardRecord({ serialNumber, municipalityCode, cardExpiry }: CardContent['identity']): Uint8Array {
  return tlv(0x01, asciiBytes(serialNumber + municipalityCode + compactDate(cardExpiry)))
}

function changeablePin(name: PinName, value: string): PinFile {
  return {
    structure: 'pin',
    fid: 0x001c,
    name,
    issued: asciiBytes(value),
    tries: 3,
    format: fourDigits,
    change: 'change-key',
  }
}
