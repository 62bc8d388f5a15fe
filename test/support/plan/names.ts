import { der, oid, sequence } from '../issue.ts'

/** A value: UTF8String unless it says otherwise. */
type ValuePlan = string | { readonly as: keyof typeof stringTags; readonly text: string }

/** Relative distinguished names, outermost first, by short name; or a common name below `O=Example`. */
export type NamePlan = string | readonly Readonly<Record<string, ValuePlan>>[]

/** One general name by its kind. `ip` is hexadecimal: 4 or 16 bytes, twice that in a constraint. */
export type GeneralNamePlan =
  | { readonly dns: string }
  | { readonly email: string }
  | { readonly uri: string }
  | { readonly ip: string }
  | { readonly directory: NamePlan }
  | { readonly registeredId: string }

const types: Readonly<Record<string, string>> = {
  C: '2.5.4.6',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  CN: '2.5.4.3',
  emailAddress: '1.2.840.113549.1.9.1',
}
const stringTags = { utf8: 0x0c, printable: 0x13, ia5: 0x16, octets: 0x04 } as const

/** Attributes in the order of their encodings, as DER wants a SET OF. X.690 11.6. */
export function rdn(attributes: Readonly<Record<string, ValuePlan>>): Buffer {
  const encoded = Object.entries(attributes).map(([short, value]) =>
    sequence(oid(types[short]!), attributeValue(short, value)),
  )
  return der(0x31, ...encoded.sort(Buffer.compare))
}

function attributeValue(short: string, value: ValuePlan): Buffer {
  if (typeof value !== 'string') return der(stringTags[value.as], Buffer.from(value.text))
  return der(short === 'C' ? 0x13 : short === 'emailAddress' ? 0x16 : 0x0c, Buffer.from(value))
}

export function nameOf(plan: NamePlan): Buffer {
  return sequence(...(typeof plan === 'string' ? [{ O: 'Example' }, { CN: plan }] : plan).map(rdn))
}

export function generalName(plan: GeneralNamePlan): Buffer {
  if ('dns' in plan) return der(0x82, Buffer.from(plan.dns))
  if ('email' in plan) return der(0x81, Buffer.from(plan.email))
  if ('uri' in plan) return der(0x86, Buffer.from(plan.uri))
  if ('ip' in plan) return der(0x87, Buffer.from(plan.ip, 'hex'))
  if ('registeredId' in plan) return der(0x88, oid(plan.registeredId).subarray(2))
  return der(0xa4, nameOf(plan.directory))
}
