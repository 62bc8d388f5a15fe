/** What the applications of one card are filled with. */

import type { Identity } from '../issue/identity.ts'
import type { CardSecrets, VirtualCardKind } from '../options.ts'

export interface CardContent {
  readonly kind: VirtualCardKind
  readonly identity: Identity
  readonly secrets: CardSecrets
  readonly signCertificate: boolean
}
