/** What the applications of one card are filled with. */

import type { Identity } from '../issue/identity.ts'
import type { CardSecrets, VirtualCardKind } from '../options.ts'
import type { ContentFault } from './content-faults.ts'
import type { IssuanceContent } from './issuance-options.ts'

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
