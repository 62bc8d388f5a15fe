import type { CardSession } from '../../card/index.ts'
import type { Identification } from '../../identify/index.ts'
import type { JpkiApplication, JpkiKey } from '../../jpki/index.ts'
import type { Certificate, JpkiHierarchy } from '../../pki/index.ts'
import type { RepeatedPin } from '../repeated-pin.ts'
import type { Finding } from './finding.ts'
import type { SmokeStepId } from './step-ids.ts'

/**
 * A name of a reader without its serial number, which drivers add in brackets: `Vendor Model [CCID] (A1B2C3) 00 00`.
 */
export function maskReader(name: string): string {
  return name.replaceAll(/\([^()]*\)/g, '(…)')
}

/** State shared by the steps of one round. */
export interface SmokeContext {
  readonly session: CardSession
  /** The time at which certificates and card are checked. */
  readonly at: Date
  readonly anchors: readonly Certificate[] | undefined
  readonly hierarchies: readonly JpkiHierarchy[]
  readonly pins: Partial<Readonly<Record<JpkiKey, RepeatedPin>>>
  /** Present once identified. */
  identification?: Identification
  jpki?: JpkiApplication
}

/** One step: an operation on the card, and the evaluation of its result. */
export interface SmokeStep {
  readonly id: SmokeStepId
  run(context: SmokeContext): Promise<Finding>
}

/** Whether a card of this kind has everything the steps check. */
export function isComplete({ identification }: SmokeContext): boolean {
  return identification?.kind === 'my-number'
}

/** Whether a My Number card has all its applications; none are required of other kinds. */
export function isWhole({ kind, token, applications }: Identification): boolean {
  return kind !== 'my-number' || (token !== undefined && applications.every(({ present }) => present))
}
