/** Properties of one card within its kind, resolved from the options. */

import type { ExtendedAnswers, VirtualCardKind } from './options.ts'

export interface CardProfile {
  readonly kind: VirtualCardKind
  readonly shortFileId: boolean
  readonly shortFileIdRefusal: number
  readonly extendedLength: boolean
  readonly extendedLengthRefusal: number
  readonly extendedAnswers: ExtendedAnswers
  readonly directReference: boolean
  readonly directReferenceRefusal: number
  readonly selectP2: readonly number[] | undefined
  readonly selectP2Refusal: number
  readonly selectAnnouncesData: 'given' | 'refused' | undefined
  readonly endOfFileWarning: boolean
  readonly queryWhenVerified: 'ok' | 'counter'
  readonly chainedResponses: boolean
  readonly commandChaining: boolean
}
