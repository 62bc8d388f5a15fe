import {
  Algorithm,
  context,
  DerReader,
  type Element,
  isNullOrAbsent,
  readInteger,
  readOid,
  readSmallInteger,
  tags,
} from '../../der/index.ts'
import { DecodeError } from '../../errors.ts'
import type { DocumentHash } from '../signer.ts'
import { hashOf, oids } from './oids.ts'

/** Limits of one SignedData, beyond which it is refused. A document has some of each. */
export const cmsLimits = {
  /** Signers, counter-signatures included. */
  signers: 64,
  certificates: 128,
  /** Revocation lists and OCSP responses. */
  revocations: 128,
  attributes: 64,
  values: 16,
  /** Counter-signatures of counter-signatures. */
  depth: 4,
  /** Timestamps of all signers together. */
  timestamps: 32,
  /** Certificates that may be the one a signer or list names. */
  candidates: 8,
} as const

/** An Attribute. RFC 5652 5.3. */
export interface CmsAttribute {
  readonly type: string
  /** Values in DER: views. At least one. */
  readonly values: readonly Uint8Array[]
}

/** SignerIdentifier. RFC 5652 5.3. */
export type SignerId =
  | { readonly kind: 'issuer-serial'; readonly issuer: Uint8Array; readonly serial: Uint8Array }
  | { readonly kind: 'key'; readonly keyId: Uint8Array }

/** A SignerInfo. RFC 5652 5.3. Unverified. All bytes are views. */
export interface SignerInfo {
  readonly version: number
  readonly id: SignerId
  readonly digestAlgorithm: Algorithm
  /** DER of the signed attributes as they are signed, as a SET. */
  readonly signedBytes: Uint8Array | undefined
  readonly signed: readonly CmsAttribute[]
  readonly signatureAlgorithm: Algorithm
  readonly signature: Uint8Array
  readonly unsigned: readonly CmsAttribute[]
  /** Offsets of the SignerInfo, and of the content of its unsigned attributes, in the input. */
  readonly element: Element
  readonly unsignedElement: Element | undefined
}

/** A SignedData. RFC 5652 5.1. Unverified. */
export interface SignedData {
  readonly version: number
  readonly digestAlgorithms: readonly Algorithm[]
  readonly contentType: string
  /** The content, when it is attached: a view. */
  readonly content: Uint8Array | undefined
  /** DER of X.509 certificates. */
  readonly certificates: readonly Uint8Array[]
  /** Certificates of another kind: attribute certificates and obsolete ones. */
  readonly otherCertificates: number
  /** DER of revocation lists. */
  readonly revocationLists: readonly Uint8Array[]
  /** DER of OCSPResponse (RFC 5940). */
  readonly ocspResponses: readonly Uint8Array[]
  /** DER of BasicOCSPResponse. */
  readonly basicOcspResponses: readonly Uint8Array[]
  readonly otherRevocations: number
  readonly signers: readonly SignerInfo[]
  /** Offsets for those who add to it. */
  readonly parts: { readonly crls: Element | undefined; readonly certificates: Element | undefined }
}

const fail = (message: string, offset: number): never => {
  throw new DecodeError('ERR_DER', message, offset)
}

/**
 * Reads a ContentInfo of a SignedData: strict DER, no trailing bytes, bounded. Nothing in it is verified.
 *
 * @throws DecodeError `ERR_DER` with the offset.
 */
export function readSignedData(bytes: Uint8Array): SignedData {
  const outer = new DerReader(bytes)
  const info = outer.enter(tags.sequence)
  outer.finish()
  const typeAt = info.offset
  if (readOid(info) !== oids.signedData) fail('not a SignedData', typeAt)
  const wrapped = info.enter(context(0))
  info.finish()
  const reader = wrapped.enter(tags.sequence)
  wrapped.finish()

  const version = readSmallInteger(reader)
  const digestAlgorithms = list(reader.enter(tags.set), cmsLimits.signers, (one) => new Algorithm(one))
  const { contentType, content } = readEncapsulated(reader.enter(tags.sequence))
  const certificatesElement = reader.optional(context(0))
  const certificates: Uint8Array[] = []
  let otherCertificates = 0
  if (certificatesElement !== undefined) {
    list(reader.into(certificatesElement), cmsLimits.certificates, (one) => {
      const element = one.read()
      if (element.tag === tags.sequence) certificates.push(one.raw(element))
      else otherCertificates++
    })
  }
  const crls = reader.optional(context(1))
  const revocations = crls === undefined ? noRevocations : readRevocations(reader.into(crls))
  const signers = list(reader.enter(tags.set), cmsLimits.signers, readSignerInfo)
  reader.finish()
  return {
    version,
    digestAlgorithms,
    contentType,
    content,
    certificates,
    otherCertificates,
    ...revocations,
    signers,
    parts: { crls, certificates: certificatesElement },
  }
}

/** EncapsulatedContentInfo. RFC 5652 5.2. In DER the content is one primitive OCTET STRING. */
function readEncapsulated(reader: DerReader): Pick<SignedData, 'contentType' | 'content'> {
  const contentType = readOid(reader)
  const explicit = reader.optional(context(0))
  reader.finish()
  if (explicit === undefined) return { contentType, content: undefined }
  const inner = reader.into(explicit)
  const content = inner.value(inner.read(tags.octetString))
  inner.finish()
  return { contentType, content }
}

type Revocations = Pick<SignedData, 'revocationLists' | 'ocspResponses' | 'basicOcspResponses' | 'otherRevocations'>

const noRevocations: Revocations = {
  revocationLists: [],
  ocspResponses: [],
  basicOcspResponses: [],
  otherRevocations: 0,
}

/** RevocationInfoChoices. RFC 5652 10.2.1, RFC 5940 2.1. */
function readRevocations(reader: DerReader): Revocations {
  const revocationLists: Uint8Array[] = []
  const ocspResponses: Uint8Array[] = []
  const basicOcspResponses: Uint8Array[] = []
  let otherRevocations = 0
  list(reader, cmsLimits.revocations, (one) => {
    const element = one.read()
    if (element.tag === tags.sequence) {
      revocationLists.push(one.raw(element))
      return
    }
    if (element.tag !== context(1)) fail('unknown kind of revocation information', element.start)
    const other = one.into(element)
    const format = readOid(other)
    const value = other.raw(other.read())
    other.finish()
    if (format === oids.ocspResponse) ocspResponses.push(value)
    else if (format === oids.ocspBasic) basicOcspResponses.push(value)
    else otherRevocations++
  })
  return { revocationLists, ocspResponses, basicOcspResponses, otherRevocations }
}

/** Reads a SignerInfo at the reader's offset. RFC 5652 5.3. */
export function readSignerInfo(from: DerReader): SignerInfo {
  const element = from.read(tags.sequence)
  const reader = from.into(element)
  const version = readSmallInteger(reader)
  const id = readSignerId(reader)
  const digestAlgorithm = new Algorithm(reader)
  const signedElement = reader.optional(context(0))
  let signedBytes: Uint8Array | undefined
  if (signedElement !== undefined) {
    // The tag of the attributes is implicit; what is signed has that of a SET. RFC 5652 5.4.
    signedBytes = new Uint8Array(reader.raw(signedElement))
    signedBytes[0] = tags.set
  }
  const signed = signedElement === undefined ? [] : readAttributes(reader.into(signedElement), true)
  const signatureAlgorithm = new Algorithm(reader)
  const signature = reader.value(reader.read(tags.octetString))
  const unsignedElement = reader.optional(context(1))
  const unsigned = unsignedElement === undefined ? [] : readAttributes(reader.into(unsignedElement), false)
  reader.finish()
  return {
    version,
    id,
    digestAlgorithm,
    signedBytes,
    signed,
    signatureAlgorithm,
    signature,
    unsigned,
    element,
    unsignedElement,
  }
}

function readSignerId(reader: DerReader): SignerId {
  if (reader.nextTag === context(0, false)) return { kind: 'key', keyId: reader.value(reader.read()) }
  const pair = reader.enter(tags.sequence)
  const issuer = pair.raw(pair.read(tags.sequence))
  const serial = readInteger(pair)
  pair.finish()
  return { kind: 'issuer-serial', issuer, serial }
}

/**
 * A SET OF Attribute. At least one, as an empty set is left out; each type once (RFC 5652 5.3 for the signed ones).
 *
 * @param sorted - in the order of DER: what is signed is DER.
 */
function readAttributes(reader: DerReader, sorted: boolean): readonly CmsAttribute[] {
  const at = reader.offset
  let before: Uint8Array | undefined
  const attributes = list(reader, cmsLimits.attributes, (one): CmsAttribute => {
    const element = one.read(tags.sequence)
    const raw = one.raw(element)
    if (sorted && before !== undefined && Buffer.compare(before, raw) > 0)
      fail('a set that is not sorted', element.start)
    before = raw
    const inside = one.into(element)
    const type = readOid(inside)
    const values = list(inside.enter(tags.set), cmsLimits.values, (value) => value.raw(value.read()))
    inside.finish()
    if (values.length === 0) fail('an attribute without a value', element.start)
    return { type, values }
  })
  if (attributes.length === 0) fail('an empty set of attributes', at)
  return attributes
}

/** All elements of a reader, at most so many. */
function list<T>(reader: DerReader, most: number, read: (reader: DerReader) => T): readonly T[] {
  const found: T[] = []
  while (reader.more) {
    if (found.length >= most) fail(`more than ${most} elements`, reader.offset)
    found.push(read(reader))
  }
  return found
}

/**
 * The hashes that a CMS needs of its content, as far as they are accepted: those to make of a detached content of any size before
 * it is verified. None for what is not a CMS.
 */
export function hashesOfCms(cms: Uint8Array): readonly DocumentHash[] {
  try {
    const found = readSignedData(cms).signers.map(({ digestAlgorithm }) => hashOfAlgorithm(digestAlgorithm))
    return [...new Set(found)].filter((hash) => hash !== undefined)
  } catch (error) {
    if (error instanceof DecodeError) return []
    throw error
  }
}

/** Length of the first DER element, its tag and length included; `undefined` when there is none. */
export function elementLength(bytes: Uint8Array): number | undefined {
  try {
    const { end } = new DerReader(bytes).read()
    return end
  } catch {
    return undefined
  }
}

/** Whether the bytes begin as BER with an indefinite length does: what `openssl cms -stream` writes. X.690 8.1.3.6. */
export const isIndefinite = (bytes: Uint8Array): boolean => bytes[0] === tags.sequence && bytes[1] === 0x80

/** The hash function of an algorithm identifier, whose parameters are absent or NULL. RFC 5754 2. */
export function hashOfAlgorithm({ id, parameters }: Algorithm): ReturnType<typeof hashOf> {
  return isNullOrAbsent(parameters) ? hashOf(id) : undefined
}
