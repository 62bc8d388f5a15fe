import { der, integer, sequence } from '../issue.ts'
import { type PlanContext, timeOf } from './certificate.ts'
import { type ExtensionsPlan, extensionsOf } from './extensions.ts'
import { type SignaturePlan, signing } from './keys.ts'
import { type NamePlan, nameOf } from './names.ts'
import { moment } from './patch.ts'

/** A revocation list in words. */
export interface ListPlan {
  readonly issuer: NamePlan
  readonly signer: string
  readonly thisUpdate: string
  readonly nextUpdate?: string
  /** 2 when left out. */
  readonly version?: number
  readonly entries: readonly {
    readonly serial: number
    readonly date: string
    readonly extensions?: ExtensionsPlan
  }[]
  readonly extensions?: ExtensionsPlan
  readonly signature?: SignaturePlan
  /** Left out of the signed bytes after they were signed. */
  readonly entriesDropped?: boolean
}

/** Issues a list as planned. */
export function listOf(plan: ListPlan, { at, keys }: PlanContext): Buffer {
  const { algorithm, make } = signing(keys(plan.signer), plan.signature)
  const { version = 2 } = plan
  const extensions = extensionsOf(plan.extensions, keys)
  const entries = plan.entries.map(({ serial, date, extensions: own }) => {
    const ofEntry = extensionsOf(own, keys)
    return sequence(integer(serial), timeOf(moment(date, at)), ...(ofEntry.length === 0 ? [] : [sequence(...ofEntry)]))
  })
  const tbs = (listed: readonly Buffer[]): Buffer =>
    sequence(
      ...(version === 1 ? [] : [integer(version - 1)]),
      algorithm,
      nameOf(plan.issuer),
      timeOf(moment(plan.thisUpdate, at)),
      ...(plan.nextUpdate === undefined ? [] : [timeOf(moment(plan.nextUpdate, at))]),
      ...(listed.length === 0 ? [] : [sequence(...listed)]),
      ...(extensions.length === 0 ? [] : [der(0xa0, sequence(...extensions))]),
    )
  const signature = make(tbs(entries))
  return sequence(tbs(plan.entriesDropped === true ? [] : entries), algorithm, der(0x03, Buffer.from([0]), signature))
}
