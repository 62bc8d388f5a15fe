import { bool, der, extension, integer, type Keys, oid, sequence } from '../issue.ts'
import { keyId } from './keys.ts'
import { type GeneralNamePlan, generalName, type NamePlan, rdn } from './names.ts'

/** Extensions by name, each in the form its encoder below reads. */
export type ExtensionsPlan = Readonly<Record<string, unknown>>

/** Key of a name in the plan. */
export type KeyFinder = (name: string) => Keys

interface SubtreesPlan {
  readonly permitted?: readonly GeneralNamePlan[]
  readonly excluded?: readonly GeneralNamePlan[]
}
interface PointPlan {
  readonly full?: readonly GeneralNamePlan[]
  readonly relative?: Readonly<Record<string, string>>
  readonly reasons?: readonly number[]
  readonly crlIssuer?: NamePlan
}
interface ScopePlan extends PointPlan {
  readonly onlyUser?: boolean
  readonly onlyCa?: boolean
  readonly onlyAttribute?: boolean
  readonly indirect?: boolean
}

const usageBits = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
]

/** A named bit list without trailing zeros. X.690 11.2.2. */
export function namedBits(bits: readonly number[], tag = 0x03): Buffer {
  const last = Math.max(...bits)
  const bytes = Buffer.alloc((last >> 3) + 1)
  for (const bit of bits) bytes[bit >> 3]! |= 0x80 >> (bit & 7)
  return der(tag, Buffer.from([7 - (last & 7)]), bytes)
}

const when = (present: boolean | undefined, element: Buffer): Buffer[] => (present === true ? [element] : [])
const subtrees = (tag: number, names: readonly GeneralNamePlan[] | undefined): Buffer[] =>
  names === undefined ? [] : [der(tag, ...names.map((name) => sequence(generalName(name))))]

function pointName({ full, relative }: PointPlan): Buffer[] {
  if (full !== undefined) return [der(0xa0, der(0xa0, ...full.map(generalName)))]
  if (relative === undefined) return []
  const set = rdn(relative)
  return [der(0xa0, Buffer.concat([Buffer.from([0xa1]), set.subarray(1)]))]
}

const points = (plan: unknown): Buffer =>
  sequence(
    ...(plan as readonly PointPlan[]).map((point) =>
      sequence(
        ...pointName(point),
        ...(point.reasons === undefined ? [] : [namedBits(point.reasons, 0x81)]),
        ...(point.crlIssuer === undefined ? [] : [der(0xa2, generalName({ directory: point.crlIssuer }))]),
      ),
    ),
  )

/** Object identifier, criticality and value of each extension. */
const encoders: Readonly<Record<string, readonly [string, boolean, (plan: unknown, keys: KeyFinder) => Buffer]>> = {
  basicConstraints: [
    '2.5.29.19',
    true,
    (plan) => {
      const { ca, pathLength } = plan as { ca: boolean; pathLength?: number }
      return sequence(...when(ca, bool(true)), ...(pathLength === undefined ? [] : [integer(pathLength)]))
    },
  ],
  keyUsage: ['2.5.29.15', true, (plan) => namedBits((plan as readonly string[]).map((one) => usageBits.indexOf(one)))],
  extendedKeyUsage: ['2.5.29.37', false, (plan) => sequence(...(plan as readonly string[]).map(oid))],
  subjectKeyId: ['2.5.29.14', false, (plan, keys) => der(0x04, keyId(keys(plan as string)))],
  authorityKeyId: ['2.5.29.35', false, (plan, keys) => sequence(der(0x80, keyId(keys(plan as string))))],
  subjectAltName: ['2.5.29.17', false, (plan) => sequence(...(plan as readonly GeneralNamePlan[]).map(generalName))],
  nameConstraints: [
    '2.5.29.30',
    true,
    (plan) => {
      const { permitted, excluded } = plan as SubtreesPlan
      return sequence(...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded))
    },
  ],
  policies: ['2.5.29.32', false, (plan) => sequence(...(plan as readonly string[]).map((id) => sequence(oid(id))))],
  policyMappings: [
    '2.5.29.33',
    true,
    (plan) => sequence(...(plan as readonly (readonly string[])[]).map((pair) => sequence(...pair.map(oid)))),
  ],
  policyConstraints: [
    '2.5.29.36',
    true,
    (plan) => {
      const { requireExplicitPolicy: explicit, inhibitPolicyMapping: mapping } = plan as Record<string, number>
      const counter = (tag: number, n: number | undefined) => (n === undefined ? [] : [der(tag, Buffer.from([n]))])
      return sequence(...counter(0x80, explicit), ...counter(0x81, mapping))
    },
  ],
  inhibitAnyPolicy: ['2.5.29.54', true, (plan) => integer(plan as number)],
  crlDistributionPoints: ['2.5.29.31', false, points],
  noCheck: ['1.3.6.1.5.5.7.48.1.5', false, () => der(0x05)],
  unknownCritical: ['1.3.6.1.4.1.99999.1', true, () => der(0x05)],
  unknown: ['1.3.6.1.4.1.99999.1', false, () => der(0x05)],
  // Of revocation lists and their entries.
  freshestCrl: ['2.5.29.46', false, points],
  crlNumber: ['2.5.29.20', false, (plan) => integer(plan as number)],
  deltaCrlIndicator: ['2.5.29.27', true, (plan) => integer(plan as number)],
  issuingDistributionPoint: [
    '2.5.29.28',
    true,
    (plan) => {
      const scope = plan as ScopePlan
      return sequence(
        ...pointName(scope),
        ...when(scope.onlyUser, der(0x81, Buffer.from([0xff]))),
        ...when(scope.onlyCa, der(0x82, Buffer.from([0xff]))),
        ...(scope.reasons === undefined ? [] : [namedBits(scope.reasons, 0x83)]),
        ...when(scope.indirect, der(0x84, Buffer.from([0xff]))),
        ...when(scope.onlyAttribute, der(0x85, Buffer.from([0xff]))),
      )
    },
  ],
  reason: ['2.5.29.21', false, (plan) => der(0x0a, Buffer.from([plan as number]))],
  certificateIssuer: ['2.5.29.29', true, (plan) => sequence(generalName({ directory: plan as NamePlan }))],
  // Of OCSP responses.
  nonce: ['1.3.6.1.5.5.7.48.1.2', false, (plan) => der(0x04, Buffer.from(plan as string, 'hex'))],
}

/** The extensions of a plan, in its order; none when it has none. */
export function extensionsOf(plan: ExtensionsPlan | undefined, keys: KeyFinder): readonly Buffer[] {
  return Object.entries(plan ?? {}).map(([name, value]) => {
    const encoder = encoders[name]
    if (encoder === undefined) throw new TypeError(`no extension of a plan: ${name}`)
    const [id, critical, encode] = encoder
    return extension(id, encode(value, keys), critical)
  })
}
