import { der, integer, sequence } from '../issue.ts'
import { type ExtensionsPlan, extensionsOf, type KeyFinder } from './extensions.ts'
import { keysOf, type SignaturePlan, signing } from './keys.ts'
import { type NamePlan, nameOf } from './names.ts'
import { moment } from './patch.ts'

/** A certificate in words. Keys are named; times are moments from the instant of the plan. */
export interface CertificatePlan {
  readonly subject: NamePlan
  readonly issuer: NamePlan
  readonly key: string
  readonly signer: string
  readonly serial: number
  readonly notBefore: string
  readonly notAfter: string
  /** 3 when left out. */
  readonly version?: number
  readonly extensions?: ExtensionsPlan
  readonly signature?: SignaturePlan
  /** Another serial number in the signed bytes after they were signed. */
  readonly alteredSerial?: number
}

/** Keys by name, with their kind, and the moment everything is relative to. */
export interface PlanContext {
  readonly at: Date
  readonly keys: KeyFinder
}

export function contextOf(keys: Readonly<Record<string, string>>, at: Date): PlanContext {
  return {
    at,
    keys: (name) => {
      const kind = keys[name]
      if (kind === undefined) throw new TypeError(`no key of the plan: ${name}`)
      return keysOf(name, kind)
    },
  }
}

const text = (date: Date): string => `${date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`

/** Time, as UTCTime to 2049. RFC 5280 4.1.2.5. */
export const timeOf = (date: Date): Buffer =>
  date.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(text(date).slice(2))) : generalizedTime(date)
export const generalizedTime = (date: Date): Buffer => der(0x18, Buffer.from(text(date)))

/** Issues a certificate as planned. */
export function certificateOf(plan: CertificatePlan, { at, keys }: PlanContext): Buffer {
  const { algorithm, make } = signing(keys(plan.signer), plan.signature)
  const { version = 3 } = plan
  const extensions = extensionsOf(plan.extensions, keys)
  const tbs = (serial: number): Buffer =>
    sequence(
      ...(version === 1 ? [] : [der(0xa0, integer(version - 1))]),
      integer(serial),
      algorithm,
      nameOf(plan.issuer),
      sequence(timeOf(moment(plan.notBefore, at)), timeOf(moment(plan.notAfter, at))),
      nameOf(plan.subject),
      keys(plan.key).publicKey.export({ type: 'spki', format: 'der' }),
      ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
    )
  const signature = make(tbs(plan.serial))
  return sequence(tbs(plan.alteredSerial ?? plan.serial), algorithm, der(0x03, Buffer.from([0]), signature))
}
