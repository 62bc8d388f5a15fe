/** 共通カードAP (common), card-facts section 3.5, and 住基AP (Juki), section 3.4. */

import { asciiBytes, copyBytes, fromHex } from '../../bytes.ts'
import { sw } from '../apdu.ts'
import { compactDate } from '../issue/calendar.ts'
import type { Identity } from '../issue/identity.ts'
import { fourDigits } from '../options.ts'
import { privateKeyOf } from '../rsa.ts'
import { type Application, internalKey, type PinFile, type PinName, transparent } from '../table.ts'
import { filled, tlv } from '../tlv-writer.ts'
import { type CardContent, cardOr, contactAtrObject, keyReference } from './content.ts'

// 住基AP (Juki), card-facts section 3.4. Beyond EF 0002 and the PIN nothing is public: EF 0001 and 0003 are invented.

/** On the My Number card and on the Juki card. */
export function jukiApplication(content: CardContent): Application {
  return {
    name: 'juki',
    aid: fromHex('D3921000310001010401'),
    sessionKeyRefusal: sw.securityStatus,
    dataObjects: contactAtrObject(content, 'applications'),
    files: [
      transparent(0x0001, ['juki'], () => filled(tlv(0xff10, asciiBytes('INVENTED JUKI FILE 0001')), 64)),
      keyReference(),
      {
        structure: 'record',
        fid: 0x0003,
        read: ['juki'],
        records: [tlv(0x01, asciiBytes('INVENTED RECORD 1')), tlv(0x02, asciiBytes('INVENTED RECORD 2'))],
      },
      changeablePin('juki', content.secrets.jukiPin),
    ],
  }
}

/** EF 001C of the common and the Juki AP: two PINs that holders usually set to one value, each with its own tries. */
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

export function commonApplication(content: CardContent): Application {
  const { identity, secrets, faults } = content
  const record = cardRecord(cardOr(content, 'common-record-of-other-card').identity)
  return {
    name: 'common',
    aid: fromHex('D3921000310001010100'),
    sessionKeyRefusal: sw.sessionKeyUnsupported,
    dataObjects: contactAtrObject(content, 'applications'),
    files: [
      {
        structure: 'record',
        fid: 0x0001,
        read: 'free',
        records: [faults.has('common-record-cut') ? copyBytes(record, 0, 24) : record],
      },
      keyReference(),
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
function cardRecord({ serialNumber, municipalityCode, cardExpiry }: Identity): Uint8Array {
  return tlv(0x01, asciiBytes(serialNumber + municipalityCode + compactDate(cardExpiry)))
}
