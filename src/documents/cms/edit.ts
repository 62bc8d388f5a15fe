import { concat } from '../../bytes.ts'
import { context, DerReader, readSmallInteger, tags } from '../../der/index.ts'
import { element, head, integer, octets, oid, sequence, setOf } from './encode.ts'
import { oids } from './oids.ts'
import { readSignedData } from './structure.ts'
import { versionOf } from './version.ts'

/** A SignedData in parts of DER, which are kept as they are: what is signed is not encoded again. */
export interface CmsParts {
  readonly digestAlgorithms: Uint8Array
  readonly encapsulated: Uint8Array
  readonly certificates: readonly Uint8Array[]
  readonly revocations: readonly Uint8Array[]
  readonly signers: readonly Uint8Array[]
}

/** Takes a SignedData apart. @throws DecodeError `ERR_DER`. */
export function cmsParts(bytes: Uint8Array): CmsParts {
  readSignedData(bytes)
  const info = new DerReader(bytes).enter(tags.sequence)
  info.read(tags.oid)
  const reader = info.enter(context(0)).enter(tags.sequence)
  readSmallInteger(reader)
  const raw = (tag: number): Uint8Array => reader.raw(reader.read(tag))
  const members = (tag: number): readonly Uint8Array[] => {
    if (reader.nextTag !== tag) return []
    return elements(reader.enter(tag))
  }
  return {
    digestAlgorithms: raw(tags.set),
    encapsulated: raw(tags.sequence),
    certificates: members(context(0)),
    revocations: members(context(1)),
    signers: members(tags.set),
  }
}

/** Puts a SignedData together, with the version that goes with its content. */
export function cmsOf(parts: CmsParts): Uint8Array {
  const build = (version: number): Uint8Array =>
    contentInfo([
      integer(version),
      parts.digestAlgorithms,
      parts.encapsulated,
      ...(parts.certificates.length === 0 ? [] : [setOf(parts.certificates, context(0))]),
      ...(parts.revocations.length === 0 ? [] : [setOf(parts.revocations, context(1))]),
      setOf(parts.signers),
    ])
  const first = build(1)
  const version = versionOf(readSignedData(first))
  return version === 1 ? first : build(version)
}

/** A SignerInfo with one more unsigned attribute. */
export function withUnsigned(signer: Uint8Array, attribute: Uint8Array): Uint8Array {
  const all = elements(new DerReader(signer).enter(tags.sequence))
  const last = all.at(-1)!
  const has = last[0] === context(1)
  const attributes = has ? elements(new DerReader(last).enter(context(1))) : []
  return sequence(...(has ? all.slice(0, -1) : all), setOf([...attributes, attribute], context(1)))
}

/** An OCSP response as revocation information. RFC 5940 2.1. */
export const ocspRevocation = (response: Uint8Array): Uint8Array =>
  element(context(1), oid(oids.ocspResponse), response)

/** A successful OCSPResponse around a BasicOCSPResponse. RFC 6960 4.2.1. */
export const ocspResponseOf = (basic: Uint8Array): Uint8Array =>
  sequence(
    element(tags.enumerated, Uint8Array.of(0)),
    element(context(0), sequence(oid(oids.ocspBasic), octets(basic))),
  )

function elements(reader: DerReader): readonly Uint8Array[] {
  const found: Uint8Array[] = []
  while (reader.more) found.push(reader.raw(reader.read()))
  return found
}

/** ContentInfo of a SignedData, copied once. RFC 5652 3. */
export function contentInfo(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const inner = head(tags.sequence, length)
  const outer = head(context(0), inner.length + length)
  const type = oid(oids.signedData)
  return concat(head(tags.sequence, type.length + outer.length + inner.length + length), type, outer, inner, ...parts)
}
