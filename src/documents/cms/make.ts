import { createHash } from 'node:crypto'
import { copyBytes, equalBytes } from '../../bytes.ts'
import { tags } from '../../der/index.ts'
import { SignatureError } from '../../errors.ts'
import { Certificate, digestLength, verifySignature } from '../../pki/index.ts'
import { type DocumentHash, type DocumentSigner, documentHashes, type SignerCertificates } from '../signer.ts'
import { contentInfo } from './edit.ts'
import { derNull, element, head, integer, octets, oid, sequence, setOf, time, utf8 } from './encode.ts'
import { hashOids, oids, signatureOids } from './oids.ts'

/** What is signed: its bytes, which become part of the signature or not, or its digest made elsewhere. */
export type CmsContent =
  /** Attached with `attach`, else detached. */
  | { readonly bytes: Uint8Array; readonly attach?: boolean | undefined }
  /** Detached. The digest by the hash of the signature. */
  | { readonly digest: Uint8Array }

/** Content hints: what a reader of the content needs to know. RFC 2634 2.9. */
export interface ContentHints {
  /** Media type and name, for people. */
  readonly description?: string | undefined
  /** Object identifier; default: data. */
  readonly contentType?: string | undefined
}

/** Options of {@link createCms}. */
export interface CreateCmsOptions {
  readonly signer: DocumentSigner
  readonly content: CmsContent
  /** Default SHA-256. */
  readonly hash?: DocumentHash | undefined
  /** Object identifier of the type of the content. Default: data. */
  readonly contentType?: string | undefined
  /** Default: now. `false`: none, as PAdES has it in the dictionary of the signature (ETSI EN 319 142-1 6.3). */
  readonly signingTime?: Date | false | undefined
  readonly contentHints?: ContentHints | undefined
  /** Certificates embedded besides that of the signer and of its CA, DER. */
  readonly certificates?: readonly Uint8Array[] | undefined
}

/** A CMS signature. */
export interface CreatedCms {
  /** ContentInfo, DER. */
  readonly der: Uint8Array
  /** Content of the signature value, which a timestamp is made of. */
  readonly signature: Uint8Array
  /** The signer's certificate, DER. */
  readonly certificate: Uint8Array
}

/**
 * Makes a CMS signature with one signer: CAdES-B-B with a signing time, the CMS of PAdES-B-B without one. The digest is there
 * before the signer is asked for anything.
 *
 * Source: RFC 5652 5, RFC 5035 3, RFC 5754, ETSI EN 319 122-1 5, 6.3.
 *
 * @throws TypeError, RangeError naming the argument that is not as described.
 * @throws SignatureError `ERR_SIGNATURE_INVALID` when the signature does not verify with the certificate that came with it.
 * @throws CertificateError `ERR_CERTIFICATE` for certificates that are none, and what the signer throws.
 */
export async function createCms(options: CreateCmsOptions): Promise<CreatedCms> {
  const { content, signer, hash = 'SHA-256', contentType = oids.data } = options
  if (!documentHashes.includes(hash)) throw new TypeError('hash must be SHA-256, SHA-384 or SHA-512')
  const signingTime = options.signingTime === false ? undefined : (options.signingTime ?? new Date())
  if (signingTime !== undefined && Number.isNaN(signingTime.getTime()))
    throw new RangeError('signingTime is not a date')
  const digest = 'digest' in content ? copyBytes(content.digest) : digestOf(hash, content.bytes)
  if (digest.length !== digestLength[hash]) throw new RangeError(`a ${hash} digest has ${digestLength[hash]} bytes`)
  const type = oid(contentType)
  const fixed = [
    attribute(oids.contentType, type),
    attribute(oids.messageDigest, octets(digest)),
    ...(signingTime === undefined ? [] : [attribute(oids.signingTime, time(signingTime))]),
    ...(options.contentHints === undefined ? [] : [attribute(oids.contentHints, hints(options.contentHints))]),
  ]

  let prepared: { readonly attributes: Uint8Array; readonly signed: SignerCertificates } | undefined
  const made = await signer.sign(hash, (signed) => {
    const attributes = [...fixed, attribute(oids.signingCertificateV2, signingCertificate(hash, signed.certificate))]
    prepared = { attributes: setOf(attributes), signed }
    return copyBytes(prepared.attributes)
  })
  if (prepared === undefined || !equalBytes(prepared.signed.certificate, made.certificate)) {
    throw new SignatureError('the signer returned another certificate than that it signed for')
  }
  const certificate = Certificate.fromDer(made.certificate)
  const { kind } = certificate.publicKey
  if (kind !== 'rsa' && kind !== 'ec')
    throw new TypeError('the signer has a key of a kind that documents are not signed with')
  const check = { padding: kind === 'rsa' ? 'pkcs1' : 'ecdsa', hash, message: prepared.attributes } as const
  if (!verifySignature(certificate, check, made.signature)) {
    throw new SignatureError('the signature does not verify with the certificate of the signer; it was discarded')
  }
  const signerInfo = sequence(
    integer(1),
    sequence(certificate.issuerName.der, element(tags.integer, certificate.serial)),
    digestAlgorithm(hash),
    element(0xa0, prepared.attributes.subarray(contentStart(prepared.attributes))),
    signatureAlgorithm(kind, hash),
    octets(made.signature),
  )
  const ca = made.caCertificate ?? prepared.signed.caCertificate
  const certificates = [made.certificate, ...(ca === undefined ? [] : [ca]), ...(options.certificates ?? [])]
  const attached = 'bytes' in content && content.attach === true ? content.bytes : undefined
  const der = contentInfo([
    integer(contentType === oids.data ? 1 : 3),
    setOf([digestAlgorithm(hash)]),
    ...encapsulated(type, attached),
    setOf(unique(certificates.map((one) => Certificate.fromDer(one).der)), 0xa0),
    setOf([signerInfo]),
  ])
  return { der, signature: copyBytes(made.signature), certificate: copyBytes(made.certificate) }
}

/** EncapsulatedContentInfo in parts, so that a long content is copied once. RFC 5652 5.2. */
function encapsulated(type: Uint8Array, content: Uint8Array | undefined): readonly Uint8Array[] {
  if (content === undefined) return [sequence(type)]
  const inner = head(tags.octetString, content.length)
  const outer = head(0xa0, inner.length + content.length)
  return [head(tags.sequence, type.length + outer.length + inner.length + content.length), type, outer, inner, content]
}

/** An Attribute with one value. RFC 5652 5.3. */
export function attribute(type: string, value: Uint8Array): Uint8Array {
  return sequence(oid(type), setOf([value]))
}

/** AlgorithmIdentifier of a hash: without parameters, RFC 5754 2. */
export const digestAlgorithm = (hash: DocumentHash): Uint8Array => sequence(oid(hashOids[hash]))

const signatureAlgorithm = (kind: 'rsa' | 'ec', hash: DocumentHash): Uint8Array =>
  sequence(oid(signatureOids[kind][hash]), ...(kind === 'rsa' ? [derNull] : []))

/** SigningCertificateV2 with one ESSCertIDv2; the hash is left out where it is the default, SHA-256. RFC 5035 3, 4. */
function signingCertificate(hash: DocumentHash, certificate: Uint8Array): Uint8Array {
  const algorithm = hash === 'SHA-256' ? [] : [digestAlgorithm(hash)]
  return sequence(sequence(sequence(...algorithm, octets(digestOf(hash, certificate)))))
}

function hints({ description, contentType = oids.data }: ContentHints): Uint8Array {
  return sequence(...(description === undefined ? [] : [utf8(description)]), oid(contentType))
}

/** Digest of bytes. */
export function digestOf(hash: DocumentHash, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(hash.replace('-', '').toLowerCase()).update(bytes).digest())
}

/** Offset of the content of the first element. */
function contentStart(der: Uint8Array): number {
  return der[1]! < 0x80 ? 2 : 2 + (der[1]! & 0x7f)
}

function unique(ders: readonly Uint8Array[]): readonly Uint8Array[] {
  return ders.filter((one, i) => ders.findIndex((other) => equalBytes(one, other)) === i)
}
