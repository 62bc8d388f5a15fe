/** 住基AP (Juki), card-facts section 3.4. Beyond EF 0002 and the PIN nothing is public: EF 0001 and 0003 are invented. */

import { asciiBytes, fromHex } from '../../bytes.ts'
import { fourDigits } from '../options.ts'
import { sw } from '../status.ts'
import { type Application, type PinFile, type PinName, transparent } from '../table.ts'
import { filled, tlv } from '../tlv-writer.ts'
import type { CardContent } from './content.ts'
import { keyReference } from './content.ts'
import { contactAtrObject } from './other-card.ts'

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
export function changeablePin(name: PinName, value: string): PinFile {
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
