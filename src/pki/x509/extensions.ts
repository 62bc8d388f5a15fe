import { copyBytes } from '../../bytes.ts'
import { context, DerReader, readBoolean, readNamedBits, readOid, readSmallInteger, tags } from '../../der/index.ts'
import { DecodeError } from '../../errors.ts'
import { type GeneralName, readGeneralName, readGeneralNames } from './general-name.ts'
import { Name } from './name.ts'

/** Bits of keyUsage by number. RFC 5280 4.2.1.3. */
export const keyUsages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const

/** One of {@link keyUsages}. */
export type KeyUsage = (typeof keyUsages)[number]

/** The policy that means any policy. */
export const anyPolicy = '2.5.29.32.0'

/** One subtree of a name constraint; `minimum` other than 0 and `maximum` are not used on the Internet (RFC 5280). */
export interface GeneralSubtree {
  readonly base: GeneralName
  readonly bounded: boolean
}

/** RFC 5280 4.2.1.10. */
export interface NameConstraints {
  readonly permitted: readonly GeneralSubtree[]
  readonly excluded: readonly GeneralSubtree[]
}

/** Name of a distribution point: full names, or one relative to the CRL issuer. RFC 5280 4.2.1.13. */
export type DistributionPointName =
  | { readonly kind: 'full'; readonly names: readonly GeneralName[] }
  /** DER of the RelativeDistinguishedName, as a SET. */
  | { readonly kind: 'relative'; readonly rdn: Uint8Array }

/** RFC 5280 4.2.1.13. */
export interface DistributionPoint {
  readonly name: DistributionPointName | undefined
  /** Numbers of ReasonFlags bits; absent: all reasons. */
  readonly reasons: ReadonlySet<number> | undefined
  readonly crlIssuer: readonly GeneralName[] | undefined
}

/** Known extensions of a certificate, decoded. */
export interface Extensions {
  readonly keyUsage?: ReadonlySet<KeyUsage>
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength: number | undefined }
  readonly extendedKeyUsage?: readonly string[]
  readonly subjectKeyId?: Uint8Array
  readonly authorityKeyId?: {
    readonly keyId: Uint8Array | undefined
    readonly issuer: readonly GeneralName[] | undefined
    readonly serialNumber: Uint8Array | undefined
  }
  readonly subjectAltName?: readonly GeneralName[]
  readonly issuerAltName?: readonly GeneralName[]
  readonly policies?: readonly string[]
  readonly policyMappings?: readonly { readonly issuerDomain: string; readonly subjectDomain: string }[]
  readonly policyConstraints?: {
    readonly requireExplicitPolicy: number | undefined
    readonly inhibitPolicyMapping: number | undefined
  }
  readonly inhibitAnyPolicy?: number
  readonly nameConstraints?: NameConstraints
  readonly crlDistributionPoints?: readonly DistributionPoint[]
  readonly freshestCrl?: readonly DistributionPoint[]
  readonly authorityInfoAccess?: readonly { readonly method: string; readonly location: GeneralName }[]
}

type Key = keyof Extensions

const list = <T>(reader: DerReader, read: (inner: DerReader) => T): readonly T[] => {
  const sequence = reader.enter(tags.sequence)
  const items: T[] = []
  do items.push(read(sequence))
  while (sequence.more)
  return items
}

function readSubtrees(reader: DerReader, tag: number): readonly GeneralSubtree[] {
  if (reader.nextTag !== tag) return []
  const sequence = reader.enter(tag)
  const subtrees: GeneralSubtree[] = []
  do {
    const one = sequence.enter(tags.sequence)
    const base = readGeneralName(one)
    let bounded = false
    const minimumAt = one.offset
    if (one.nextTag === context(0, false)) {
      if (readSmallInteger(one, context(0, false)) > 0) bounded = true
      else one.tolerate('default-written-out', 'a default value is written out', minimumAt)
    }
    if (one.nextTag === context(1, false)) {
      readSmallInteger(one, context(1, false))
      bounded = true
    }
    one.finish()
    subtrees.push({ base, bounded })
  } while (sequence.more)
  return subtrees
}

/** DistributionPointName inside its [0] wrapper. Also used by the issuingDistributionPoint of a revocation list. */
export function readDistributionPointName(reader: DerReader): DistributionPointName {
  const choice = reader.enter(context(0))
  if (choice.nextTag === context(0)) {
    const names = readGeneralNames(choice, context(0))
    choice.finish()
    return { kind: 'full', names }
  }
  const element = choice.read(context(1))
  choice.finish()
  // The SET tag was replaced by [1]; as a SET it can be appended to a name.
  const rdn = copyBytes(choice.raw(element))
  rdn[0] = tags.set
  return { kind: 'relative', rdn }
}

function readDistributionPoint(reader: DerReader): DistributionPoint {
  const point = reader.enter(tags.sequence)
  const name = point.nextTag === context(0) ? readDistributionPointName(point) : undefined
  const reasons = point.nextTag === context(1, false) ? new Set(readNamedBits(point, context(1, false))) : undefined
  const crlIssuer = point.nextTag === context(2) ? readGeneralNames(point, context(2)) : undefined
  if (name === undefined && crlIssuer === undefined) {
    throw new DecodeError('ERR_DER', 'a distribution point names neither a place nor an issuer', point.offset)
  }
  point.finish()
  return { name, reasons, crlIssuer }
}

/** CPS pointer and user notice: a critical extension may have no other qualifier. RFC 5280 4.2.1.4. */
const knownQualifiers: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.2'])

function readQualifier(reader: DerReader): string {
  const information = reader.enter(tags.sequence)
  const id = readOid(information)
  information.pass()
  information.finish()
  return id
}

/** @param unknown - receives the identifier of an unknown part. */
type Decoder = (reader: DerReader, unknown: (id: string) => void) => unknown

/** Decoder of each known extension, by object identifier. */
const decoders: Readonly<Record<string, readonly [Key, Decoder]>> = {
  '2.5.29.15': [
    'keyUsage',
    (reader) => {
      const usages = new Set<KeyUsage>()
      for (const bit of readNamedBits(reader)) if (bit < keyUsages.length) usages.add(keyUsages[bit]!)
      return usages
    },
  ],
  '2.5.29.19': [
    'basicConstraints',
    (reader) => {
      const sequence = reader.enter(tags.sequence)
      const at = sequence.offset
      const ca = sequence.nextTag === tags.boolean ? readBoolean(sequence) : false
      if (!ca && at !== sequence.offset) {
        sequence.tolerate('default-written-out', 'a default value is written out', at)
      }
      const pathLength = sequence.more ? readSmallInteger(sequence) : undefined
      sequence.finish()
      return { ca, pathLength }
    },
  ],
  '2.5.29.37': ['extendedKeyUsage', (reader) => list(reader, readOid)],
  '2.5.29.14': ['subjectKeyId', (reader) => reader.value(reader.read(tags.octetString))],
  '2.5.29.35': [
    'authorityKeyId',
    (reader) => {
      const sequence = reader.enter(tags.sequence)
      const keyId = sequence.optional(context(0, false))
      const issuer = sequence.nextTag === context(1) ? readGeneralNames(sequence, context(1)) : undefined
      const serialNumber = sequence.optional(context(2, false))
      sequence.finish()
      if ((issuer === undefined) !== (serialNumber === undefined)) {
        throw new DecodeError(
          'ERR_DER',
          'authority key identifier: issuer and serial number must both be present or both absent',
          reader.offset,
        )
      }
      return {
        keyId: keyId && sequence.value(keyId),
        issuer,
        serialNumber: serialNumber && sequence.value(serialNumber),
      }
    },
  ],
  '2.5.29.17': ['subjectAltName', (reader) => readGeneralNames(reader, tags.sequence)],
  '2.5.29.18': ['issuerAltName', (reader) => readGeneralNames(reader, tags.sequence)],
  '2.5.29.32': [
    'policies',
    (reader, unknown) => {
      const policies = list(reader, (sequence) => {
        const information = sequence.enter(tags.sequence)
        const policy = readOid(information)
        for (const id of information.more ? list(information, readQualifier) : []) {
          if (!knownQualifiers.has(id)) unknown(id)
        }
        information.finish()
        return policy
      })
      if (policies.length > 1 && new Set(policies).size < policies.length) {
        throw new DecodeError('ERR_DER', 'duplicate policy', reader.offset)
      }
      return policies
    },
  ],
  '2.5.29.33': [
    'policyMappings',
    (reader) =>
      list(reader, (sequence) => {
        const mapping = sequence.enter(tags.sequence)
        const pair = { issuerDomain: readOid(mapping), subjectDomain: readOid(mapping) }
        mapping.finish()
        return pair
      }),
  ],
  '2.5.29.36': [
    'policyConstraints',
    (reader) => {
      const sequence = reader.enter(tags.sequence)
      const number = (tag: number) => (sequence.nextTag === tag ? readSmallInteger(sequence, tag) : undefined)
      const constraints = {
        requireExplicitPolicy: number(context(0, false)),
        inhibitPolicyMapping: number(context(1, false)),
      }
      sequence.finish()
      return constraints
    },
  ],
  '2.5.29.54': ['inhibitAnyPolicy', (reader) => readSmallInteger(reader)],
  '2.5.29.30': [
    'nameConstraints',
    (reader) => {
      const sequence = reader.enter(tags.sequence)
      const permitted = readSubtrees(sequence, context(0))
      const excluded = readSubtrees(sequence, context(1))
      sequence.finish()
      if (permitted.length + excluded.length === 0) {
        throw new DecodeError('ERR_DER', 'name constraints without a subtree', sequence.offset)
      }
      return { permitted, excluded }
    },
  ],
  '2.5.29.31': ['crlDistributionPoints', (reader) => list(reader, readDistributionPoint)],
  '2.5.29.46': ['freshestCrl', (reader) => list(reader, readDistributionPoint)],
  '1.3.6.1.5.5.7.1.1': [
    'authorityInfoAccess',
    (reader) =>
      list(reader, (sequence) => {
        const description = sequence.enter(tags.sequence)
        const access = { method: readOid(description), location: readGeneralName(description) }
        description.finish()
        return access
      }),
  ],
}

/** One extension of a certificate, revocation list or OCSP message. */
export interface RawExtension {
  readonly id: string
  readonly critical: boolean
  /** Content of the OCTET STRING; view, with the reader to decode it at its offset. */
  readonly reader: DerReader
}

/** Identifiers seen, usually about ten: an array is faster than a Set up to a certain number. */
class SmallSet {
  readonly #few: string[] = []
  #many: Set<string> | undefined

  /** @returns whether it is new. */
  add(id: string): boolean {
    if (this.#many === undefined) {
      if (this.#few.includes(id)) return false
      this.#few.push(id)
      if (this.#few.length > 16) this.#many = new Set(this.#few)
      return true
    }
    const { size } = this.#many
    return this.#many.add(id).size > size
  }
}

/** Reads an Extensions SEQUENCE; each identifier at most once. @throws DecodeError `ERR_DER`. */
export function readRawExtensions(reader: DerReader): readonly RawExtension[] {
  const seen = new SmallSet()
  const { bytes, offset, findings } = reader
  if (bytes[offset] === tags.sequence && bytes[offset + 1] === 0 && offset + 2 <= reader.end) {
    reader.pass()
    reader.tolerate('empty-sequence', 'an empty list of extensions', offset)
    return []
  }
  const extension = new DerReader(bytes, 0, bytes.length, findings)
  return list(reader, (sequence) => {
    const at = sequence.offset
    sequence.enterWith(extension, tags.sequence)
    const id = readOid(extension)
    if (!seen.add(id)) throw new DecodeError('ERR_DER', `duplicate extension ${id}`, at)
    const defaultAt = extension.offset
    const written = extension.nextTag === tags.boolean
    const critical = written ? readBoolean(extension) : false
    if (written && !critical) {
      extension.tolerate('default-written-out', 'a default value is written out', defaultAt)
    }
    const value = extension.enter(tags.octetString)
    extension.finish()
    return { id, critical, reader: value }
  })
}

const ignore = (): void => {}

/** Decodes the known extensions of a certificate; lists the unknown critical ones. */
export function decodeExtensions(raw: readonly RawExtension[]): {
  readonly extensions: Extensions
  readonly unknownCritical: readonly string[]
} {
  const extensions: Partial<Record<Key, unknown>> = {}
  const unknownCritical: string[] = []
  const refuse = (what: string): void => void unknownCritical.push(what)
  for (const { id, critical, reader } of raw) {
    const unknown = critical ? refuse : ignore
    const known = Object.hasOwn(decoders, id) ? decoders[id] : undefined
    if (known === undefined) {
      unknown(id)
      continue
    }
    extensions[known[0]] = known[1](reader, unknown)
    reader.finish()
  }
  return { extensions: extensions as Extensions, unknownCritical }
}

/** Reads a Name that a relative name was appended to: the CRL issuer's own name plus one part. */
export function appendRdn(base: Name, rdn: Uint8Array): Name {
  const body = base.der.subarray(headerLength(base.der))
  const length = body.length + rdn.length
  if (length > 0xffff) throw new DecodeError('ERR_DER', 'a name of more than 65 535 bytes', 0)
  const header =
    length < 0x80
      ? [tags.sequence, length]
      : length < 0x100
        ? [tags.sequence, 0x81, length]
        : [tags.sequence, 0x82, length >> 8, length & 0xff]
  return Name.read(new DerReader(Uint8Array.from([...header, ...body, ...rdn])))
}

function headerLength(der: Uint8Array): number {
  return new DerReader(der).read().content
}
