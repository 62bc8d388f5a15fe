/** EF 0002 of the common and the Juki AP: one record, a key reference of 16 bytes, the same in both (one source). */

import { cvcKeyId } from '../issue/cvc.ts'
import type { RecordFile } from '../table.ts'

export function keyReference(): RecordFile {
  return { structure: 'record', fid: 0x0002, read: 'free', records: [cvcKeyId('9000022', '000', 0)] }
}
