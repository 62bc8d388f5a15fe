import type { CardSession } from '../../card/index.ts'
import type { Identification } from '../../identify/index.ts'
import type { JpkiApplication, JpkiKey } from '../../jpki/index.ts'
import type { Certificate, JpkiHierarchy } from '../../pki/index.ts'
import type { RepeatedPin } from '../repeated-pin.ts'
import type { Finding } from './finding.ts'
import type { SmokeStepId } from './step-ids.ts'

/** A name of a reader without its serial number, which drivers add in brackets: `Vendor Model [CCID] (A1B2C3) 00 00`. */
export function maskReader(name: string): string {
  return name.replaceAll(/\([^()]*\)/g, '(…)')
}

/** What the steps of one round share. */
export interface SmokeContext {
  readonly session: CardSession
  /** The time at which certificates and card are checked. */
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

/** Whether a My Number card shows all its applications; of other kinds none is expected. */
export function isWhole({ kind, token, applications }: Identification): boolean {
  return kind !== 'my-number' || (token !== undefined && applications.every(({ present }) => present))
}
