import {
  Algorithm,
  type DerReader,
  readBitString,
  readGeneralizedTime,
  readSmallInteger,
  tags,
} from '../../../der/index.ts'
import { CertificateError, DecodeError } from '../../../errors.ts'
import { Certificate } from '../../x509/certificate.ts'
import { type RawExtension, readRawExtensions } from '../../x509/extensions.ts'
import { Name } from '../../x509/name.ts'
import { ids } from './request.ts'
import { explicit, type OcspSingleResponse, readSingleResponse } from './single.ts'

/** The claimed signer: a name, or the SHA-1 hash of a public key. */
export type ResponderId =
  | { readonly kind: 'name'; readonly name: Name }
  | { readonly kind: 'key'; readonly keyHash: Uint8Array }

/** BasicOCSPResponse. Unverified. Times are milliseconds UTC. RFC 6960 4.2.1. */
export interface BasicOcspResponse {
  readonly responderId: ResponderId
  readonly producedAtMs: number
  /** At least one. */
  readonly responses: readonly OcspSingleResponse[]
  readonly nonce: Uint8Array | undefined
  /** Critical response extensions other than the nonce: with any, the response is not used. */
  readonly unknownCritical: readonly string[]
  /** Certificates that may help to verify the signature; not covered by it. */
  readonly certificates: readonly Certificate[]
  readonly signatureAlgorithm: Algorithm
  /** The signed bytes and the signature over them: views. */
  readonly tbs: Uint8Array
  readonly signature: Uint8Array
}

/** Above what any responder sends; limits the signature checks a malicious response can cause. */
const maxCertificates = 8

/** Reads a BasicOCSPResponse. @throws DecodeError `ERR_DER`. */
export function readBasicResponse(reader: DerReader): BasicOcspResponse {
  const basic = reader.enter(tags.sequence)
  const tbsElement = basic.read(tags.sequence)
  const signatureAlgorithm = new Algorithm(basic)
  const signatureAt = basic.offset
  const { bytes: signature, unusedBits } = readBitString(basic)
  if (unusedBits !== 0) throw new DecodeError('ERR_DER', 'a signature with unused bits', signatureAt)
  const certificates = explicit(basic, 0, readCertificates) ?? []
  basic.finish()

  const data = basic.into(tbsElement)
  const versionAt = data.offset
  const version = explicit(data, 0, readSmallInteger)
  if (version === 0) data.tolerate('default-written-out', 'a default value is written out', versionAt)
  else if (version !== undefined) throw new DecodeError('ERR_DER', 'a version other than 1', versionAt)
  const responderId = readResponderId(data)
  const producedAtMs = readGeneralizedTime(data)
  const list = data.enter(tags.sequence)
  const responses: OcspSingleResponse[] = []
  const seen = new Set<string>()
  do {
    const at = list.offset
    const one = readSingleResponse(list)
    responses.push(one)
    if (seen.size === seen.add(one.certId.key).size) list.note('duplicate-entry', at)
  } while (list.more)
  const extensions = explicit(data, 1, readRawExtensions) ?? []
  data.finish()
  const nonceExtension = extensions.find(({ id }) => id === ids.nonce)
  return {
    responderId,
    producedAtMs,
    responses,
    nonce: nonceExtension && readNonce(nonceExtension),
    unknownCritical: extensions.filter(({ id, critical }) => critical && id !== ids.nonce).map(({ id }) => id),
    certificates,
    signatureAlgorithm,
    tbs: basic.raw(tbsElement),
    signature,
  }
}

/** Both choices are tagged explicitly, by the module of RFC 6960 appendix B. */
function readResponderId(reader: DerReader): ResponderId {
  const at = reader.offset
  const name = explicit(reader, 1, (inner) => Name.read(inner))
  if (name !== undefined) return { kind: 'name', name }
  const keyHash = explicit(reader, 2, (inner) => inner.value(inner.read(tags.octetString)))
  if (keyHash?.length !== 20) throw new DecodeError('ERR_DER', 'a responder is a name or a hash of 20 bytes', at)
  return { kind: 'key', keyHash }
}

function readCertificates(reader: DerReader): readonly Certificate[] {
  const list = reader.enter(tags.sequence)
  const certificates: Certificate[] = []
  while (list.more) {
    const at = list.offset
    if (certificates.length === maxCertificates) {
      throw new DecodeError('ERR_DER', `more than ${maxCertificates} certificates`, at)
    }
    try {
      certificates.push(Certificate.fromDer(list.raw(list.read(tags.sequence))))
    } catch (cause) {
      if (!(cause instanceof CertificateError)) throw cause
      throw new DecodeError('ERR_DER', 'a certificate that cannot be read', at, { cause })
    }
  }
  return certificates
}

/** An OCTET STRING of 1 to 128 bytes. RFC 9654 2.1, which extends the 32 of RFC 8954. */
function readNonce({ reader }: RawExtension): Uint8Array {
  const at = reader.offset
  const nonce = reader.value(reader.read(tags.octetString))
  reader.finish()
  if (nonce.length < 1 || nonce.length > 128) throw new DecodeError('ERR_DER', 'a nonce has 1 to 128 bytes', at)
  return nonce
}
