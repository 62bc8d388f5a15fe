/** 共通カードAP (common), card-facts section 3.5. */

import { asciiBytes, copyBytes, fromHex } from '../../bytes.ts'
import { compactDate } from '../issue/calendar.ts'
import type { Identity } from '../issue/identity.ts'
import { privateKeyOf } from '../issue/keys.ts'
import { sw } from '../status.ts'
import { type Application, internalKey } from '../table.ts'
import { tlv } from '../tlv-writer.ts'
import type { CardContent } from './content.ts'
import { keyReference } from './content.ts'
import { changeablePin } from './juki.ts'
import { cardOr, contactAtrObject } from './other-card.ts'

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
