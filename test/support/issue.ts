import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** A certificate factory for tests: DER written out, so that anything can be made wrong on purpose. */

export const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts)
  const { length } = body
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...header]), body])
}
export const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
export const integer = (value: number): Buffer => der(0x02, Buffer.from([value]))
export const bool = (value: boolean): Buffer => der(0x01, Buffer.from([value ? 0xff : 0]))

export function oid(text: string): Buffer {
  const [first, second, ...rest] = text.split('.').map(Number) as [number, number, ...number[]]
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc % 128]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift((left % 128) | 0x80)
    return digits
  })
  return der(0x06, Buffer.from(bytes))
}

export const name = (common: string): Buffer =>
  sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(common)))))

const nameOf = (given: string | Uint8Array): Uint8Array => (typeof given === 'string' ? name(given) : given)

const time = (date: Date): Buffer =>
  der(0x17, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`))

export const extension = (id: string, value: Uint8Array, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [bool(true)] : []), der(0x04, value))

export const basicConstraints = (ca: boolean, pathLength?: number): Buffer =>
  extension(
    '2.5.29.19',
    sequence(...(ca ? [bool(true)] : []), ...(pathLength === undefined ? [] : [integer(pathLength)])),
    true,
  )
/** @param bits - first byte of the bit string: 0x80 digitalSignature, 0x04 keyCertSign, 0x02 cRLSign. */
export const keyUsage = (bits: number): Buffer => {
  const unused = Math.clz32(bits & -bits) === 32 ? 0 : 31 - Math.clz32(bits & -bits)
  return extension('2.5.29.15', der(0x03, Buffer.from([unused, bits])), true)
}

export interface Keys {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}
export const newKeys = (): Keys => generateKeyPairSync('ec', { namedCurve: 'P-256' })

export interface Plan {
  /** Common name, or DER of the whole name. */
  readonly subject: string | Uint8Array
  readonly issuer: string | Uint8Array
  readonly keys: Keys
  readonly signer: Keys
  readonly extensions?: readonly Uint8Array[]
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** One byte, or the content of the INTEGER. */
  readonly serial?: number | Uint8Array
  /** Replaces parts of the TBS before it is signed. */
  readonly version?: number | undefined
}

/** ECDSA or DSA with SHA-256, by the key that signs. */
const algorithmOf = ({ privateKey }: Keys): Buffer =>
  sequence(oid(privateKey.asymmetricKeyType === 'dsa' ? '2.16.840.1.101.3.4.3.2' : '1.2.840.10045.4.3.2'))

/** Issues a certificate as planned. */
export function issue(plan: Plan): Buffer {
  const { notBefore = new Date('2025-01-01T00:00:00Z'), notAfter = new Date('2035-01-01T00:00:00Z') } = plan
  const version = 'version' in plan ? plan.version : 2
  const algorithm = algorithmOf(plan.signer)
  const tbs = sequence(
    ...(version === undefined ? [] : [der(0xa0, integer(version))]),
    typeof plan.serial === 'object' ? der(0x02, plan.serial) : integer(plan.serial ?? 1),
    algorithm,
    nameOf(plan.issuer),
    sequence(time(notBefore), time(notAfter)),
    nameOf(plan.subject),
    plan.keys.publicKey.export({ type: 'spki', format: 'der' }),
    ...(plan.extensions === undefined ? [] : [der(0xa3, sequence(...plan.extensions))]),
  )
  const signature = sign('sha256', tbs, plan.signer.privateKey)
  return sequence(tbs, algorithm, der(0x03, Buffer.from([0]), signature))
}

/** Extensions of a CA. */
export const ca = (pathLength?: number): readonly Buffer[] => [basicConstraints(true, pathLength), keyUsage(0x06)]
