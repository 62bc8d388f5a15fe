import type { CardSession } from '../../card/index.ts'
import type { Identification } from '../../identify/index.ts'
import type { JpkiApplication, JpkiKey } from '../../jpki/index.ts'
import type { JpkiHierarchy } from '../../pki/trust/index.ts'
import type { Certificate } from '../../pki/x509/index.ts'
import type { RepeatedPin } from '../repeated-pin.ts'
import type { Finding } from './finding.ts'
import type { SmokeStepId } from './step-ids.ts'

/** What the steps of one round share. */
export interface SmokeContext {
  readonly session: CardSession
  /** The moment certificates and card are judged at. */
  readonly at: Date
  readonly anchors: readonly Certificate[] | undefined
  readonly hierarchies: readonly JpkiHierarchy[]
  readonly pins: Partial<Readonly<Record<JpkiKey, RepeatedPin>>>
  /** Once found out. */
  identification?: Identification
  jpki?: JpkiApplication
}

/** One step: what to do with the card, and what it means. */
export interface SmokeStep {
  readonly id: SmokeStepId
  run(context: SmokeContext): Promise<Finding>
}

/** Whether a card of this kind has everything the steps look for. */
export function isComplete({ identification }: SmokeContext): boolean {
  return identification?.kind === 'my-number'
}
