/** Content of the applications of one card. */

import { cvcKeyId } from '../issue/cvc.ts'
import type { Identity } from '../issue/identity.ts'
import type { CardSecrets, VirtualCardKind } from '../options.ts'
import type { RecordFile } from '../table.ts'
import type { ContentFault } from './content-faults.ts'
import type { IssuanceContent } from './issuance-options.ts'

/** EF 0002 of the common and the Juki AP: one record, a key reference of 16 bytes, the same in both (one source). */
export function keyReference(): RecordFile {
  return { structure: 'record', fid: 0x0002, read: 'free', records: [cvcKeyId('9000022', '000', 0)] }
}

export interface CardContent {
  readonly kind: VirtualCardKind
  readonly identity: Identity
  readonly secrets: CardSecrets
  readonly signCertificate: boolean
  readonly faults: ReadonlySet<ContentFault>
  /** Bytes in front of FF20 in EF 0002 of the text AP. */
  readonly attributesPrefix: Uint8Array
  readonly cardFace: 'small' | 'large'
  readonly contactAtrUnder: 'manager' | 'applications'
  /** The municipal application; undefined on a card without. */
  readonly issuance: IssuanceContent | undefined
}
