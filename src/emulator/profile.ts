/** How this particular card differs from others of its kind, resolved from the options. */

import type { VirtualCardKind } from './options.ts'

export interface CardProfile {
  readonly kind: VirtualCardKind
  readonly shortFileId: boolean
  readonly shortFileIdRefusal: number
  readonly extendedLength: boolean
  readonly directReference: boolean
  readonly endOfFileWarning: boolean
  readonly queryWhenVerified: 'ok' | 'counter'
  readonly chainedResponses: boolean
  readonly commandChaining: boolean
}
